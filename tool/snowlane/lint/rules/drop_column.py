"""A dropped column that objects still name: they fail when they are next used."""

from collections.abc import Iterator

from snowlane.lint import remedy
from snowlane.lint.facts import Facts
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.lint.leftovers import of_column
from snowlane.sql.lineage_changes import DropColumn


def check(facts: Facts) -> Iterator[Problem]:
    """Every object that names a column which an upgrade drops and nothing brings back."""
    for statement in facts.upgrades:
        for change in statement.changes:
            if isinstance(change, DropColumn):
                for left in of_column(facts, change.table, change.column):
                    yield Problem(
                        statement.file,
                        statement.line,
                        f"{remedy.name(change.table, change.column)} is dropped, and "
                        f"{left.object.defined.identity if left.object.defined else ''} still names "
                        f"it ({left.object.file}, line {left.line})",
                        f"-- delete in {left.object.file}:\n{left.text}",
                    )


RULE = Rule(
    "drop-column",
    Severity.ERROR,
    "Objects that still name a dropped column fail.",
    check,
)
