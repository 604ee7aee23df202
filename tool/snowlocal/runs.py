"""Runs of tasks and alerts: their record, and the session and thread they run in. Knows nothing of what a run does.

A run that was not over when the account stopped counts as failed afterwards.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

import duckdb

from snowlocal import duck_errors
from snowlocal.account import Account
from snowlocal.catalog import Entry, now
from snowlocal.errors import SnowflakeError
from snowlocal.session import Session
from snowlocal.session_statements import set_parameter

SYSTEM_USER = "SYSTEM"
_TABLE = """
CREATE TABLE IF NOT EXISTS _local.runs (id BIGINT PRIMARY KEY, kind VARCHAR, boot VARCHAR, content VARCHAR)
"""
_OPEN = ("SCHEDULED", "EXECUTING")


def begin(account: Account, kind: str, **content: Any) -> int:
    """Record a run that is scheduled; returns its number."""
    with account.change(None) as change:
        change.run(_TABLE)
        number = change.new_id()
        row = [number, kind, account.started.isoformat(), _dump(content)]
        change.run("INSERT INTO _local.runs VALUES (?, ?, ?, ?)", row)
    return number


def update(account: Account, number: int, **content: Any) -> None:
    """Change the record of a run."""
    with account.change(None) as change:
        found = change.run("SELECT content FROM _local.runs WHERE id = ?", [number])
        merged = {**json.loads(found[0][0]), **json.loads(_dump(content))}
        change.run("UPDATE _local.runs SET content = ? WHERE id = ?", [json.dumps(merged), number])


def read(account: Account, kind: str) -> list[dict[str, Any]]:
    """The records of a kind, newest first, with their number under 'id'; times are in UTC."""
    with account.lock:
        there = account.writer.execute(
            "SELECT 1 FROM duckdb_tables() WHERE schema_name = '_local' AND table_name = 'runs'"
        ).fetchall()
        if not there:
            return []
        rows = account.writer.execute(
            "SELECT id, boot, content FROM _local.runs WHERE kind = ? ORDER BY id DESC", [kind]
        ).fetchall()
    return [
        _record(number, boot == account.started.isoformat(), text) for number, boot, text in rows
    ]


def _record(number: int, this_start: bool, text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    if found["state"] in _OPEN and not this_start:
        found |= {"state": "FAILED", "error_code": "000604"}
        found["error_message"] = "SQL execution canceled: the account was stopped"
    for key in ("scheduled_time", "query_start_time", "completed_time"):
        found[key] = datetime.fromisoformat(found[key]) if found.get(key) else None
    return {**found, "id": number}


def _dump(content: dict[str, Any]) -> str:
    return json.dumps(
        {k: v.isoformat() if isinstance(v, datetime) else v for k, v in content.items()}
    )


def session(account: Account, entry: Entry, number: int, options: dict[str, Any]) -> Session:
    """A session of the system for one run: its owner's role, its schema, its warehouse; close it with
    account.close_session."""
    name = account.catalog.name_of(entry)
    made = Session(
        int(now().timestamp() * 1_000_000),
        f"run:{number}:{secrets.token_urlsafe(32)}",
        secrets.token_urlsafe(32),
        SYSTEM_USER,
        account.duck.cursor(),
        entry.owner,
        warehouse=options.get("WAREHOUSE"),
        database=name.database,
        schema=name.schema,
    )
    for key, value in options.get("parameters", {}).items():
        set_parameter(made, key, value)
    account.sessions[made.token] = made
    return made


def number_of(made: Session) -> int | None:
    """The run that a session was made for, or None for a client's session."""
    kind, _, rest = made.token.partition(":")
    return int(rest.partition(":")[0]) if kind == "run" else None


def failure(error: Exception) -> dict[str, str]:
    """How a run's record tells an error; one that is not Snowflake's or DuckDB's is a fault of this program."""
    if isinstance(error, duckdb.Error):
        error = duck_errors.translate(error)
    if not isinstance(error, SnowflakeError):
        text = f"The local account failed on this run ({type(error).__name__}: {error})."
        error = SnowflakeError(370001, "XX000", text)
    return {"error_code": f"{error.number:06d}", "error_message": error.message}


def start(name: str, wait: bool, work: Callable[[], None]) -> None:
    """Do the work of a run in a thread of its own; with `wait`, after the earlier threads of the same name."""
    earlier = [t for t in threading.enumerate() if t.name == name] if wait else []

    def run() -> None:
        for thread in earlier:
            thread.join()
        # The files are closed under a run that is still going when the account stops; its record is judged at
        # the next start.
        with suppress(duckdb.ConnectionException, sqlite3.ProgrammingError):
            work()

    threading.Thread(target=run, name=name).start()
