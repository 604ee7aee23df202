"""Runs a block: its statements in order, its names in scopes, its exceptions through its handlers.

Knows what a block means (docs.snowflake.com/en/developer-guide/snowflake-scripting); SQL statements
and expressions are the work of `session`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from snowlocal.errors import cancelled as cancellation
from snowlocal.scripting import nodes
from snowlocal.scripting.executor import Executor, ResultTable, Rows
from snowlocal.scripting.failures import Raised, find_handler, unnumbered, user_exception
from snowlocal.scripting.parser import parse_block
from snowlocal.scripting.resolve import check_names
from snowlocal.scripting.scope import Cursor, Record, Resultset, Scope, UserException, Variable
from snowlocal.scripting.session import BlockSession
from snowlocal.scripting.source import Piece, Place, Token


class _Returned(Exception):
    def __init__(self, value: object) -> None:
        self.value = value


class _Jumped(Exception):
    def __init__(self, jump: nodes.Jump) -> None:
        self.jump = jump


def run_block(
    text: str,
    executor: Executor,
    *,
    arguments: Mapping[str, object] | None = None,
    on_line_offset: int = 0,
    cancelled: Callable[[], bool] | None = None,
) -> object | ResultTable:
    """Run the block `text` and give what its RETURN gives: a value, a ResultTable, or None without
    a RETURN.

    `arguments` are a procedure's arguments by name, folded as Snowflake folds them;
    `on_line_offset` is added to the lines in messages; `cancelled` is asked before every statement.

    Raises SnowflakeError: for the syntax or a name before anything runs; 000604 when cancelled;
    else the uncaught exception in Snowflake's words, with the number and state of what was raised.
    """
    block = parse_block(text, on_line_offset=on_line_offset)
    given = dict(arguments or {})
    check_names(block, given)
    is_cancelled = cancelled or _never

    def run_nested(nested: str) -> object | ResultTable:
        return run_block(nested, executor, cancelled=cancelled)

    runner = _Runner(BlockSession(executor, run_nested), is_cancelled)
    try:
        runner.block(block, Scope(names={name: Variable(value) for name, value in given.items()}))
    except _Returned as returned:
        return returned.value
    except Raised as raised:
        raise raised.uncaught() from raised
    return None


def _never() -> bool:
    return False


class _Runner:
    """One run of one block."""

    def __init__(self, session: BlockSession, is_cancelled: Callable[[], bool]) -> None:
        self._session = session
        self._is_cancelled = is_cancelled

    def block(self, block: nodes.Block, scope: Scope) -> None:
        """Run `block` inside `scope`; an error in its DECLARE is for the blocks around it."""
        declared = scope.inner()
        for declaration in block.declarations:
            self._declare(declaration, declared)
        try:
            self._run(block.body, declared.inner())
        except Raised as raised:
            handler = find_handler(block.handlers, raised, declared)
            if handler is None:
                raise
            with self._session.handling(raised):
                self._run(handler.body, declared.inner())

    def _run(self, body: tuple[nodes.Statement, ...], scope: Scope) -> None:
        for statement in body:
            if self._is_cancelled():
                raise cancellation()
            self._statement(statement, scope)

    def _statement(self, statement: nodes.Statement, scope: Scope) -> None:
        match statement:
            case nodes.Block():
                self.block(statement, scope)
            case nodes.Let(declaration):
                self._declare(declaration, scope)
            case nodes.Assign(target, value, query):
                self._assign(target, value, query, scope)
            case nodes.Sql() | nodes.ExecuteImmediate():
                self._session.run(statement, scope)
            case nodes.If(branches, otherwise):
                self._run(self._chosen(branches, otherwise, scope), scope)
            case nodes.Case():
                self._run(self._matching(statement, scope), scope)
            case nodes.ForRange():
                self._for_range(statement, scope)
            case nodes.ForRows():
                self._for_rows(statement, scope)
            case nodes.Loop():
                self._loop(statement, scope)
            case nodes.Raise(name, place):
                raise self._raised(name, place, scope)
            case nodes.Return(value):
                raise _Returned(None if value is None else self._session.value(value, scope))
            case _:
                self._jump_or_cursor(statement, scope)

    def _jump_or_cursor(self, statement: nodes.Statement, scope: Scope) -> None:
        match statement:
            case nodes.Jump():
                raise _Jumped(statement)
            case nodes.ReturnTable(of, _, place):
                raise _Returned(ResultTable(self._rows(of, place, scope)))
            case nodes.Open(cursor, using, place):
                self._session.open(self._cursor(cursor, scope), using, place, scope)
            case nodes.Fetch(cursor, into, place):
                self._session.fetch(self._cursor(cursor, scope), into, place, scope)
            case nodes.Close(cursor, place):
                self._session.close(self._cursor(cursor, scope), place)
            case _:  # NULL
                pass

    def _declare(self, declaration: nodes.Declaration, scope: Scope) -> None:
        match declaration:
            case nodes.Variable(name, kind, value, _):
                scope.names[name] = self._session.variable(kind, value, scope)
            case nodes.ExceptionDeclaration(name, number, message):
                scope.names[name] = UserException(name, number, message)
            case nodes.CursorDeclaration(name):
                scope.names[name] = Cursor(declaration)
            case nodes.ResultsetDeclaration(name, query):
                rows = None if query is None else self._session.run(query, scope)
                scope.names[name] = Resultset(rows)

    def _assign(self, target: Token, value: Piece, query: nodes.Query | None, scope: Scope) -> None:
        cell = scope.find(target.name)
        if not isinstance(cell, Resultset):
            self._session.assign(target, self._session.value(value, scope), value.place, scope)
        elif query is not None:
            cell.rows = self._session.run(query, scope)
        else:
            source = scope.find(value.tokens[0].name)
            if len(value.tokens) != 1 or not isinstance(source, Resultset):
                raise unnumbered(f"'{target.name}' takes a statement in parentheses.", value.place)
            cell.rows = source.rows

    def _chosen(
        self, branches: nodes.Branches, otherwise: tuple[nodes.Statement, ...], scope: Scope
    ) -> tuple[nodes.Statement, ...]:
        """The first branch whose condition holds; NULL does not hold."""
        for condition, body in branches:
            if self._session.holds(condition, scope):
                return body
        return otherwise

    def _matching(self, case: nodes.Case, scope: Scope) -> tuple[nodes.Statement, ...]:
        """The first branch whose value equals the operand's; NULL equals nothing."""
        if case.operand is None:
            return self._chosen(case.branches, case.otherwise, scope)
        wanted = self._session.value(case.operand, scope)
        for candidate, body in case.branches:
            if self._session.equals(wanted, candidate, scope):
                return body
        return case.otherwise

    def _for_range(self, loop: nodes.ForRange, scope: Scope) -> None:
        low = self._session.whole_number(loop.low, scope)
        high = self._session.whole_number(loop.high, scope)
        counted = range(low, high + 1)
        for number in reversed(counted) if loop.reverse else counted:
            inner = scope.inner()
            inner.names[loop.name] = Variable(number)
            if not self._goes_on(loop.body, loop.label, inner):
                break

    def _for_rows(self, loop: nodes.ForRows, scope: Scope) -> None:
        rows = self._rows(loop.over, loop.place, scope)
        for row in rows.rows:
            inner = scope.inner()
            inner.names[loop.name] = Record(dict(zip(rows.columns, row, strict=True)))
            if not self._goes_on(loop.body, loop.label, inner):
                break

    def _loop(self, loop: nodes.Loop, scope: Scope) -> None:
        while loop.condition is None or self._session.holds(loop.condition, scope):
            if not self._goes_on(loop.body, loop.label, scope):
                break
            if loop.until is not None and self._session.holds(loop.until, scope):
                break

    def _goes_on(self, body: tuple[nodes.Statement, ...], label: str | None, scope: Scope) -> bool:
        """Run a loop's body once; False when a BREAK left the loop."""
        try:
            self._run(body, scope)
        except _Jumped as jumped:
            if jumped.jump.label not in (None, label):
                raise
            return not jumped.jump.breaks
        return True

    def _raised(self, name: Token | None, place: Place, scope: Scope) -> Raised:
        if name is None:
            return self._session.handled()
        declared = scope.find(name.name)
        assert isinstance(declared, UserException)  # check_names has seen to it
        return user_exception(declared, place)

    def _rows(self, of: Token, place: Place, scope: Scope) -> Rows:
        """The rows of a resultset, or of a cursor, which is opened for it when it is closed."""
        cell = scope.find(of.name)
        if isinstance(cell, Cursor):
            if cell.rows is None:
                return self._session.cursor_rows(cell, (), place, scope)
            return cell.rows
        if not isinstance(cell, Resultset) or cell.rows is None:
            raise unnumbered(f"Resultset '{of.name}' has not been assigned.", place)
        return cell.rows

    def _cursor(self, token: Token, scope: Scope) -> Cursor:
        cell = scope.find(token.name)
        assert isinstance(cell, Cursor)  # check_names has seen to it
        return cell
