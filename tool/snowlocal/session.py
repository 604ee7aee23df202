"""One client's session: where it is, who it is, its parameters, variables and open transaction."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import duckdb


@dataclass
class Transaction:
    """An open transaction.

    `writes` is what it did so far, to be done again when a later statement fails: Snowflake undoes only that
    statement, DuckDB the whole transaction. `consumed` maps stream ids to the version a commit moves them to;
    `tables` and `storages` are what it wrote.
    """

    writes: list[Callable[[], object]] = field(default_factory=list)
    consumed: dict[int, int] = field(default_factory=dict)
    tables: set[int] = field(default_factory=set)
    storages: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Frame:
    """A block or procedure under way: whether it has only its owner's rights; the transaction open before it."""

    owner_rights: bool
    outer: Transaction | None


@dataclass
class Session:
    """State between the requests of one sign-in. `lock` lets one request of a session run at a time."""

    id: int
    token: str
    master_token: str
    user: str
    duck: duckdb.DuckDBPyConnection
    role: str
    secondary_roles: str = "NONE"
    warehouse: str | None = None
    database: str | None = None
    schema: str | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    transaction: Transaction | None = None
    queries: list[str] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    cancel: threading.Event = field(default_factory=threading.Event)

    def stop(self) -> None:
        """Have what the session runs just now end with 000604; safe from any thread."""
        self.cancel.set()
        with suppress(duckdb.Error):
            self.duck.interrupt()

    @property
    def statement_timeout(self) -> float:
        """Seconds a statement may take; 0 where there is no limit."""
        return float(self.parameters.get("STATEMENT_TIMEOUT_IN_SECONDS") or 0)

    @property
    def autocommit(self) -> bool:
        """Whether a statement outside a transaction commits by itself."""
        return str(self.parameters.get("AUTOCOMMIT", True)).upper() != "FALSE"

    @property
    def query_tag(self) -> str:
        """The session's QUERY_TAG."""
        return str(self.parameters.get("QUERY_TAG") or "")
