"""Which files were loaded into which table, and with what outcome: what keeps a file from being loaded twice.

A COPY goes by its table's history (64 days, by name and content), a pipe by its own (14 days, by name alone).
Source: docs.snowflake.com/en/user-guide/data-load-considerations-load and …/data-load-snowpipe-intro.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import duckdb

from snowlocal.catalog import now

# Part of the account's schema: made when the account is opened.
SCHEMA = """
CREATE TABLE IF NOT EXISTS _local.loads (
    table_id BIGINT, pipe_id BIGINT, address VARCHAR, md5 VARCHAR, file_name VARCHAR, stage_location VARCHAR,
    loaded_at TIMESTAMPTZ, received_at TIMESTAMPTZ, file_size BIGINT, status VARCHAR, row_count BIGINT,
    row_parsed BIGINT, error_count BIGINT, error_limit BIGINT, first_error VARCHAR, first_error_line BIGINT,
    first_error_character BIGINT, first_error_column VARCHAR, remembered BOOLEAN
);
"""
_TABLE_DAYS = 64
_PIPE_DAYS = 14
_COLUMNS = (
    "table_id", "pipe_id", "address", "md5", "file_name", "stage_location", "loaded_at", "received_at",
    "file_size", "status", "row_count", "row_parsed", "error_count", "error_limit", "first_error",
    "first_error_line", "first_error_character", "first_error_column",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Load:
    """One file's load. `status` is LOADED, PARTIALLY_LOADED or LOAD_FAILED; times are UTC."""

    table_id: int
    pipe_id: int | None
    address: str
    md5: str
    file_name: str
    stage_location: str
    loaded_at: datetime
    received_at: datetime | None
    file_size: int
    status: str
    row_count: int
    row_parsed: int
    error_count: int
    error_limit: int | None
    first_error: str | None
    first_error_line: int | None
    first_error_character: int | None
    first_error_column: str | None


def record(duck: duckdb.DuckDBPyConnection, loads: list[Load]) -> None:
    """Write loads down in the transaction that is open on `duck`."""
    names = ", ".join(_COLUMNS)
    marks = ", ".join("?" * len(_COLUMNS))
    # S608: the names are this module's own.
    sql = f"INSERT INTO _local.loads ({names}, remembered) VALUES ({marks}, TRUE)"  # noqa: S608
    for load in loads:
        duck.execute(sql, [getattr(load, name) for name in _COLUMNS])


def by_table(duck: duckdb.DuckDBPyConnection, table_id: int) -> set[tuple[str, str]]:
    """Address and digest of the files that COPY loaded into a table and that it still remembers."""
    rows = duck.execute(
        "SELECT address, md5 FROM _local.loads WHERE table_id = ? AND pipe_id IS NULL AND remembered"
        " AND status <> 'LOAD_FAILED' AND loaded_at > ?",
        [table_id, now() - timedelta(days=_TABLE_DAYS)],
    ).fetchall()
    return {(str(address), str(md5)) for address, md5 in rows}


def by_pipe(duck: duckdb.DuckDBPyConnection, pipe_id: int) -> set[str]:
    """Addresses of the files that a pipe loaded; a changed file of the same name is not loaded again."""
    rows = duck.execute(
        "SELECT address FROM _local.loads WHERE pipe_id = ? AND status <> 'LOAD_FAILED' AND loaded_at > ?",
        [pipe_id, now() - timedelta(days=_PIPE_DAYS)],
    ).fetchall()
    return {str(address) for (address,) in rows}


def forget(duck: duckdb.DuckDBPyConnection, table_id: int) -> None:
    """TRUNCATE makes a table forget its files, so that COPY loads them again; the history stays to be read."""
    duck.execute(
        "UPDATE _local.loads SET remembered = FALSE WHERE table_id = ? AND pipe_id IS NULL",
        [table_id],
    )


def last_of_pipe(duck: duckdb.DuckDBPyConnection, pipe_id: int) -> tuple[str, datetime] | None:
    """Name and time of the file that a pipe loaded last."""
    rows = duck.execute(
        "SELECT file_name, loaded_at FROM _local.loads WHERE pipe_id = ? AND status <> 'LOAD_FAILED'"
        " ORDER BY loaded_at DESC, file_name DESC LIMIT 1",
        [pipe_id],
    ).fetchall()
    return (str(rows[0][0]), rows[0][1]) if rows else None


def all_of(duck: duckdb.DuckDBPyConnection, table_id: int | None) -> list[dict[str, Any]]:
    """Every load of a table, or of all tables, the newest first."""
    names = ", ".join(_COLUMNS)
    where = "" if table_id is None else f" WHERE table_id = {int(table_id)}"
    sql = f"SELECT {names} FROM _local.loads{where} ORDER BY loaded_at DESC, file_name"  # noqa: S608
    return [dict(zip(_COLUMNS, row, strict=True)) for row in duck.execute(sql).fetchall()]
