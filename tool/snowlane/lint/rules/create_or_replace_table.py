"""CREATE OR REPLACE TABLE in a revision: the rows, grants and history of the old table go."""

from collections.abc import Iterator

from snowlane.lint import remedy
from snowlane.lint.facts import Facts, Statement
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.sql.lineage_changes import CreateTable
from snowlane.sql.tokens import tokenize


def check(facts: Facts) -> Iterator[Problem]:
    """Every CREATE OR REPLACE of a table that outlives its session."""
    for statement in facts.statements:
        for change in statement.changes:
            if isinstance(change, CreateTable) and change.replaces and not change.is_temporary:
                table = remedy.name(change.table)
                yield Problem(
                    statement.file,
                    statement.line,
                    f"CREATE OR REPLACE TABLE {table} drops the table that is there, with its rows, "
                    "its grants and what its streams have not given out",
                    _instead(statement, change),
                )


def _instead(statement: Statement, change: CreateTable) -> str:
    known = statement.before.get(change.table)
    if known is None or not change.columns:
        return remedy.op_sql(_without_replace(statement.text))
    table = remedy.name(change.table)
    added = [column for column in change.columns if known.column(column.name) is None]
    steps = [
        remedy.op_sql(f"ALTER TABLE {table} ADD COLUMN {remedy.names([column.name])} {column.type}")
        for column in added
    ]
    return remedy.lines(*steps) if steps else "pass"


def _without_replace(text: str) -> str:
    tokens = tokenize(text)
    first = next(at for at, token in enumerate(tokens) if token.word("CREATE"))
    return text[: tokens[first].end] + text[tokens[first + 2].end :]


RULE = Rule(
    "create-or-replace-table",
    Severity.ERROR,
    "CREATE OR REPLACE TABLE drops the table that is there, rows and grants included.",
    check,
)
