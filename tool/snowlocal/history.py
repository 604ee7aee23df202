"""The account's query history: one row a statement, kept in a file of its own so that reading it never waits for data.

A statement still RUNNING when the account opens again had been cut off: it is SUCCESS if its commit is on record.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS queries (
    number INTEGER PRIMARY KEY, query_id TEXT UNIQUE, query_text TEXT, query_type TEXT, query_tag TEXT,
    session_id INTEGER, user_name TEXT, role_name TEXT, warehouse_name TEXT, database_name TEXT, schema_name TEXT,
    execution_status TEXT, error_code TEXT, error_message TEXT, start_time REAL, end_time REAL, rows_produced INTEGER,
    request_id TEXT, parent_id TEXT
);
CREATE INDEX IF NOT EXISTS by_tag ON queries (query_tag);
"""

_SECRET = re.compile(
    r"(\b(?:PASSWORD|AWS_KEY_ID|AWS_SECRET_KEY|AWS_TOKEN|AZURE_SAS_TOKEN|MASTER_KEY)\s*=\s*)"
    r"'(?:[^'\\]|\\.|'')*'",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Query:
    """One row of the history; times in UTC."""

    query_id: str
    query_text: str
    query_type: str
    query_tag: str
    session_id: int
    user_name: str
    role_name: str
    warehouse_name: str | None
    database_name: str | None
    schema_name: str | None
    execution_status: str
    error_code: str | None
    error_message: str | None
    start_time: datetime
    end_time: datetime | None
    rows_produced: int | None
    request_id: str | None
    parent_id: str | None


_COLUMNS = ", ".join(Query.__dataclass_fields__)


class History:
    """Reads and writes `history.sqlite`; safe to use from several threads."""

    def __init__(self, path: Path, finished: Callable[[str], bool]) -> None:
        self._lock = threading.Lock()
        self._file = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = NORMAL")
        self._file.executescript(_SCHEMA)
        for (query_id,) in self._file.execute(
            "SELECT query_id FROM queries WHERE execution_status = 'RUNNING'"
        ).fetchall():
            if finished(query_id):
                self.succeed(query_id, None)
            else:
                self.fail(query_id, 604, "SQL execution canceled: the account was stopped")

    def start(self, query: Query) -> None:
        """Record a statement that begins; passwords and keys in its text are starred out, as on Snowflake."""
        query = replace(query, query_text=_SECRET.sub(r"\1'****'", query.query_text))
        values = [getattr(query, name) for name in Query.__dataclass_fields__]
        values = [v.timestamp() if isinstance(v, datetime) else v for v in values]
        marks = ", ".join("?" * len(values))
        with self._lock:
            # S608: only the names of columns and question marks are put into the text.
            self._file.execute(f"INSERT INTO queries ({_COLUMNS}) VALUES ({marks})", values)  # noqa: S608

    def succeed(self, query_id: str, rows: int | None) -> None:
        """Record that a statement ended well."""
        self._end(query_id, "SUCCESS", None, None, rows)

    def fail(self, query_id: str, number: int, message: str) -> None:
        """Record that a statement failed with an error number."""
        self._end(query_id, "FAILED_WITH_ERROR", f"{number:06d}", message, None)

    def _end(self, query_id: str, *values: Any) -> None:
        with self._lock:
            self._file.execute(
                "UPDATE queries SET execution_status = ?, error_code = ?, error_message = ?, rows_produced = ?,"
                " end_time = ? WHERE query_id = ?",
                (*values, datetime.now(UTC).timestamp(), query_id),
            )

    def read(
        self, where: str = "1 = 1", parameters: tuple[Any, ...] = (), limit: int = 100
    ) -> list[Query]:
        """The newest rows that match a condition on the columns, newest first."""
        sql = f"SELECT {_COLUMNS} FROM queries WHERE {where} ORDER BY number DESC LIMIT ?"  # noqa: S608
        with self._lock:
            rows = self._file.execute(sql, (*parameters, limit)).fetchall()
        return [_query(row) for row in rows]

    def get(self, query_id: str) -> Query | None:
        """One statement."""
        found = self.read("query_id = ?", (query_id,), 1)
        return found[0] if found else None

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file.close()


def _query(row: tuple[Any, ...]) -> Query:
    fields = dict(zip(Query.__dataclass_fields__, row, strict=True))
    for name in ("start_time", "end_time"):
        fields[name] = datetime.fromtimestamp(fields[name], UTC) if fields[name] else None
    return Query(**fields)
