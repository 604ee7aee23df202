"""What objects there are: their identity, owner, grants and description, in memory and in the account's file.

A name is only the way to an object: children hold their container's id, tables their storage's, so that
renaming, swapping
and dropping change one entry each. The catalog knows nothing of what a kind's `details` mean.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import duckdb
import pyarrow as pa

from snowlocal.names import Name, quote

ACCOUNT_ID = 0
# Kinds whose columns the catalog keeps.
COLUMNED = ("TABLE", "VIEW", "DYNAMIC TABLE", "MATERIALIZED VIEW")
# Kinds that share one name space in a schema: FROM must find one thing.
_RELATIONS = {*COLUMNED, "STREAM"}
_POLICIES = {"MASKING POLICY", "ROW ACCESS POLICY"}


def now() -> datetime:
    """The account's clock, in UTC."""
    return datetime.now(UTC)


def name_space(kind: str) -> str:
    """The space in which names of this kind must differ."""
    if kind in _RELATIONS:
        return "RELATION"
    return "POLICY" if kind in _POLICIES else kind


@dataclass(frozen=True, slots=True)
class Grant:
    """A privilege on the entry that holds it, given to a role; `at` is the ISO time when it was given."""

    privilege: str
    role: str
    granted_by: str
    grant_option: bool = False
    at: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One object of the account; `parent` is the id of its schema or database, or of the account itself."""

    id: int
    kind: str
    parent: int
    name: str
    owner: str
    created: datetime
    altered: datetime
    arguments: str | None = None
    comment: str = ""
    dropped: datetime | None = None
    grants: tuple[Grant, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[int, str, str, str | None]:
        """What must be unique among objects that are not dropped."""
        return (self.parent, name_space(self.kind), self.name, self.arguments)

    def with_details(self, **changes: Any) -> Entry:
        """The entry with some of its details changed, altered now."""
        return replace(self, details={**self.details, **changes}, altered=now())


_SCHEMA = """
CREATE SCHEMA IF NOT EXISTS _local;
CREATE TABLE IF NOT EXISTS _local.entries (
    id BIGINT PRIMARY KEY, kind VARCHAR, parent BIGINT, name VARCHAR, arguments VARCHAR, owner VARCHAR,
    created TIMESTAMPTZ, altered TIMESTAMPTZ, dropped TIMESTAMPTZ, comment VARCHAR, grants VARCHAR, details VARCHAR
);
CREATE SEQUENCE IF NOT EXISTS _local.ids START 1;
CREATE TABLE IF NOT EXISTS _local.stream_offsets (stream BIGINT PRIMARY KEY, version BIGINT);
CREATE TABLE IF NOT EXISTS _local.finished (query_id VARCHAR);
"""
_COLUMNS = (
    "id", "kind", "parent", "name", "arguments", "owner", "created", "altered", "dropped", "comment", "grants",
    "details",
)  # fmt: skip
# What puts the values of `to_row` into the file. S608 here: names of columns and numbers of parameters.
INSERT = f"INSERT INTO _local.entries VALUES ({', '.join('?' for _ in _COLUMNS)})"  # noqa: S608
_SET = ", ".join(f"{name} = ${n}" for n, name in enumerate(_COLUMNS, start=1) if name != "id")
UPDATE = f"UPDATE _local.entries SET {_SET} WHERE id = $1"  # noqa: S608


class Catalog:
    """Every entry, indexed. Readers and `change.Change` hold the account's lock while they use it."""

    def __init__(self, duck: duckdb.DuckDBPyConnection) -> None:
        self._by_id: dict[int, Entry] = {}
        self._live: dict[tuple[int, str, str, str | None], int] = {}
        self._children: dict[int, set[int]] = defaultdict(set)
        # By storage, the entries whose rows lie there, dropped ones included.
        self._holders: dict[int, set[int]] = defaultdict(set)
        # Counts changes of roles: what was derived from them holds while this stays the same.
        self.role_changes = 0
        duck.execute(_SCHEMA)
        for row in duck.execute("SELECT * FROM _local.entries").fetchall():
            self.put(_from_row(row))

    # -- reading

    def get(self, entry_id: int) -> Entry:
        """The entry of this id, dropped ones included. Raises KeyError."""
        return self._by_id[entry_id]

    def maybe(self, entry_id: int) -> Entry | None:
        """The entry of this id, or None."""
        return self._by_id.get(entry_id)

    def find(self, kind: str, parent: int, name: str, arguments: str | None = None) -> Entry | None:
        """The live entry in the name space of `kind`; it may be of another kind of that space."""
        found = self._live.get((parent, name_space(kind), name, arguments))
        return None if found is None else self._by_id[found]

    def children(self, parent: int, kind: str | None = None) -> list[Entry]:
        """Live entries directly under `parent`, by name."""
        found = [self._by_id[i] for i in self._children[parent]]
        live = [e for e in found if e.dropped is None and kind in (None, e.kind)]
        return sorted(live, key=lambda e: (e.name, e.arguments or ""))

    def below(self, parent: int, kind: str | None = None) -> list[Entry]:
        """Live entries at any depth under `parent`."""
        found: list[Entry] = []
        for child in self.children(parent):
            if kind in (None, child.kind):
                found.append(child)
            if child.kind in ("DATABASE", "SCHEMA"):
                found.extend(self.below(child.id, kind))
        return found

    def dropped(self, kind: str, parent: int, name: str) -> list[Entry]:
        """Dropped entries of this name, the last dropped first."""
        found = [self._by_id[i] for i in self._children[parent]]
        matching = [
            (e.dropped, e)
            for e in found
            if e.dropped is not None and e.kind == kind and e.name == name
        ]
        return [e for _, e in sorted(matching, key=lambda pair: pair[0], reverse=True)]

    def all(self, kind: str | None = None) -> Iterator[Entry]:
        """Every entry, dropped ones included."""
        return (e for e in list(self._by_id.values()) if kind in (None, e.kind))

    def holders(self, storage: int) -> frozenset[int]:
        """The ids of the entries, dropped ones included, whose rows lie in this storage."""
        return frozenset(self._holders.get(storage, ()))

    def database_of(self, entry: Entry) -> Entry | None:
        """The database an entry lies in or is; None for account objects."""
        while entry.kind != "DATABASE":
            if entry.parent == ACCOUNT_ID:
                return None
            entry = self._by_id[entry.parent]
        return entry

    def schema_of(self, entry: Entry) -> Entry | None:
        """The schema an entry lies in; None for databases, schemas and account objects."""
        parent = self._by_id.get(entry.parent)
        return parent if parent is not None and parent.kind == "SCHEMA" else None

    def name_of(self, entry: Entry) -> Name:
        """The full name as of now."""
        schema = self.schema_of(entry)
        database = self.database_of(entry)
        if database is None or entry.kind == "DATABASE":
            return Name(None, None, entry.name, entry.arguments)
        return Name(database.name, schema.name if schema else None, entry.name, entry.arguments)

    def live_path(self, entry: Entry) -> bool:
        """Whether the entry and every container of it is not dropped."""
        while True:
            if entry.dropped is not None:
                return False
            if entry.parent == ACCOUNT_ID:
                return True
            entry = self._by_id[entry.parent]

    def text_of(self, entry: Entry) -> str:
        """The full name as SQL writes it."""
        name = self.name_of(entry)
        if entry.kind == "SCHEMA":
            return f"{quote(name.database or '')}.{quote(entry.name)}"
        return str(name)

    # -- changing: only through change.Change

    def put(self, entry: Entry) -> None:
        """Add or replace an entry in memory."""
        self.remove(entry.id)
        self.role_changes += entry.kind == "ROLE"
        self._by_id[entry.id] = entry
        self._children[entry.parent].add(entry.id)
        if "storage" in entry.details:
            self._holders[entry.details["storage"]].add(entry.id)
        if entry.dropped is None:
            self._live[entry.key] = entry.id

    def remove(self, entry_id: int) -> None:
        """Forget an entry in memory."""
        old = self._by_id.pop(entry_id, None)
        if old is not None:
            self.role_changes += old.kind == "ROLE"
            self._children[old.parent].discard(entry_id)
            if "storage" in old.details:
                self._holders[old.details["storage"]].discard(entry_id)
            if self._live.get(old.key) == entry_id:
                del self._live[old.key]


