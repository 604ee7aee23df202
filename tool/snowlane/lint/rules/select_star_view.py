"""A view that takes its columns by a star: it fails once the table has another one."""

from collections.abc import Iterator

from snowlane.lint import remedy
from snowlane.lint.facts import Facts
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.sql.tokens import tokenize


def check(facts: Facts) -> Iterator[Problem]:
    """Every view whose result has a column that a star took from a relation."""
    for each, defined in facts.reported_objects():
        if defined.identity.kind != "VIEW" or "*" not in defined.text:
            continue
        moved = facts.catalog.moved(facts.definition_of[each.file])
        for relation in sorted(moved.stars):
            columns = moved.columns or ()
            yield Problem(
                each.file,
                _line(each.source),
                f"the view takes the columns of {remedy.name(relation)} by a star: it is fixed to "
                "those of today, and fails (002057) when one is added",
                remedy.names(columns) if columns else "COLUMN_1, COLUMN_2",
            )


def _line(source: str) -> int | None:
    return next((token.line for token in tokenize(source) if token.mark("*")), None)


RULE = Rule(
    "select-star-view",
    Severity.ERROR,
    "A view over SELECT * breaks when its table gets a column.",
    check,
)
