"""Begins, commits and rolls back a session's transaction, and gives each statement the isolation Snowflake gives it.

Snowflake reads what is committed when a statement starts; DuckDB reads what was committed when its transaction started. So a
transaction that has not written yet takes a new snapshot before each statement. Rule: docs.snowflake.com/en/sql-reference/transactions.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import duckdb

from snowlocal.catalog import now
from snowlocal.context import Context
from snowlocal.session import Session, Transaction


def begin(ctx: Context) -> None:
    """Open a transaction; in an open one this does nothing, as on Snowflake."""
    if ctx.session.transaction is None:
        ctx.session.duck.execute("BEGIN")
        ctx.session.transaction = Transaction(explicit=True)


def commit(ctx: Context) -> None:
    """Commit the open transaction, if there is one, moving the streams it consumed."""
    transaction = ctx.session.transaction
    if transaction is None:
        return
    try:
        for stream, version in transaction.consumed.items():
            ctx.session.duck.execute(
                "INSERT OR REPLACE INTO _local.stream_offsets VALUES (?, ?)", [stream, version]
            )
        ctx.session.duck.execute("COMMIT")
        at = now()
        for table in transaction.held:
            ctx.account.written[abs(table)] = at
    except duckdb.Error:
        with suppress(duckdb.Error):
            ctx.session.duck.execute("ROLLBACK")
        raise
    finally:
        ctx.session.transaction = None
        ctx.account.locks.release(ctx.session.id)


def rollback(ctx: Context) -> None:
    """Undo the open transaction, if there is one."""
    if ctx.session.transaction is None:
        return
    ctx.session.transaction = None
    try:
        with suppress(duckdb.TransactionException):
            ctx.session.duck.execute("ROLLBACK")
    finally:
        ctx.account.locks.release(ctx.session.id)


@contextmanager
def reading(ctx: Context) -> Iterator[Session]:
    """Around a query: a transaction that has only read so far gets a new snapshot first."""
    _refresh(ctx.session)
    yield ctx.session


@contextmanager
def writing(ctx: Context, tables: tuple[int, ...]) -> Iterator[Transaction]:
    """Around a DML statement: table locks first, then the snapshot; commits by itself outside a transaction.

    `tables` are the ids of tables to lock; a negative id notes a write without locking (a plain INSERT).
    """
    session = ctx.session
    if session.transaction is None and not session.autocommit:
        begin(ctx)
        assert session.transaction is not None
        session.transaction.explicit = False
    alone = session.transaction is None
    timeout = float(session.parameters.get("LOCK_TIMEOUT", 43200))
    try:
        for table in tables:
            if table > 0:
                ctx.account.locks.acquire(table, session.id, timeout, session.cancel.is_set)
        if alone:
            session.duck.execute("BEGIN")
            session.transaction = Transaction(explicit=False)
        else:
            _refresh(session)
        transaction = session.transaction
        assert transaction is not None
        transaction.held.update(tables)
        if alone:
            yield transaction
            session.duck.execute(
                "INSERT OR IGNORE INTO _local.finished VALUES (?)", [ctx.query_id]
            )
            commit(ctx)
        else:
            transaction.wrote = True
            yield transaction
    except BaseException:
        if alone:
            rollback(ctx)
            ctx.account.locks.release(session.id)
        raise


def _refresh(session: Session) -> None:
    if session.transaction is not None and not session.transaction.wrote:
        session.duck.execute("COMMIT")
        session.duck.execute("BEGIN")
