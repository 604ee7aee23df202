"""ADD COLUMN AUTOINCREMENT on a table that may have rows: Snowflake refuses it."""

from collections.abc import Iterator

from snowlane.lint import remedy
from snowlane.lint.facts import Facts
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.sql.lineage_changes import AddColumn


def check(facts: Facts) -> Iterator[Problem]:
    """Every counting column added to a table of an earlier revision."""
    for statement in facts.statements:
        for change in statement.changes:
            if not isinstance(change, AddColumn) or not change.column.counts_up:
                continue
            if not statement.makes(change.table):
                table, column = remedy.name(change.table), remedy.names([change.column.name])
                kind = change.column.type or "NUMBER(38, 0)"
                yield Problem(
                    statement.file,
                    statement.line,
                    f"AUTOINCREMENT cannot be added to {table}, which may have rows",
                    remedy.lines(
                        remedy.op_sql(f"CREATE SEQUENCE {table}__{change.column.name}"),
                        remedy.op_sql(f"ALTER TABLE {table} ADD COLUMN {column} {kind}"),
                        remedy.op_sql(
                            f"UPDATE {table} SET {column} = {table}__{change.column.name}.NEXTVAL "
                            f"WHERE {column} IS NULL"
                        ),
                    ),
                )


RULE = Rule(
    "add-column-autoincrement",
    Severity.ERROR,
    "AUTOINCREMENT cannot be added to a table with rows.",
    check,
)
