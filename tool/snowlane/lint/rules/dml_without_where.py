"""UPDATE, DELETE or TRUNCATE of every row, without saying so.

TRUNCATE forgets which files were loaded, too:
docs.snowflake.com/en/sql-reference/sql/truncate-table.
"""

from collections.abc import Iterator

from snowlane.lint import remedy
from snowlane.lint.facts import Facts, Statement
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.sql.lineage_changes import AddColumn
from snowlane.sql.lineage_cursor import Cursor
from snowlane.sql.lineage_ddl import read_changes
from snowlane.sql.tokens import tokenize


def check(facts: Facts) -> Iterator[Problem]:
    """UPDATE and DELETE without WHERE, but for columns that the revision itself added; TRUNCATE."""
    for statement in facts.statements:
        for piece in statement.pieces:
            cursor = Cursor(piece.text, tokenize(piece.text))
            if cursor.take("TRUNCATE"):
                yield from _truncated(statement, cursor)
                continue
            verb = cursor.take_any("UPDATE", "DELETE")
            if verb is None or _has_where(cursor) or _fills_new_columns(statement, piece.text):
                continue
            yield Problem(
                statement.file,
                statement.line,
                f"{verb} without WHERE touches every row",
                remedy.op_sql(f"{piece.text} WHERE TRUE"),
            )


def _truncated(statement: Statement, cursor: Cursor) -> Iterator[Problem]:
    """TRUNCATE [TABLE] [IF EXISTS] t; a materialized view has no rows of its own."""
    if cursor.at_word("MATERIALIZED"):
        return
    cursor.take("TABLE")
    cursor.take_if_exists()
    if table := cursor.path():
        yield Problem(
            statement.file,
            statement.line,
            f"TRUNCATE takes every row of {remedy.name(table)}, and the record of the files that "
            "COPY and pipes have loaded into it",
            remedy.op_sql(f"DELETE FROM {remedy.name(table)} WHERE TRUE"),
        )


def _has_where(cursor: Cursor) -> bool:
    while not cursor.ended:
        if cursor.take("WHERE"):
            return True
        cursor.skip()
    return False


def _fills_new_columns(statement: Statement, text: str) -> bool:
    """A backfill touches every row on purpose."""
    cursor = Cursor(text, tokenize(text))
    cursor.skip()
    table = cursor.path()
    while not cursor.ended and not cursor.take("SET"):
        cursor.skip()
    added = {
        change.column.name
        for earlier in statement.earlier
        for change in read_changes(earlier)
        if isinstance(change, AddColumn) and change.table == table
    }
    assigned = [part.take_name() for part in cursor.parts()]
    return bool(assigned) and all(name is not None and name.name in added for name in assigned)


RULE = Rule(
    "dml-without-where",
    Severity.WARNING,
    "UPDATE and DELETE of every row say so with WHERE TRUE, also in the place of TRUNCATE.",
    check,
)
