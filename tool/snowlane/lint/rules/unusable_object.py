"""An object file that is not one CREATE OR REPLACE statement of a known kind."""

from collections.abc import Iterator

from snowlane.lint.facts import Facts
from snowlane.lint.finding import Problem, Rule, Severity


def check(facts: Facts) -> Iterator[Problem]:
    """Every object file that could not be read."""
    for each in facts.objects:
        if each.refusal is not None and facts.is_reported(each.file):
            yield Problem(
                each.file, each.refusal.line, each.refusal.why, f"-- {each.refusal.remedy}"
            )


RULE = Rule(
    "unusable-object",
    Severity.ERROR,
    "An object file holds one CREATE OR REPLACE statement with a three-part name.",
    check,
)
