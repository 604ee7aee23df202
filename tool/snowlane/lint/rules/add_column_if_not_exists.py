"""ADD COLUMN IF NOT EXISTS together with a default, AUTOINCREMENT or a key: Snowflake refuses it."""

from collections.abc import Iterator

from snowlane.lint import remedy
from snowlane.lint.facts import Facts
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.sql.lineage_changes import AddColumn


def check(facts: Facts) -> Iterator[Problem]:
    """Every IF NOT EXISTS of a column that has more than a type."""
    for statement in facts.statements:
        for change in statement.changes:
            if not isinstance(change, AddColumn) or not change.if_not_exists:
                continue
            column = change.column
            if column.default is None and not column.counts_up:
                continue
            table = remedy.name(change.table)
            rest = f" DEFAULT {column.default}" if column.default is not None else ""
            rest += "" if column.nullable else " NOT NULL"
            yield Problem(
                statement.file,
                statement.line,
                f"IF NOT EXISTS of the new column {table}.{column.name} does not combine with "
                "DEFAULT, AUTOINCREMENT or a key",
                remedy.op_sql(
                    f"ALTER TABLE {table} ADD COLUMN {remedy.names([column.name])} "
                    f"{column.type}{rest}"
                ),
            )


RULE = Rule(
    "add-column-if-not-exists",
    Severity.ERROR,
    "IF NOT EXISTS does not combine with a DEFAULT or AUTOINCREMENT; a revision knows what is there.",
    check,
)
