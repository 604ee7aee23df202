"""ALTER … of what is marked by tags and policies: the columns of views and dynamic tables, and their rows."""

from __future__ import annotations

from snowlocal import policies, tags
from snowlocal.catalog import Entry
from snowlocal.context import Context
from snowlocal.errors import invalid_identifier, unsupported
from snowlocal.result import Result, status
from snowlocal.tokens import Reader


def alter(ctx: Context, entry: Entry, reader: Reader) -> Result | None:
    """ALTER|MODIFY COLUMN c SET|UNSET TAG|MASKING POLICY …, ADD|DROP ROW ACCESS POLICY; None for anything else."""
    if reader.accept("ALTER") or reader.accept("MODIFY"):
        changed = _columns(ctx, entry, reader)
    elif policies.sees_rows_action(reader):
        changed = policies.altered_rows(ctx, entry, reader)
    else:
        return None
    reader.finish()
    with ctx.change() as change:
        change.put(changed)
    return status("Statement executed successfully.")


def _columns(ctx: Context, entry: Entry, reader: Reader) -> Entry:
    while True:
        reader.accept("COLUMN")
        name = reader.identifier()
        if all(c["name"] != name for c in entry.details["columns"]):
            raise invalid_identifier(name)
        if policies.sees_mask_action(reader):
            entry = policies.altered_mask(ctx, entry, reader, name)
        elif tags.sees_action(reader):
            entry = tags.altered(ctx, entry, reader, name)
        else:
            raise unsupported(f"ALTER {entry.kind} … ALTER COLUMN {reader.rest()}")
        if not reader.accept(","):
            return entry
        _ = reader.accept("ALTER") or reader.accept("MODIFY")
