"""A dropped table that objects still name: they fail when they are next used."""

from collections.abc import Iterator

from snowlane.lint import remedy
from snowlane.lint.facts import Facts
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.lint.leftovers import of_table
from snowlane.sql.lineage_changes import DropTable, RenameTable


def check(facts: Facts) -> Iterator[Problem]:
    """Every object that names a table which an upgrade drops or renames."""
    for statement in facts.upgrades:
        for change in statement.changes:
            if not isinstance(change, DropTable | RenameTable):
                continue
            for left in of_table(facts, change.table):
                identity = left.object.defined.identity if left.object.defined else ""
                if isinstance(change, RenameTable):
                    done = f"is now called {remedy.name(change.to)}"
                    fixed = f"-- write in {left.object.file}:\n{remedy.name(change.to)}"
                else:
                    done = "is dropped"
                    drop = left.object.defined.identity.as_drop if left.object.defined else ""
                    fixed = f"-- write in {left.object.file}:\n{drop};"
                yield Problem(
                    statement.file,
                    statement.line,
                    f"{remedy.name(change.table)} {done}, and {identity} still names it "
                    f"({left.object.file}, line {left.line})",
                    fixed,
                )


RULE = Rule(
    "drop-table",
    Severity.ERROR,
    "Objects that still name a dropped or renamed table fail.",
    check,
)
