"""NOT NULL on a table that has rows: refused when one of them is null."""

from collections.abc import Iterator

from snowlane.lint import remedy
from snowlane.lint.expected import is_expected_before
from snowlane.lint.facts import Facts, Statement
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.sql.lineage_changes import AddColumn, SetNotNull


def check(facts: Facts) -> Iterator[Problem]:
    """SET NOT NULL without a check before it, and ADD COLUMN NOT NULL without a default."""
    for statement in facts.statements:
        for change in statement.changes:
            if statement.makes(change.table):
                continue
            if isinstance(change, SetNotNull) and not change.nullable:
                if not is_expected_before(statement, change.table, change.column):
                    yield _set(statement, change)
            elif isinstance(change, AddColumn):
                column = change.column
                if not column.nullable and column.default is None and not column.counts_up:
                    yield _added(statement, change)


def _set(statement: Statement, change: SetNotNull) -> Problem:
    table, column = remedy.name(change.table), remedy.names([change.column])
    return Problem(
        statement.file,
        statement.line,
        f"{table}.{column} cannot become NOT NULL while a row holds no value (001471), and nothing "
        "has looked",
        remedy.lines(
            remedy.op_expect(
                f"SELECT 1 FROM {table} WHERE {column} IS NULL",
                f"{change.table[-1]}.{column} has rows without a value: fill them first",
            ),
            remedy.op_sql(f"ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL"),
        ),
    )


def _added(statement: Statement, change: AddColumn) -> Problem:
    table, column = remedy.name(change.table), change.column
    return Problem(
        statement.file,
        statement.line,
        f"{table} may have rows, and they have no value for the new column {column.name}, which is "
        "NOT NULL without a DEFAULT",
        remedy.op_sql(
            f"ALTER TABLE {table} ADD COLUMN {remedy.names([column.name])} {column.type}"
        ),
    )


RULE = Rule(
    "not-null-on-existing-rows",
    Severity.ERROR,
    "NOT NULL fails on a table with rows that have no value.",
    check,
)
