"""A renamed column that objects still name as before: Snowflake rewrites no reference."""

import re
from collections.abc import Iterator

from snowlane.lint import remedy
from snowlane.lint.facts import Facts
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.lint.leftovers import of_column
from snowlane.sql.lineage_changes import RenameColumn
from snowlane.sql.names import quote


def check(facts: Facts) -> Iterator[Problem]:
    """Every object that names a column by the name it had before an upgrade."""
    for statement in facts.upgrades:
        for change in statement.changes:
            if isinstance(change, RenameColumn) and not statement.adds(change.table, change.column):
                new = quote(change.to).lower() if change.to.isupper() else quote(change.to)
                for left in of_column(facts, change.table, change.column):
                    identity = left.object.defined.identity if left.object.defined else ""
                    fixed = re.sub(rf"(?i)\b{re.escape(change.column)}\b", new, left.text)
                    yield Problem(
                        statement.file,
                        statement.line,
                        f"{remedy.name(change.table, change.column)} is renamed, and {identity} "
                        f"still names it ({left.object.file}, line {left.line})",
                        f"-- write in {left.object.file}:\n{fixed}",
                    )


RULE = Rule(
    "rename-column",
    Severity.ERROR,
    "Objects that name a renamed column as before fail.",
    check,
)
