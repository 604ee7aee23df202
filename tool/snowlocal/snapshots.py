"""Instants of which a clone can still be made while others write: DuckDB's own snapshots, kept open for a while.

One is taken where somebody asks for the time (`SELECT SYSDATE()`), for that is how an instant is chosen. Writers pay
nothing for it: DuckDB keeps what they change, a few kilobytes to begin with. A snapshot answers for every time from
the last commit before it to the first one after it, and no other; without one there is no history of rows.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import duckdb

from snowlocal.catalog import Entry, now
from snowlocal.tokens import Reader

if TYPE_CHECKING:
    from snowlocal.account import Account

_MOST = 12
_UNUSED = timedelta(minutes=2)
_USED = timedelta(minutes=10)
_CLOCKS = {"CURRENT_TIMESTAMP", "GETDATE", "LOCALTIMESTAMP", "SYSDATE", "SYSTIMESTAMP"}
# Functions around them that do nothing else either.
_AROUND = {
    "CAST",
    "CONVERT_TIMEZONE",
    "DATEADD",
    "TO_CHAR",
    "TO_TIMESTAMP_NTZ",
    "TO_TIMESTAMP_TZ",
    "TO_VARCHAR",
}
_LONGEST = 200


@dataclass(eq=False)
class Snapshot:
    """The account as it was from `since` on, until the commit at `until` (None: until now)."""

    duck: duckdb.DuckDBPyConnection
    entries: dict[int, Entry]
    written: dict[int, datetime]
    since: datetime
    touched: datetime
    kept_for: timedelta = _UNUSED
    until: datetime | None = None

    def covers(self, at: datetime) -> bool:
        """Whether this is what there was at a time."""
        return self.since <= at and (self.until is None or at < self.until)

    def is_now(self, table: Entry, written: Mapping[int, datetime]) -> bool:
        """Whether a table is today as it was; `written` says when tables were last written."""
        then = self.entries[table.id]
        return (
            then.altered == table.altered
            and then.details["storage"] == table.details["storage"]
            and self.written.get(table.id) == written.get(table.id)
        )

    def below(self, root: int, *, dropped: bool = False) -> dict[int, Entry]:
        """What there was at any depth under an object, and itself; with what was dropped where that is asked for."""
        children: dict[int, list[Entry]] = {}
        for entry in self.entries.values():
            if dropped or entry.dropped is None:
                children.setdefault(entry.parent, []).append(entry)
        if root not in self.entries:
            return {}
        found = {root: self.entries[root]}
        left = [root]
        while left:
            for entry in children.get(left.pop(), []):
                found[entry.id] = entry
                left.append(entry.id)
        return found


class Snapshots:
    """The snapshots of an open account; every commit goes through `committing`."""

    def __init__(self, account: Account) -> None:
        self._account = account
        # One that may be taken twice: a function that is called while the time is told may commit something.
        self._lock = threading.RLock()
        self._last_commit = account.started
        self._kept: list[Snapshot] = []

    @contextmanager
    def committing(self) -> Iterator[None]:
        """Around a COMMIT and the notes of when it was: no snapshot is taken in between."""
        with self._lock:
            yield
            self._last_commit = at = now()
            if self._kept:
                newest = self._kept[-1]
                newest.until = newest.until or at
                self._forget(at)

    @contextmanager
    def taking(self) -> Iterator[None]:
        """Around a statement that tells the time: nothing is committed meanwhile, and what there was can be cloned."""
        with self._account.lock, self._lock:
            yield
            self.present()

    def present(self) -> Snapshot:
        """A snapshot of what there is."""
        with self._account.lock, self._lock:
            if self._kept and self._kept[-1].until is None:
                self._kept[-1].touched = now()
                return self._kept[-1]
            duck = self._account.duck.cursor()
            duck.execute("BEGIN TRANSACTION READ ONLY")
            # DuckDB begins for good with the first look at the file.
            duck.execute("SELECT 1 FROM _local.finished LIMIT 1").fetchall()
            entries = {entry.id: entry for entry in self._account.catalog.all()}
            written = dict(self._account.written)
            self._kept.append(Snapshot(duck, entries, written, self._last_commit, at := now()))
            self._forget(at)
            return self._kept[-1]

    def of(self, at: datetime) -> Snapshot | None:
        """The snapshot of a time, kept for longer from now on; None where there is none."""
        with self._lock:
            for snapshot in reversed(self._kept):
                if snapshot.covers(at):
                    snapshot.touched, snapshot.kept_for = now(), _USED
                    return snapshot
        return None

    def close(self) -> None:
        """Give all of them up."""
        with self._lock:
            for snapshot in self._kept:
                _end(snapshot)
            self._kept = []

    def _forget(self, at: datetime) -> None:
        longest_untouched = sorted(self._kept, key=lambda snapshot: snapshot.touched)
        over = longest_untouched[: max(0, len(self._kept) - _MOST)]
        for snapshot in [s for s in self._kept if s.touched + s.kept_for < at or s in over]:
            self._kept.remove(snapshot)
            _end(snapshot)


def tells_time(sql: str) -> bool:
    """Whether a query does nothing but compute with the time."""
    if len(sql) > _LONGEST or not any(clock in sql.upper() for clock in _CLOCKS):
        return False
    tokens = [token.upper for token in Reader(sql).tokens]
    called = {word for word, after in pairwise(tokens) if after == "(" and word[:1].isalpha()}
    return not _CLOCKS.isdisjoint(tokens) and "FROM" not in tokens and called <= _CLOCKS | _AROUND


def _end(snapshot: Snapshot) -> None:
    with suppress(duckdb.Error):
        snapshot.duck.close()
