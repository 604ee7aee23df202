"""From a statement's text to its handler, with history, cancellation and DuckDB's errors seen to on the way.

One table says which function handles which verb; `kinds_table.py` lists the object kinds. Handlers are loaded
when first used.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import duckdb

from snowlocal import duck_errors
from snowlocal.account import Account
from snowlocal.catalog import now
from snowlocal.context import Context
from snowlocal.errors import SnowflakeError, cancelled, compilation, internal, unsupported
from snowlocal.history import Query
from snowlocal.result import Result
from snowlocal.session import Session
from snowlocal.tokens import Reader, Token

# First word -> "module:function"; each function takes (Context, Reader standing after that word) and returns a Result.
_VERBS = {
    "ALTER": "snowlocal.definitions:alter",
    "CREATE": "snowlocal.definitions:create",
    "DROP": "snowlocal.definitions:drop",
    "UNDROP": "snowlocal.definitions:undrop",
    "COMMENT": "snowlocal.definitions:comment",
    "DESCRIBE": "snowlocal.show:describe",
    "DESC": "snowlocal.show:describe",
    "SHOW": "snowlocal.show:show",
    "GRANT": "snowlocal.grants:grant",
    "REVOKE": "snowlocal.grants:revoke",
    "USE": "snowlocal.session_statements:use",
    "SET": "snowlocal.session_statements:set_variable",
    "UNSET": "snowlocal.session_statements:unset_variable",
    "BEGIN": "snowlocal.session_statements:begin",
    "START": "snowlocal.session_statements:begin",
    "COMMIT": "snowlocal.session_statements:commit",
    "ROLLBACK": "snowlocal.session_statements:rollback",
    "CALL": "snowlocal.blocks:call",
    "EXECUTE": "snowlocal.blocks:execute",
    "COPY": "snowlocal.copying:copy",
    "PUT": "snowlocal.files:put",
    "GET": "snowlocal.files:get",
    "LIST": "snowlocal.files:list_files",
    "LS": "snowlocal.files:list_files",
    "REMOVE": "snowlocal.files:remove",
    "RM": "snowlocal.files:remove",
    "SELECT": "snowlocal.query.select:run",
    "WITH": "snowlocal.query.select:run",
    "VALUES": "snowlocal.query.select:run",
    "(": "snowlocal.query.select:run",
    "INSERT": "snowlocal.query.dml:run",
    "UPDATE": "snowlocal.query.dml:run",
    "DELETE": "snowlocal.query.dml:run",
    "MERGE": "snowlocal.query.dml:run",
    "TRUNCATE": "snowlocal.query.dml:truncate",
}
# Statements that commit an open transaction before and after themselves.
# docs.snowflake.com/en/sql-reference/transactions, "DDL".
_DDL = {"ALTER", "CREATE", "DROP", "UNDROP", "COMMENT", "GRANT", "REVOKE"}
# Judged by sqlfluff's grammar before anything else; SHOW, PUT and their like are read by their handlers alone.
_JUDGED = _DDL - {"CREATE", "ALTER"} | {
    "USE",
    "SELECT",
    "WITH",
    "INSERT",
    "UPDATE",
    "DELETE",
    "MERGE",
}
_JUDGED_UP_TO = 16_000  # characters: a long INSERT would take seconds

_KEPT_RESULTS = 200

Handler = Callable[[Context, Reader], Result]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A statement's result and the id under which history holds it."""

    query_id: str
    result: Result
    verb: str


class Failure(Exception):
    """A statement failed: the id under which history holds it, and the refusal."""

    def __init__(self, query_id: str, error: SnowflakeError) -> None:
        super().__init__(str(error))
        self.query_id = query_id
        self.error = error