def to_row(entry: Entry) -> list[Any]:
    """An entry as the values of `_local.entries`."""
    return [
        entry.id,
        entry.kind,
        entry.parent,
        entry.name,
        entry.arguments,
        entry.owner,
        entry.created,
        entry.altered,
        entry.dropped,
        entry.comment,
        json.dumps([asdict(g) for g in entry.grants]),
        json.dumps(entry.details),
    ]


def write_many(duck: duckdb.DuckDBPyConnection, entries: Sequence[Entry]) -> None:
    """Put entries into the file, new ones and changed ones, by one statement."""
    columns = zip(*map(to_row, entries), strict=True)
    duck.register("_entries", pa.table(list(columns), names=list(_COLUMNS)))
    try:
        duck.execute("INSERT OR REPLACE INTO _local.entries SELECT * FROM _entries")
    finally:
        duck.unregister("_entries")


def _from_row(row: tuple[Any, ...]) -> Entry:
    return Entry(
        id=row[0],
        kind=row[1],
        parent=row[2],
        name=row[3],
        arguments=row[4],
        owner=row[5],
        created=row[6].astimezone(UTC),
        altered=row[7].astimezone(UTC),
        dropped=row[8].astimezone(UTC) if row[8] else None,
        comment=row[9],
        grants=tuple(Grant(**g) for g in json.loads(row[10])),
        details=json.loads(row[11]),
    )
