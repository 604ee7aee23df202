"""Runs every rule over the facts, applies the waivers and puts the findings in order."""

from collections.abc import Iterator

from snowlane.lint.facts import Facts
from snowlane.lint.finding import Finding, Severity
from snowlane.lint.registry import RULES
from snowlane.lint.waivers import UNUSED, Waiver, apply_waivers, waivers_of


def lint(facts: Facts) -> tuple[Finding, ...]:
    """All findings about the reported files, by file and line."""
    found = [
        Finding(
            rule.name,
            problem.severity or rule.severity,
            problem.file,
            problem.line,
            problem.problem,
            problem.remedy,
        )
        for rule in RULES
        for problem in rule.check(facts)
        if facts.is_reported(problem.file)
    ]
    left = apply_waivers(dict.fromkeys(found), _waivers(facts), [rule.name for rule in RULES])
    if facts.only is not None or len(facts.heads) > 1:
        # What is waived in the other direction, or in a revision that is not rendered, is not judged.
        left = [each for each in left if each.rule != UNUSED]
    return tuple(sorted(left, key=lambda each: (each.file, each.line or 0, each.rule)))


def errors(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings that stop a deployment."""
    return tuple(each for each in findings if each.severity is Severity.ERROR)


def _waivers(facts: Facts) -> Iterator[Waiver]:
    for revision in facts.reported_revisions():
        yield from waivers_of(revision.file, revision.source)
    for each in facts.objects:
        if facts.is_reported(each.file):
            yield from waivers_of(each.file, each.source)
