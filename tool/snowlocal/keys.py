"""What the PRIMARY KEY, UNIQUE and FOREIGN KEY constraints of tables are in the catalog.

A table's detail "keys" lists them: {"kind", "id", "name" (None: made up), "columns", "rely"}, and of a foreign key
"to_id" (the table it refers to), "to_columns", "on_update", "on_delete". It holds the table, not its name: so it
follows a RENAME, SWAP and UNDROP, and is not there while the table is dropped. Sources:
docs.snowflake.com/en/sql-reference/constraints-overview, -alter and -drop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

from snowlocal.catalog import Catalog, Entry
from snowlocal.change import Change
from snowlocal.errors import unnumbered

Key = dict[str, Any]


def new(kind: str, columns: list[str], **facts: Any) -> Key:
    """A key that no table has yet."""
    return {
        "kind": kind,
        "id": str(uuid4()),
        "name": None,
        "columns": columns,
        "rely": False,
    } | facts


def name(key: Key) -> str:
    """A constraint's name; one that was given none has a made-up name that stays the same."""
    return str(key["name"] or f"SYS_CONSTRAINT_{key['id']}")


def shown(catalog: Catalog, table: Entry) -> list[Key]:
    """The table's keys in order, without those to tables that are dropped."""
    found: list[Key] = table.details.get("keys", [])
    return [k for k in found if k["kind"] != "FOREIGN KEY" or target(catalog, k) is not None]


def target(catalog: Catalog, key: Key) -> Entry | None:
    """The table that a foreign key refers to; None while it is dropped."""
    found = catalog.maybe(key["to_id"])
    return found if found is not None and catalog.live_path(found) else None


def referred(table: Entry, columns: list[str]) -> Key | None:
    """The primary or unique key that these columns are, in any order."""
    found: list[Key] = table.details.get("keys", [])
    return next((k for k in found if _are(k, columns)), None)


def referring(catalog: Catalog, table: Entry) -> Iterator[tuple[Entry, Key]]:
    """The foreign keys that refer to a table, with their tables, dropped ones included."""
    for entry in catalog.all("TABLE"):
        for key in entry.details.get("keys", []):
            if key["kind"] == "FOREIGN KEY" and key["to_id"] == table.id:
                yield entry, key


def without(change: Change, table: Entry, gone: Callable[[Key], bool], restrict: bool) -> Entry:
    """The table without some of its keys; the foreign keys that refer to these go with them.

    Raises 370002 for `restrict` where there are such.
    """
    lost = [k for k in table.details["keys"] if gone(k)]
    left = [k for k in table.details["keys"] if not gone(k)]
    orphans = [
        (entry, key)
        for entry, key in referring(change.catalog, table)
        if key not in lost and any(_are(k, key["to_columns"]) for k in lost)
    ]
    if restrict and any(change.catalog.live_path(entry) for entry, _ in orphans):
        raise unnumbered(f"A key of table '{table.name}' is referenced by a foreign key.")
    orphaned = {key["id"] for entry, key in orphans if entry.id == table.id}
    for entry, key in orphans:
        if entry.id != table.id:
            fresh = change.catalog.get(entry.id)
            change.put(_with(fresh, [k for k in fresh.details["keys"] if k["id"] != key["id"]]))
    return _with(table, [k for k in left if k["id"] not in orphaned])


def renamed(change: Change, table: Entry, old: str, new_name: str) -> list[Key]:
    """The table's keys after a column got another name; foreign keys that refer to it are changed."""
    for entry, _ in list(referring(change.catalog, table)):
        if entry.id != table.id:
            change.put(_with(entry, _to_renamed(entry, table, old, new_name)))
    own = _to_renamed(table, table, old, new_name)
    return [{**k, "columns": _replaced(k["columns"], old, new_name)} for k in own]


def refuse_referred(catalog: Catalog, entry: Entry) -> None:
    """Raise 370002 where tables outside refer to the object or to one in it: DROP … RESTRICT."""
    tables = [entry] if entry.kind == "TABLE" else catalog.below(entry.id, "TABLE")
    inside = {table.id for table in tables}
    for table in tables:
        for other, _ in referring(catalog, table):
            if other.id not in inside and catalog.live_path(other):
                raise unnumbered(
                    f"Cannot drop {entry.kind.lower()} '{entry.name}': the foreign key of a table"
                    f" {catalog.text_of(other)} refers to it."
                )


def _are(key: Key, columns: list[str]) -> bool:
    return bool(key["kind"] != "FOREIGN KEY" and sorted(key["columns"]) == sorted(columns))


def _with(table: Entry, keys: list[Key]) -> Entry:
    return replace(table, details={**table.details, "keys": keys})


def _to_renamed(entry: Entry, table: Entry, old: str, new_name: str) -> list[Key]:
    return [
        {**k, "to_columns": _replaced(k["to_columns"], old, new_name)}
        if k["kind"] == "FOREIGN KEY" and k["to_id"] == table.id
        else k
        for k in entry.details["keys"]
    ]


def _replaced(columns: list[str], old: str, new_name: str) -> list[str]:
    return [new_name if c == old else c for c in columns]
