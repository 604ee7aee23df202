"""Runs pipes: what state one is in, which files a refresh queues, and the loading of the queue with the owner's role.

The queue is kept with the pipe, so that files sent to a paused pipe load when it is resumed. Nothing watches stages:
files are found by REFRESH, old ones too, for a file's time here is not that of its upload.
Source: docs.snowflake.com/en/user-guide/data-load-snowpipe-intro and …/sql-reference/sql/alter-pipe.
"""

from __future__ import annotations

import uuid
from datetime import datetime

import duckdb

from snowlocal import copying, duck_errors, loads, staged, transactions
from snowlocal.account import Account
from snowlocal.catalog import Entry, now
from snowlocal.context import Context
from snowlocal.copy_statement import CopyStatement, parse
from snowlocal.errors import SnowflakeError
from snowlocal.result import Result
from snowlocal.session import Session

# The loader's lock waits only for COPYs, which end; a pipe that still waits after this long tries at its next refresh.
_LOCK_TIMEOUT = 60


def statement_of(pipe: Entry) -> CopyStatement:
    """The pipe's COPY."""
    return parse(pipe.details["copy"])


def state(account: Account, pipe: Entry) -> str:
    """executionState as SYSTEM$PIPE_STATUS gives it."""
    stopped = pipe.details["stopped"]
    if stopped:
        return str(stopped)
    ctx = _owner_context(account, pipe)
    try:
        statement = statement_of(pipe)
        if ctx.maybe("TABLE", statement.table) is None:
            return "STOPPED_MISSING_TABLE"
        try:
            location = staged.locate(ctx, statement.location, "READ")
        except SnowflakeError:
            return "STOPPED_STAGE_DROPPED"
        if location.stage.id != pipe.details["stage_id"]:
            return "STOPPED_STAGE_DROPPED"
    finally:
        ctx.session.duck.close()
    if pipe.details["paused"]:
        return "PAUSED"
    return "STALLED_EXECUTION_ERROR" if pipe.details["fault"] else "RUNNING"


def pending(
    account: Account, pipe: Entry, prefix: str, after: datetime | None
) -> list[staged.StagedFile]:
    """The files that a refresh sends: those of the pipe's stage and PATTERN that are neither loaded nor queued.

    `prefix` is put behind the pipe's own path. Raises what the pipe's COPY raises where table or stage are gone.
    """
    ctx = _owner_context(account, pipe)
    try:
        plan = copying.resolve(ctx, statement_of(pipe))
        location = staged.Location(plan.location.stage, plan.location.path + prefix)
        found = staged.files(account, location)
        found = staged.matching(found, plan.statement.pattern, whole=False)
        loaded = loads.by_pipe(ctx.session.duck, pipe.id)
    finally:
        ctx.session.duck.close()
    queued = {address for address, _ in pipe.details["queue"]}
    return [
        f
        for f in found
        if f.address not in loaded
        and f.address not in queued
        and (after is None or f.modified > after)
    ]


def drain(account: Account, pipe_id: int) -> None:
    """Load what is queued, unless the pipe is paused or stopped. What fails stays to be read in COPY_HISTORY.

    Must not be called with the account's lock held: loading waits for table locks.
    """
    with account.lock:
        pipe = account.catalog.maybe(pipe_id)
        if pipe is None or not pipe.details["queue"]:
            return
        if state(account, pipe) not in ("RUNNING", "STALLED_EXECUTION_ERROR"):
            return
        queue = pipe.details["queue"]
    fault = None
    try:
        _load(account, pipe, {address for address, _ in queue})
    except SnowflakeError as error:
        fault = error.message
    except duckdb.Error as error:
        fault = duck_errors.translate(error).message
    with account.change(None) as change:
        current = change.catalog.maybe(pipe_id)
        if current is not None:
            # A file that could not even be tried stays queued; one that arrived meanwhile too.
            left = [f for f in current.details["queue"] if fault is not None or f not in queue]
            change.put(current.with_details(queue=left, fault=fault))


def _load(account: Account, pipe: Entry, addresses: set[str]) -> None:
    ctx = _owner_context(account, pipe)
    try:
        with account.lock:
            plan = copying.resolve(ctx, statement_of(pipe))
        found = staged.files(account, staged.Location(plan.location.stage, ""))
        chosen = [f for f in found if f.address in addresses]
        copying.run(ctx, plan, chosen, pipe)
    finally:
        transactions.rollback(ctx)
        account.locks.release(ctx.session.id)
        ctx.session.duck.close()


def _owner_context(account: Account, pipe: Entry) -> Context:
    """A session of the pipe's own: its owner's role, its database and schema."""
    name = account.catalog.name_of(pipe)
    session = Session(
        id=-int(now().timestamp() * 1_000_000),
        token="",
        master_token="",
        user="SYSTEM",
        duck=account.duck.cursor(),
        role=pipe.owner,
        database=name.database,
        schema=name.schema,
        parameters={"LOCK_TIMEOUT": _LOCK_TIMEOUT},
    )
    return Context(account, session, str(uuid.uuid4()), pipe.details["copy"], run=_refused)


def _refused(_: str) -> Result:
    raise AssertionError("a pipe's COPY runs no other statement")
