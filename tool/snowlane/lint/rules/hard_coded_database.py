"""The database of one environment in a text that all environments share."""

from collections.abc import Iterator

from snowlane.lint import remedy
from snowlane.lint.facts import Facts
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.lint.references import searched
from snowlane.sql.references import Rule as Search


def check(facts: Facts) -> Iterator[Problem]:
    """Every reference to a database that an environment file maps a logical one to."""
    wide = Search(shortest=3, sql_in_strings=True)
    for text, found in searched(facts, facts.physical.keys(), wide):
        for reference in found.references:
            path = reference.path
            logical = (facts.physical[path[0]], *path[1:])
            yield Problem(
                text.file,
                text.line(reference.line),
                f"{remedy.name(path)} names the database of one environment, so it is wrong in "
                "all the others",
                remedy.name(logical),
            )


RULE = Rule(
    "hard-coded-database",
    Severity.ERROR,
    "A database of one environment is named where the logical one belongs.",
    check,
)
