"""Begins, commits and rolls back a session's transaction, and gives each statement the isolation Snowflake gives it.

Snowflake reads what is committed when a statement starts; DuckDB reads what was committed when its transaction
started. So a
transaction that has not written yet takes a new snapshot before each statement. A failing statement undoes
itself only: what the
transaction wrote before is written again. Rule: docs.snowflake.com/en/sql-reference/transactions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

import duckdb

from snowlocal.catalog import now
from snowlocal.context import Context
from snowlocal.session import Session, Transaction

T = TypeVar("T")


def begin(ctx: Context) -> None:
    """Open a transaction; in an open one this does nothing, as on Snowflake."""
    if ctx.session.transaction is None:
        ctx.session.duck.execute("BEGIN")
        ctx.session.transaction = Transaction()


def commit(ctx: Context) -> None:
    """Commit the open transaction, if there is one, moving the streams it consumed."""
    session = ctx.session
    transaction = session.transaction
    if transaction is None:
        return
    try:
        for stream, version in transaction.consumed.items():
            session.duck.execute(
                "INSERT OR REPLACE INTO _local.stream_offsets VALUES (?, ?)", [stream, version]
            )
        session.duck.execute("INSERT INTO _local.finished VALUES (?)", [ctx.query_id])
        with ctx.account.snapshots.committing():
            session.duck.execute("COMMIT")
            at = now()
            for table in transaction.tables:
                ctx.account.written[table] = at
    except duckdb.Error:
        with suppress(duckdb.Error):
            session.duck.execute("ROLLBACK")
        raise
    finally:
        _end(ctx)


def rollback(ctx: Context) -> None:
    """Undo the open transaction, if there is one."""
    if ctx.session.transaction is not None:
        with suppress(duckdb.Error):
            ctx.session.duck.execute("ROLLBACK")
        _end(ctx)


def _end(ctx: Context) -> None:
    transaction = ctx.session.transaction
    ctx.session.transaction = None
    if transaction is not None:
        with ctx.account.lock:
            ctx.account.writers.subtract(transaction.storages)
    ctx.account.locks.release(ctx.session.id)


@contextmanager
def reading(ctx: Context) -> Iterator[Session]:
    """Around a query: a transaction that has only read so far gets a new snapshot first."""
    _refresh(ctx.session)
    try:
        yield ctx.session
    except duckdb.Error:
        _restore(ctx.session)
        raise


def perform(ctx: Context, table: int, storage: int, exclusive: bool, work: Callable[[], T]) -> T:
    """Run one DML statement's `work` on a table: lock first, then the snapshot; commits by itself outside a
    transaction.

    The caller has counted `storage` in `account.writers` already; it is given back when the transaction ends.
    `exclusive` waits for
    the table's lock. Raises SnowflakeError 000625 where the lock is not granted.
    """
    session = ctx.session
    is_new = session.transaction is None
    alone = is_new and session.autocommit
    transaction = session.transaction = session.transaction or Transaction()
    transaction.storages.append(storage)
    try:
        if exclusive:
            timeout = float(session.parameters.get("LOCK_TIMEOUT", 43200))
            ctx.account.locks.acquire(table, session.id, timeout, session.cancel.is_set)
        if is_new:
            session.duck.execute("BEGIN")
        else:
            _refresh(session)
        transaction.tables.add(table)
        done = work()
    except BaseException:
        if alone:
            rollback(ctx)
        else:
            _restore(session)
        raise
    transaction.writes.append(work)
    if alone:
        commit(ctx)
    return done


def renew(session: Session) -> None:
    """Give an open transaction that has written a new snapshot, for storage that came to be since it began."""
    if session.transaction is not None and session.transaction.writes:
        _restore(session)


def _refresh(session: Session) -> None:
    if session.transaction is not None and not session.transaction.writes:
        session.duck.execute("COMMIT")
        session.duck.execute("BEGIN")


def _restore(session: Session) -> None:
    if session.transaction is None:
        return
    with suppress(duckdb.Error):
        session.duck.execute("ROLLBACK")
    session.duck.execute("BEGIN")
    for work in session.transaction.writes:
        work()
