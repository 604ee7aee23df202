"""Operations that revisions have beside Alembic's own: `op.sql` and `op.expect`.

Importing this module registers them, and those that change types. Each of the two renders to
exactly one statement.
"""

import re

from alembic.operations import MigrateOperation, Operations

from snowlane.alembic import type_change
from snowlane.errors import RefusedError
from snowlane.lint import remedy
from snowlane.sql.scripting import Stop, block, stop_if
from snowlane.sql.statements import single_statement, split_statements
from snowlane.sql.tokens import UnreadableSqlError

_HALF_CHARACTER = re.compile("[\ud800-\udfff]")

__all__ = ["ExpectOperation", "SqlOperation", "type_change"]


def one_statement(operation: str, text: str) -> str:
    """The one statement of a text that an operation got, without the semicolon at its end.

    Raises RefusedError for none or several, which a request cannot carry.
    """
    if _HALF_CHARACTER.search(text):
        raise RefusedError(
            f"{operation} got a text that cannot be sent",
            why=f"it holds half of a character: {ascii(text)[:200]}",
            next="write the character itself in the file",
        )
    try:
        statement = single_statement(text)
    except UnreadableSqlError as error:
        raise RefusedError(
            f"{operation} got SQL that has no end",
            why=str(error),
            next="close what is open in the statement",
        ) from None
    if statement is None:
        raise RefusedError(
            f"{operation} takes exactly one statement",
            why=f"it got: {' '.join(text.split())[:200]!r}",
            next=_split(operation, text),
        )
    return statement


def _split(operation: str, text: str) -> str:
    """The statements of a text as calls to paste, where the operation runs what it gets."""
    found = [statement for _, statement in split_statements(text)]
    advice = f"call {operation} once for each statement"
    if operation == "op.expect" or not found:
        return advice
    return remedy.lines(f"{advice}:", *(remedy.op_sql(statement) for statement in found))


@Operations.register_operation("sql")
class SqlOperation(MigrateOperation):
    """One SQL statement, sent exactly as it is written but for the names of databases."""

    def __init__(self, text: str) -> None:
        self.text = text

    @classmethod
    def sql(cls, operations: Operations, text: str) -> None:
        """Run one SQL statement exactly as written: `:` and `%` stay what they are.

        Databases are named logically and in three parts. Raises RefusedError unless `text` holds
        exactly one statement.
        """
        operations.invoke(cls(one_statement("op.sql", text)))

    def reverse(self) -> MigrateOperation:
        """Nothing can tell the reverse of a text."""
        raise NotImplementedError("op.sql has no reverse")


@Operations.implementation_for(SqlOperation)
def _run_sql(operations: Operations, operation: SqlOperation) -> None:
    operations.execute(operation.text)


@Operations.register_operation("expect")
class ExpectOperation(MigrateOperation):
    """A check on data: the revision stops when a query does not return so many rows."""

    def __init__(self, query: str, rows: int, message: str) -> None:
        self.query = query
        self.rows = rows
        self.message = message

    @classmethod
    def expect(cls, operations: Operations, query: str, rows: int = 0, message: str = "") -> None:
        """Stop the deployment unless `query` returns exactly `rows` rows.

        Rendered as one Snowflake Scripting block that raises -20001 with the message. Raises
        RefusedError unless `query` is one statement without `$$`.
        """
        statement = one_statement("op.expect", query)
        if "$$" in statement:
            raise RefusedError(
                "op.expect cannot take a query that holds $$",
                next="write its literals in single quotes",
            )
        if rows < 0:
            raise RefusedError(f"op.expect cannot expect {rows} rows", next="expect 0 or more")
        operations.invoke(cls(statement, rows, message))

    def reverse(self) -> MigrateOperation:
        """A check changes nothing, so it has no reverse."""
        raise NotImplementedError("op.expect has no reverse")

    def statement(self) -> str:
        """The check as one statement; docs.snowflake.com/en/developer-guide/snowflake-scripting."""
        wanted = f"{self.rows} row{'' if self.rows == 1 else 's'}"
        message = self.message or f"expected {wanted} of: {' '.join(self.query.split())}"
        stop = Stop("unexpected", -20001, message)
        body = [
            "SELECT COUNT(*) INTO :found FROM (",
            self.query,
            ");",
            *stop_if(f"found <> {self.rows}", stop),
            "RETURN found;",
        ]
        return block([stop.declaration, "found INTEGER;"], body)


@Operations.implementation_for(ExpectOperation)
def _run_expect(operations: Operations, operation: ExpectOperation) -> None:
    operations.execute(operation.statement())
