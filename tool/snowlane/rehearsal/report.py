"""A rehearsal in words: text, JSON and Markdown. Pure."""

from collections.abc import Iterable
from typing import Any

from snowlane.rehearsal.model import Ran, Rehearsal

_SHORT = 12
_WIDTH = 96


def as_data(rehearsal: Rehearsal, *, is_short: bool = False) -> dict[str, Any]:
    """Everything as JSON takes it; `is_short` cuts the statements to a line each."""
    return {
        "environment": rehearsal.environment,
        "outcome": "passed" if rehearsal.is_passed else "failed",
        "from": rehearsal.current,
        "to": rehearsal.target,
        "bundle": rehearsal.bundle,
        "statements_hash": rehearsal.statements,
        "objects_hash": rehearsal.objects,
        "statements": [
            {
                "stage": each.stage,
                "number": each.number,
                "text": _short(each.text) if is_short else each.text,
                "seconds": each.seconds,
                "error": each.error,
            }
            for each in rehearsal.ran
        ],
        "checks": [
            {"what": each.what, "holds": not each.found, "found": list(each.found)}
            for each in rehearsal.checks
        ],
        "rows": {name: list(counts) for name, counts in rehearsal.rows.items()},
        "error": rehearsal.error,
        "overrides": dict(rehearsal.overrides),
        "seconds": round(rehearsal.seconds, 3),
        "copy": {
            "name": rehearsal.copy.name,
            "seconds": round(rehearsal.copy.seconds, 3),
            "left": rehearsal.copy.left,
            "unlike_its_source": list(rehearsal.copy.unlike),
        },
    }


def as_text(rehearsal: Rehearsal) -> str:
    """For a terminal, the verdict first."""
    lines = [_verdict(rehearsal)]
    lines += [f"  {line}" for line in _error(rehearsal)]
    lines.append("Statements on the copy, in seconds")
    lines += [f"  {seconds:>8}  {what}" for seconds, what in _statements(rehearsal)]
    if rehearsal.checks:
        lines.append("Checks")
    for check in rehearsal.checks:
        lines.append(f"  {'FAILED' if check.found else 'ok    '}  {check.what}")
        lines += [f"          {line}" for found in check.found for line in found.splitlines()]
    lines += _rest(rehearsal)
    return "\n".join(lines)


def as_markdown(rehearsal: Rehearsal) -> str:
    """The same for a step summary."""
    lines = [f"### {_verdict(rehearsal)}", ""]
    if rehearsal.error:
        lines += ["```text", *_error(rehearsal), "```", ""]
    lines += ["| seconds | statement |", "| ---: | --- |"]
    lines += [f"| {seconds} | {_cell(what)} |" for seconds, what in _statements(rehearsal)]
    lines.append("")
    for check in rehearsal.checks:
        lines.append(f"- {'**failed**' if check.found else 'ok'}: {check.what}")
        lines += [f"  - {_cell(' '.join(found.split()))}" for found in check.found]
    lines += ["", *(f"- {' '.join(line.split())}" for line in _rest(rehearsal))]
    return "\n".join(lines).rstrip()


def _verdict(rehearsal: Rehearsal) -> str:
    at = f"{rehearsal.current or 'base'} -> {rehearsal.target or 'base'}"
    what = f"The rehearsal of {rehearsal.environment}, {at}, bundle {rehearsal.bundle[:_SHORT]}"
    if rehearsal.is_passed:
        ran = sum(each.seconds is not None for each in rehearsal.ran)
        return f"{what}, passed: {ran} statement{'' if ran == 1 else 's'} run"
    if rehearsal.error:
        return f"{what}, failed: a statement did not run"
    count = sum(bool(each.found) for each in rehearsal.checks)
    return (
        f"{what}, failed: {count} check{'' if count == 1 else 's'} do{'es' * (count == 1)} not hold"
    )


def _error(rehearsal: Rehearsal) -> list[str]:
    failed = rehearsal.failed_at
    if failed is None:
        return rehearsal.error.splitlines()
    return [
        f"{failed.stage}, statement {failed.number} of {failed.count}: {failed.error}",
        *(f"  {line}" for line in failed.text.splitlines()),
    ]


def _statements(rehearsal: Rehearsal) -> Iterable[tuple[str, str]]:
    for each in rehearsal.ran:
        yield _seconds(each), f"{each.stage}, {each.number} of {each.count}: {_short(each.text)}"


def _seconds(ran: Ran) -> str:
    if ran.error:
        return "failed"
    return "not run" if ran.seconds is None else f"{ran.seconds:.2f}"


def _rest(rehearsal: Rehearsal) -> list[str]:
    copy = rehearsal.copy
    lines = [f"{name}: {a} rows before, {b} after" for name, (a, b) in rehearsal.rows.items()]
    lines = ["Counts that changed", *(f"  {line}" for line in lines)] if lines else []
    if copy.unlike:
        lines += ["The copy was not as its source", *(f"  {line}" for line in copy.unlike)]
    fate = copy.left or "dropped"
    lines.append(
        f"Copy {copy.name}: made in {copy.seconds:.0f} s, {fate}; {rehearsal.seconds:.0f} s in all. "
        f"{rehearsal.environment} was not changed."
    )
    return lines


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…"


def _cell(text: str) -> str:
    return f"`{text.replace('`', ' ').replace('|', chr(92) + '|')}`"
