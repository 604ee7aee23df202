"""ADD COLUMN with a default that is not a literal: Snowflake refuses it."""

from collections.abc import Iterator

from snowlane.lint import remedy
from snowlane.lint.facts import Facts
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.lint.literal import literal_kind
from snowlane.sql.lineage_changes import AddColumn


def check(facts: Facts) -> Iterator[Problem]:
    """Every default of an added column that is a function, a cast or an expression."""
    for statement in facts.statements:
        for change in statement.changes:
            if not isinstance(change, AddColumn) or change.column.default is None:
                continue
            if literal_kind(change.column.default) is None:
                table, column = remedy.name(change.table), remedy.names([change.column.name])
                value = change.column.default
                yield Problem(
                    statement.file,
                    statement.line,
                    f"the default {value} of the new column {table}.{column} is not a literal (002263)",
                    remedy.lines(
                        remedy.op_sql(
                            f"ALTER TABLE {table} ADD COLUMN {column} {change.column.type}"
                        ),
                        remedy.op_sql(
                            f"UPDATE {table} SET {column} = {value} WHERE {column} IS NULL"
                        ),
                    ),
                )


RULE = Rule(
    "add-column-default-not-literal",
    Severity.ERROR,
    "The default of an added column must be a literal.",
    check,
)
