"""SYSTEM$ functions that act on sessions and queries: cancelling, waiting, and when a table last changed.

Source: docs.snowflake.com/en/sql-reference/functions-system.
"""

from __future__ import annotations

from typing import Any

from snowlocal.context import Context
from snowlocal.errors import SnowflakeError, cancelled, compilation, no_privilege, unsupported
from snowlocal.functions import exactly
from snowlocal.session import Session
from snowlocal.show_filters import relation
from snowlocal.tokens import Reader

_SECONDS = {
    "MILLISECONDS": 0.001,
    "SECONDS": 1.0,
    "MINUTES": 60.0,
    "HOURS": 3600.0,
    "DAYS": 86400.0,
}


def cancel_query(ctx: Context, arguments: list[Any]) -> str:
    """SYSTEM$CANCEL_QUERY('id'): stop a running statement of one's own, or of anybody as ACCOUNTADMIN."""
    (query_id,) = exactly("SYSTEM$CANCEL_QUERY", arguments, 1)
    query = ctx.account.history.get(str(query_id))
    if query is None or query.execution_status != "RUNNING":
        return "Identified SQL statement is not currently executing."
    session = _session(ctx, query.session_id)
    if session is None:
        return "Identified SQL statement is not currently executing."
    session.stop()
    return f"query [{query_id}] terminated."


def cancel_all_queries(ctx: Context, arguments: list[Any]) -> str:
    """SYSTEM$CANCEL_ALL_QUERIES(session id): stop what a session runs; the session stays."""
    (number,) = exactly("SYSTEM$CANCEL_ALL_QUERIES", arguments, 1)
    session = _session(ctx, int(number))
    if session is None:
        raise _no_session(number)
    running = ctx.account.history.read(
        "session_id = ? AND execution_status = 'RUNNING' AND query_id <> ?",
        (session.id, ctx.query_id),
    )
    if running and session is not ctx.session:
        session.stop()
    return "all queries cancelled."


def abort_session(ctx: Context, arguments: list[Any]) -> str:
    """SYSTEM$ABORT_SESSION(session id): stop what it runs, roll back its transaction and end it."""
    (number,) = exactly("SYSTEM$ABORT_SESSION", arguments, 1)
    session = _session(ctx, int(number))
    if session is None:
        raise _no_session(number)
    if session is ctx.session:
        raise unsupported("SYSTEM$ABORT_SESSION of the session itself")
    session.stop()
    ctx.account.close_session(session)
    return f"session [{number}] terminated."


def wait(ctx: Context, arguments: list[Any]) -> str:
    """SYSTEM$WAIT(amount [, unit]): wait, in seconds unless a unit is given; cancelling ends it."""
    if not 1 <= len(arguments) <= 2:
        exactly("SYSTEM$WAIT", arguments, 1)
    unit = str(arguments[1]).upper() if len(arguments) > 1 else "SECONDS"
    if unit not in _SECONDS:
        raise compilation(1045, "22023", f"invalid value [{unit}] for the time unit of SYSTEM$WAIT")
    if ctx.session.cancel.wait(float(arguments[0]) * _SECONDS[unit]):
        raise cancelled()
    return f"waited {arguments[0]} {unit.lower()}"


def last_change_commit_time(ctx: Context, arguments: list[Any]) -> int:
    """SYSTEM$LAST_CHANGE_COMMIT_TIME('table'): when the table last changed, in nanoseconds since 1970.

    Writes are remembered since this account was opened; before that, the time of the last DDL counts.
    """
    (name,) = exactly("SYSTEM$LAST_CHANGE_COMMIT_TIME", arguments, 1)
    with ctx.account.lock:
        entry = relation(ctx, Reader(str(name)).qualified())
        ctx.access.require(entry, "SELECT")
        at = ctx.account.written.get(entry.id, entry.altered)
    return int(at.timestamp() * 1_000_000) * 1000


def clustering_information(ctx: Context, arguments: list[Any]) -> str:
    """SYSTEM$CLUSTERING_INFORMATION: there are no micro-partitions here to tell about."""
    raise unsupported("SYSTEM$CLUSTERING_INFORMATION")


def _session(ctx: Context, number: int) -> Session | None:
    """The session of this id, which must be the same user's unless the role is ACCOUNTADMIN's. Raises 003001."""
    found = [s for s in ctx.account.sessions.values() if s.id == number]
    if not found:
        return None
    with ctx.account.lock:
        allowed = found[0].user == ctx.session.user or "ACCOUNTADMIN" in ctx.access.roles
    if not allowed:
        raise no_privilege("SESSION", str(number))
    return found[0]


def _no_session(number: Any) -> SnowflakeError:
    return SnowflakeError(2043, "02000", f"Session '{number}' does not exist.")
