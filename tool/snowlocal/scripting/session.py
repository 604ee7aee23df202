"""What a running block asks of its session: statements, values, cursors, and the built-in names
they set.

Writes variables out as literals and turns what the session refuses into exceptions of the block;
the order of statements is `interpreter`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import ROUND_HALF_UP, Decimal

from snowlocal.errors import SnowflakeError, compilation
from snowlocal.scripting import nodes
from snowlocal.scripting.executor import Answer, Executor, ResultTable, Rows
from snowlocal.scripting.expressions import bind_placeholders, value_of, written_out
from snowlocal.scripting.failures import (
    EXPRESSION_ERROR,
    STATEMENT_ERROR,
    Raised,
    failure,
    unnumbered,
)
from snowlocal.scripting.literals import convert, inferred_type, render
from snowlocal.scripting.scope import BUILT_IN, Cell, Cursor, Resultset, Scope, Variable
from snowlocal.scripting.source import Piece, Place, Token
from snowlocal.scripting.split import is_block, split_statements


class BlockSession:
    """The session as one run of a block sees it; `run_nested` runs a block that EXECUTE IMMEDIATE
    was given.
    """

    def __init__(
        self, executor: Executor, run_nested: Callable[[str], object | ResultTable]
    ) -> None:
        self._executor = executor
        self._run_nested = run_nested
        self._handling: list[Raised] = []
        self._affected: int | None = None
        self._query_id: str | None = None

    # Values

    def value(self, piece: Piece, scope: Scope) -> object:
        """The value of an expression. Raises Raised EXPRESSION_ERROR."""
        with _as(EXPRESSION_ERROR, piece.place):
            return value_of(piece, self._lookup(scope), self._executor.evaluate)

    def holds(self, condition: Piece, scope: Scope) -> bool:
        """Whether a condition is true; NULL is not."""
        value = self.value(condition, scope)
        with _as(EXPRESSION_ERROR, condition.place):
            return convert(value, "BOOLEAN", self._executor.evaluate) is True

    def equals(self, wanted: object, candidate: Piece, scope: Scope) -> bool:
        """Whether an expression's value is equal to `wanted` as SQL compares them."""
        value = self.value(candidate, scope)
        if type(wanted) is type(value):
            return wanted is not None and wanted == value
        with _as(EXPRESSION_ERROR, candidate.place):
            return self._executor.evaluate(f"{render(wanted)} = {render(value)}") is True

    def whole_number(self, piece: Piece, scope: Scope) -> int:
        """The bound of a counting loop, rounded half away from zero."""
        value = self.value(piece, scope)
        if isinstance(value, int):
            return value
        with _as(EXPRESSION_ERROR, piece.place):
            number = convert(value, "NUMBER(38,0)", self._executor.evaluate)
        if number is None:
            raise unnumbered("A bound of a FOR loop is NULL.", piece.place)
        return int(Decimal(str(number)).quantize(Decimal(1), ROUND_HALF_UP))

    def variable(self, kind: str | None, value: Piece | None, scope: Scope) -> Variable:
        """A new variable; one without a type gets the type of its first value."""
        if value is None:
            return Variable(None, kind)
        first = self.value(value, scope)
        with _as(EXPRESSION_ERROR, value.place):
            held = convert(first, kind, self._executor.evaluate)
        return Variable(held, kind or inferred_type(first))

    def assign(self, target: Token, value: object, place: Place, scope: Scope) -> None:
        """Give a variable a new value of its own type."""
        cell = scope.find(target.name)
        assert isinstance(cell, Variable)  # check_names has seen to it
        with _as(EXPRESSION_ERROR, place):
            cell.value = convert(value, cell.type, self._executor.evaluate)

    # Statements

    def run(self, query: nodes.Query, scope: Scope) -> Rows:
        """Run a SQL statement or EXECUTE IMMEDIATE and fill its INTO. Raises Raised
        STATEMENT_ERROR.
        """
        if isinstance(query, nodes.ExecuteImmediate):
            return self._execute_immediate(query, scope)
        lookup = self._lookup(scope)
        with _as(STATEMENT_ERROR, query.place):
            sql = " ".join(written_out(piece, lookup, bare=False) for piece in query.pieces)
            rows = self._answered(self._executor.execute(sql))
        if query.into:
            self._fill(query, rows, scope)
        return rows

    def _fill(self, query: nodes.Sql, rows: Rows, scope: Scope) -> None:
        """Put the one row of `SELECT … INTO` into its variables; no row leaves NULLs."""
        if len(rows.rows) > 1:
            raise unnumbered(
                "A SELECT INTO statement expects exactly 1 returned row, "
                f"but got {len(rows.rows)}.",
                query.place,
            )
        row = rows.rows[0] if rows.rows else (None,) * len(query.into)
        if len(row) != len(query.into):
            raise unnumbered(
                f"The INTO has {len(query.into)} variables, the row {len(row)} columns.",
                query.place,
            )
        for target, value in zip(query.into, row, strict=True):
            self.assign(target, value, query.place, scope)

    def _execute_immediate(self, query: nodes.ExecuteImmediate, scope: Scope) -> Rows:
        text = self.value(query.value, scope)
        values = [self._named(token, scope) for token in query.using]
        with _as(STATEMENT_ERROR, query.place):
            written = "" if text is None else str(text)
            if query.using:
                written = bind_placeholders(written, values)
            statement = _only_statement(written)
            if not is_block(statement):
                return self._answered(self._executor.execute(statement))
            # A block is run from the text as given: its lines count from there.
            returned = self._run_nested(written)
        rows = (
            returned.rows
            if isinstance(returned, ResultTable)
            else Answer(("anonymous block",), [(returned,)])
        )
        return self._answered(rows)

    def _answered(self, rows: Rows) -> Rows:
        # Since bundle 2025_01 a statement that is no DML resets the count to NULL.
        self._affected = rows.affected
        self._query_id = rows.query_id
        return rows

    # Cursors

    def cursor_rows(
        self, cursor: Cursor, using: Sequence[Token], place: Place, scope: Scope
    ) -> Rows:
        """The rows of a cursor's query, its `?` filled from `using`."""
        declaration = cursor.declaration
        if declaration.query is None:
            assert declaration.resultset is not None  # a cursor has one of the two
            source = scope.find(declaration.resultset.name)
            if not isinstance(source, Resultset) or source.rows is None:
                name = declaration.resultset.name
                raise unnumbered(f"Resultset '{name}' has not been assigned.", place)
            return source.rows
        values = [self._named(token, scope) for token in using]
        with _as(STATEMENT_ERROR, place):
            sql = written_out(declaration.query, self._lookup(scope), bare=False)
            return self._answered(self._executor.execute(bind_placeholders(sql, values)))

    def open(self, cursor: Cursor, using: Sequence[Token], place: Place, scope: Scope) -> None:
        """OPEN: run the query and stand before its first row."""
        if cursor.rows is not None:
            raise unnumbered(f"Cursor '{cursor.declaration.name}' is already open.", place)
        cursor.rows = self.cursor_rows(cursor, using, place, scope)
        cursor.at = 0

    def fetch(self, cursor: Cursor, into: Sequence[Token], place: Place, scope: Scope) -> None:
        """FETCH: the next row into variables; past the last row, NULLs."""
        if cursor.rows is None:
            raise unnumbered(f"Cursor '{cursor.declaration.name}' is not open.", place)
        ended = cursor.at >= len(cursor.rows.rows)
        row = (None,) * len(into) if ended else cursor.rows.rows[cursor.at]
        if len(row) != len(into):
            raise unnumbered(
                f"The FETCH has {len(into)} variables, the row {len(row)} columns.", place
            )
        for target, value in zip(into, row, strict=True):
            self.assign(target, value, place, scope)
        cursor.at += 1

    def close(self, cursor: Cursor, place: Place) -> None:
        """CLOSE."""
        if cursor.rows is None:
            raise unnumbered(f"Cursor '{cursor.declaration.name}' is not open.", place)
        cursor.rows = None

    # Built-in names

    @contextmanager
    def handling(self, raised: Raised) -> Iterator[None]:
        """While a handler runs, SQLCODE, SQLERRM and SQLSTATE are of what it handles."""
        self._handling.append(raised)
        try:
            yield
        finally:
            self._handling.pop()

    def handled(self) -> Raised:
        """What RAISE without a name raises again."""
        return self._handling[-1]

    def _lookup(self, scope: Scope) -> Callable[[str], Cell | None]:
        return lambda name: self._find(name, scope)

    def _named(self, token: Token, scope: Scope) -> object:
        cell = self._find(token.name, scope)
        assert isinstance(cell, Variable)  # check_names has seen to it
        return cell.value

    def _find(self, name: str, scope: Scope) -> Cell | None:
        found = scope.find(name)
        if found is not None or name not in BUILT_IN:
            return found
        return Variable(self._built_in(name))

    def _built_in(self, name: str) -> object:
        if name == "SQLID":
            return self._query_id
        if name in ("SQLCODE", "SQLERRM", "SQLSTATE"):
            if not self._handling:
                return None
            error = self._handling[-1].error
            return {"SQLCODE": error.number, "SQLERRM": error.message}.get(name, error.sqlstate)
        if name == "SQLROWCOUNT" or self._affected is None:
            return self._affected
        return (self._affected > 0) == (name == "SQLFOUND")


@contextmanager
def _as(kind: str, place: Place) -> Iterator[None]:
    """Make what the session refuses an exception of the block."""
    try:
        yield
    except SnowflakeError as error:
        raise failure(kind, error, place) from error


def _only_statement(text: str) -> str:
    """The one statement that EXECUTE IMMEDIATE was given."""
    statements = split_statements(text) if ";" in text else [text.strip()]
    if not any(statements):
        raise compilation(900, "42601", "Empty SQL statement.")
    if len(statements) > 1:
        raise SnowflakeError(
            8,
            "0A000",
            f"Actual statement count {len(statements)} did not match "
            "the desired statement count 1.",
        )
    return statements[0]
