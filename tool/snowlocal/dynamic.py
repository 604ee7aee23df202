"""Refreshes dynamic tables, those they read from first. `kinds/dynamic_table.py` defines them.

Rule: docs.snowflake.com/en/user-guide/dynamic-tables-manual-refresh.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlglot import exp

from snowlocal import frames
from snowlocal.catalog import Entry, now
from snowlocal.context import Context
from snowlocal.errors import unnumbered
from snowlocal.query.parse import parse

# What Snowflake cannot refresh incrementally; AUTO then means FULL.
_FULL_ONLY = (exp.Except, exp.Intersect, exp.Limit, exp.Order, exp.Pivot, exp.TableSample)


def resolved_mode(details: Mapping[str, Any]) -> str:
    """FULL or INCREMENTAL: what AUTO comes to is judged by the query's words alone."""
    mode = str(details["refresh_mode"])
    if mode != "AUTO":
        return mode
    return "FULL" if parse(details["query"]).find(*_FULL_ONLY) is not None else "INCREMENTAL"


def require_initialized(entry: Entry) -> None:
    """Raise for a query on a dynamic table that was never refreshed."""
    if not entry.details["refreshed"]:
        raise unnumbered(
            f"SQL compilation error:\nDynamic Table '{entry.name}' is not initialized. Please run a manual refresh or "
            "wait for a scheduled refresh before querying."
        )


def refresh(ctx: Context, entry_id: int) -> None:
    """Compute the rows anew with the owner's rights. Raises SnowflakeError; then the old rows stay."""
    _refresh(ctx, entry_id, set())


def _refresh(ctx: Context, entry_id: int, done: set[int]) -> None:
    from snowlocal.query import dml, engine

    if entry_id in done:
        return
    done.add(entry_id)
    entry = ctx.catalog.get(entry_id)
    query = str(entry.details["query"])
    with frames.owned(ctx, entry):
        for above in engine.tables(ctx, query):
            if above.kind == "DYNAMIC TABLE":
                _refresh(ctx, above.id, done)
        at = now()
        rows = engine.rows(ctx, query).arrow
        assert rows is not None
        columns = [c["name"] for c in entry.details["columns"]]
        dml.insert_arrow(ctx, entry, columns, rows, overwrite=True)
    with ctx.change() as change:
        change.put(ctx.catalog.get(entry_id).with_details(refreshed=at.isoformat()))
