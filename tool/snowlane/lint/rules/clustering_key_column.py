"""A column of the clustering key is renamed or dropped: Snowflake refuses it."""

from collections.abc import Iterator

from snowlane.lint import remedy
from snowlane.lint.facts import Facts
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.sql.lineage_changes import DropColumn, RenameColumn
from snowlane.sql.lineage_ddl import names_in


def check(facts: Facts) -> Iterator[Problem]:
    """RENAME and DROP of a column that the clustering key of its table names."""
    for statement in facts.statements:
        for change in statement.changes:
            if not isinstance(change, DropColumn | RenameColumn):
                continue
            known = statement.before.get(change.table)
            if known is None or change.column not in names_in(known.cluster_by):
                continue
            table = remedy.name(change.table)
            steps = [f"ALTER TABLE {table} DROP CLUSTERING KEY", statement.text]
            if isinstance(change, RenameColumn):
                kept = [
                    change.to if name == change.column else name
                    for name in (part.strip().upper() for part in known.cluster_by.split(","))
                ]
                steps.append(f"ALTER TABLE {table} CLUSTER BY ({remedy.names(kept)})")
            yield Problem(
                statement.file,
                statement.line,
                f"{remedy.name(change.table, change.column)} is part of the clustering key "
                f"({known.cluster_by}) and can be neither renamed nor dropped",
                remedy.lines(*(remedy.op_sql(step) for step in steps)),
            )


RULE = Rule(
    "clustering-key-column",
    Severity.ERROR,
    "A column of the clustering key can be neither renamed nor dropped.",
    check,
)
