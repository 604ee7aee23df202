"""Waivers: comments that allow one rule in one file, with a reason.

`# snowlane: allow RULE: reason` in a revision, `-- snowlane: allow RULE: reason` in an object. A
waiver without a reason, of an unknown rule, or that allows nothing, is an error of its own.
"""

import io
import re
import tokenize
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from snowlane.lint.finding import Finding, Severity

WITHOUT_REASON = "waiver-without-reason"
UNKNOWN_RULE = "waiver-of-unknown-rule"
UNUSED = "unused-waiver"
NAMES = (WITHOUT_REASON, UNKNOWN_RULE, UNUSED)

_WAIVER = re.compile(r"(?:#|--)\s*snowlane:\s*allow\b\s*([^\s:]*)\s*:?\s*(.*)")


@dataclass(frozen=True)
class Waiver:
    """One waiver as it is written; `reason` is "" when there is none."""

    file: str
    line: int
    rule: str
    reason: str
    mark: str


def waivers_of(file: str, source: str) -> Iterator[Waiver]:
    """The waivers of a revision or object file."""
    is_python = file.endswith(".py")
    comments = _python_comments(source) if is_python else enumerate(source.splitlines(), start=1)
    for line, comment in comments:
        found = _WAIVER.match(comment.strip())
        if found:
            rule, reason = found.group(1), found.group(2).strip()
            yield Waiver(file, line, rule, reason, "#" if is_python else "--")


def _python_comments(source: str) -> Iterator[tuple[int, str]]:
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string
    except (tokenize.TokenError, SyntaxError):
        # What does not parse is refused as such; its comments so far count.
        return


def apply_waivers(
    findings: Iterable[Finding], waivers: Iterable[Waiver], rules: Collection[str]
) -> list[Finding]:
    """The findings that no waiver allows, and what is wrong with the waivers."""
    left = list(findings)
    for waiver in waivers:
        allowed = [each for each in left if (each.file, each.rule) == (waiver.file, waiver.rule)]
        left = [each for each in left if each not in allowed]
        if problem := _wrong(waiver, rules):
            # What it would allow is not said as well: the reason is all that lacks.
            left.append(problem)
        elif not allowed:
            left.append(
                Finding(
                    UNUSED,
                    Severity.ERROR,
                    waiver.file,
                    waiver.line,
                    f"the waiver allows {waiver.rule}, which finds nothing in this file",
                    "(delete the line)",
                )
            )
    return left


def _wrong(waiver: Waiver, rules: Collection[str]) -> Finding | None:
    start = f"{waiver.mark} snowlane: allow"
    reason = waiver.reason or "why this case is fine"
    if waiver.rule not in rules:
        near = get_close_matches(waiver.rule, rules, n=1, cutoff=0)
        return Finding(
            UNKNOWN_RULE,
            Severity.ERROR,
            waiver.file,
            waiver.line,
            f"there is no rule {waiver.rule!r}; the nearest is {near[0]}",
            f"{start} {near[0]}: {reason}",
        )
    if not waiver.reason:
        return Finding(
            WITHOUT_REASON,
            Severity.ERROR,
            waiver.file,
            waiver.line,
            f"the waiver of {waiver.rule} gives no reason",
            f"{start} {waiver.rule}: {reason}",
        )
    return None
