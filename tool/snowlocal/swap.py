"""ALTER TABLE|SCHEMA|DATABASE a SWAP WITH b: two objects exchange their names and nothing else.

Privileges and ownership belong to the objects and so go with them. Source: docs.snowflake.com/en/sql-
reference/sql/alter-table.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from snowlocal.catalog import Entry, now
from snowlocal.context import Context
from snowlocal.errors import compilation
from snowlocal.result import Result, status
from snowlocal.storage import STORED
from snowlocal.tokens import Reader

if TYPE_CHECKING:
    from snowlocal.kinds.base import Kind


def swap(ctx: Context, kind: Kind, entry: Entry, reader: Reader) -> Result:
    """Exchange the names of `entry` and the object that `reader` stands at; the role must own both.

    Tables get a new generation: every stream on them is stale from then on.
    """
    other = ctx.find(kind.name, reader.qualified(), verb="ALTER")
    reader.finish()
    ctx.access.require_owner(entry)
    ctx.access.require_owner(other)
    if other.id == entry.id:
        raise compilation(
            1422, "22023", f"Cannot swap {kind.name.lower()} '{entry.name}' with itself."
        )
    with ctx.change() as change:
        change.put(_moved(entry, other))
        change.put(_moved(other, entry))
    return status("Statement executed successfully.")


def _moved(entry: Entry, to: Entry) -> Entry:
    moved = replace(entry, name=to.name, parent=to.parent, altered=now())
    if entry.kind in STORED:
        generation = entry.details.get("generation", 0) + 1
        return moved.with_details(generation=generation)
    return moved
