"""An alias, or a table's name, that equals a logical database: `raw.quantity` is in doubt then."""

from collections.abc import Iterator

from snowlane.lint.facts import Facts
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.lint.references import searched
from snowlane.sql.references import PLAN_RULE, Doubt


def check(facts: Facts) -> Iterator[Problem]:
    """Aliases, and names of two parts, that begin with a logical database."""
    for text, found in searched(facts, facts.name_map.databases.keys(), PLAN_RULE):
        for question in found.questions:
            if question.doubt not in (Doubt.ALIAS, Doubt.TWO_PARTS):
                continue
            first, *others = question.text.split(".")
            yield Problem(
                text.file,
                text.line(question.line),
                f"{question.text} may mean the logical database {first.upper()}: no alias and no "
                "table may be called like one",
                ".".join([f"{first.lower()}_rows", *others]),
            )


RULE = Rule(
    "alias-equals-logical-database",
    Severity.ERROR,
    "An alias equal to a logical database makes two-part names ambiguous.",
    check,
)
