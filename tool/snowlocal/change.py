"""One change of the catalog together with its data: both are committed in one DuckDB transaction, or neither is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import duckdb

from snowlocal.catalog import INSERT, UPDATE, Catalog, Entry, now, to_row, write_many

if TYPE_CHECKING:
    from snowlocal.account import Account
    from snowlocal.snapshots import Snapshot

_FEW = 8  # entries that cost less one by one


class Change:
    """Collects a DDL statement's work; used as `with account.change(query_id) as change`.

    Holds the account's lock, so that no reader resolves a name to storage that is not there yet. Entries are
    visible in the
    catalog at once and taken back when the block raises.
    """

    def __init__(self, account: Account, query_id: str | None) -> None:
        self._account = account
        self._query_id = query_id
        self._undo: list[tuple[int, Entry | None]] = []
        # What each entry is to be in the file when this change is committed; None for one that goes.
        self._written: dict[int, Entry | None] = {}
        # What a clone is made of that is to be as something was; None for one of what there is.
        self.past: Snapshot | None = None
        self.duck: duckdb.DuckDBPyConnection = account.writer

    @property
    def directory(self) -> Path:
        """The account's folder."""
        return self._account.directory

    @property
    def catalog(self) -> Catalog:
        """The catalog with this change's entries in it."""
        return self._account.catalog

    @property
    def written(self) -> Mapping[int, datetime]:
        """When tables were last written, since the account was opened."""
        return self._account.written

    @property
    def writers(self) -> Counter[int]:
        """Storage that is being written just now, by how many statements and transactions."""
        return self._account.writers

    def __enter__(self) -> Change:
        self._account.lock.acquire()
        self.duck.execute("BEGIN")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                try:
                    self._write_entries()
                    if self._query_id is not None:
                        self.run("INSERT INTO _local.finished VALUES (?)", [self._query_id])
                    with self._account.snapshots.committing():
                        self.duck.execute("COMMIT")
                except BaseException:
                    self._take_back()
                    raise
            else:
                self._take_back()
                self.duck.execute("ROLLBACK")
        finally:
            self._account.lock.release()

    def _write_entries(self) -> None:
        """Bring the file up to the catalog; a change of many entries, a clone's for example, is one statement."""
        before: dict[int, Entry | None] = {}
        for entry_id, was in self._undo:
            before.setdefault(entry_id, was)
        for entry_id in [i for i, entry in self._written.items() if entry is None]:
            self.run("DELETE FROM _local.entries WHERE id = ?", [entry_id])
        entries = [entry for entry in self._written.values() if entry is not None]
        if len(entries) > _FEW:
            write_many(self.duck, entries)
            return
        for entry in entries:
            self.run(INSERT if before[entry.id] is None else UPDATE, to_row(entry))

    def _take_back(self) -> None:
        for entry_id, before in reversed(self._undo):
            if before is None:
                self.catalog.remove(entry_id)
            else:
                self.catalog.put(before)

    def run(self, sql: str, parameters: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
        """Run DuckDB SQL in this change's transaction and return its rows."""
        return self.duck.execute(sql, parameters).fetchall()

    def new_id(self) -> int:
        """A fresh id for an entry or for storage; never used again, whatever becomes of the change."""
        return self._account.new_id()

    def put(self, entry: Entry) -> Entry:
        """Add an entry or replace the one of the same id."""
        before = self.catalog.maybe(entry.id)
        self._undo.append((entry.id, before))
        if before is None or (before.parent, before.dropped) != (entry.parent, entry.dropped):
            self._moved(before or entry, entry)
        self.catalog.put(entry)
        self._written[entry.id] = entry
        return entry

    def add(self, kind: str, parent: int, name: str, owner: str, **fields: Any) -> Entry:
        """Add a new entry under `parent`, created now."""
        at = now()
        return self.put(Entry(self.new_id(), kind, parent, name, owner, at, at, **fields))

    def drop(self, entry: Entry) -> Entry:
        """Mark an entry as dropped; UNDROP can bring it back."""
        return self.put(replace(entry, dropped=now()))

    def forget(self, entry: Entry) -> None:
        """Remove an entry for good: kinds that Snowflake cannot UNDROP."""
        self._undo.append((entry.id, entry))
        self._moved(entry)
        self.catalog.remove(entry.id)
        self._written[entry.id] = None

    def _moved(self, *entries: Entry) -> None:
        """Remember for Time Travel that the containers of these entries hold something else from now on."""
        for entry in entries:
            self._account.written[entry.parent] = now()