class Dispatcher:
    """Runs statements for sessions of one account."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def run(
        self,
        session: Session,
        sql: str,
        *,
        bindings: Sequence[Any] = (),
        tag: str | None = None,
        request_id: str | None = None,
        parent: Context | None = None,
    ) -> Outcome:
        """Run one statement and record it. `tag` is this statement's QUERY_TAG where it has one of its own.

        Raises Failure.
        """
        query_id = str(uuid.uuid4())
        if parent is not None and tag is None:
            tag = parent.tag
        self._begin(session, query_id, sql, tag, request_id, parent)
        try:
            if session.cancel.is_set():
                raise cancelled()
            limit = session.statement_timeout if parent is None else 0
            with self._account.timeouts.within(session, limit):
                verb, result = self._execute(session, query_id, sql, bindings, tag)
        except SnowflakeError as error:
            self._account.history.fail(query_id, error.number, error.message)
            raise Failure(query_id, error) from error
        except duckdb.Error as error:
            refusal = duck_errors.translate(error)
            self._account.history.fail(query_id, refusal.number, refusal.message)
            raise Failure(query_id, refusal) from error
        except Exception as error:
            fault = internal(error)
            self._account.history.fail(query_id, fault.number, fault.message)
            raise Failure(query_id, fault) from error
        self._account.history.succeed(query_id, result.affected or result.count)
        session.queries.append(query_id)
        self._keep(query_id, result)
        return Outcome(query_id, result, verb)

    def _keep(self, query_id: str, result: Result) -> None:
        kept = self._account.results
        with self._account.lock:
            kept[query_id] = result
            while len(kept) > _KEPT_RESULTS:
                kept.popitem(last=False)

    def _begin(
        self,
        session: Session,
        query_id: str,
        sql: str,
        tag: str | None,
        request_id: str | None,
        parent: Context | None,
    ) -> None:
        words = sql.split(None, 1)
        self._account.history.start(
            Query(
                query_id=query_id,
                query_text=sql,
                query_type=words[0].upper().rstrip(";") if words else "",
                query_tag=tag if tag is not None else session.query_tag,
                session_id=session.id,
                user_name=session.user,
                role_name=session.role,
                warehouse_name=session.warehouse,
                database_name=session.database,
                schema_name=session.schema,
                execution_status="RUNNING",
                error_code=None,
                error_message=None,
                start_time=now(),
                end_time=None,
                rows_produced=None,
                request_id=request_id,
                parent_id=parent.query_id if parent else None,
            )
        )

    def _execute(
        self,
        session: Session,
        query_id: str,
        sql: str,
        bindings: Sequence[Any],
        tag: str | None,
    ) -> tuple[str, Result]:
        from snowlocal.scripting import bind_placeholders, is_block

        if bindings and "?" in sql:
            sql, bindings = bind_placeholders(sql, bindings), ()

        ctx = Context(self._account, session, query_id, sql, bindings=list(bindings), run=_unset)
        ctx.tag = tag
        ctx.run = lambda text: self._nested(ctx, text)
        if is_block(sql):
            from snowlocal.blocks import block

            return "BLOCK", block(ctx)
        reader = _reader(sql)
        if reader.done:
            raise compilation(900, "42601", "Empty SQL statement.")
        first = reader.next()
        verb = "(" if first.text == "(" else first.upper
        target = _VERBS.get(verb)
        if target is None:
            self._account.grammar.check(sql)
            raise unsupported(verb or first.text)
        if verb in _JUDGED and len(sql) <= _JUDGED_UP_TO:
            self._account.grammar.check(sql)
        if verb in _DDL:
            from snowlocal import transactions

            transactions.commit(ctx)
            with self._account.lock:
                result = _handler(target)(ctx, reader)
        else:
            result = _handler(target)(ctx, reader)
        for work in ctx.afterwards:
            work()
        return verb, result

    def _nested(self, parent: Context, sql: str) -> Result:
        try:
            return self.run(parent.session, sql, parent=parent).result
        except Failure as failure:
            raise failure.error from failure


def _reader(sql: str) -> Reader:
    # A bare file:///data/*.csv holds what the tokenizer takes for a comment: of PUT and GET only the verb is read here.
    words = sql.split(None, 1)
    if words and words[0].upper() in ("PUT", "GET"):
        return Reader(sql, (Token("word", words[0], 0, len(words[0])),))
    return Reader(sql)


def _unset(_: str) -> Result:
    raise AssertionError("the context's run is set right after it is made")


def _handler(target: str) -> Handler:
    module, _, function = target.partition(":")
    handler: Handler = getattr(import_module(module), function)
    return handler
