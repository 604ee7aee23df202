"""INFORMATION_SCHEMA.TABLE_STORAGE_METRICS: how many bytes each table has of its own.

Source: docs.snowflake.com/en/sql-reference/info-schema/table_storage_metrics. Bytes are an estimate:
rows times columns times eight; what a clone still shares belongs to the oldest table that has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from snowlocal.catalog import Entry
from snowlocal.context import Context
from snowlocal.storage import STORED, columns_of, row_count

_ROLE = "ACCOUNTADMIN"
_BYTES_A_VALUE = 8


def rows(ctx: Context, database: Entry) -> Iterator[dict[str, Any]]:
    """A row a table of the database; none for any role but ACCOUNTADMIN."""
    if ctx.session.role != _ROLE:
        return
    oldest: dict[Any, int] = {}
    for entry in (e for kind in STORED for e in ctx.catalog.all(kind)):
        storage = entry.details["storage"]
        oldest[storage] = min(entry.id, oldest.get(storage, entry.id))
    for entry in ctx.catalog.below(database.id):
        if entry.kind not in STORED:
            continue
        name = ctx.catalog.name_of(entry)
        owner = oldest[entry.details["storage"]]
        own = _size(ctx, entry) if owner == entry.id else 0
        yield {
            "TABLE_CATALOG": name.database,
            "TABLE_SCHEMA": name.schema,
            "TABLE_NAME": name.name,
            "ID": entry.id,
            "CLONE_GROUP_ID": owner,
            "IS_TRANSIENT": "YES" if entry.details.get("transient") else "NO",
            "ACTIVE_BYTES": own,
            "TIME_TRAVEL_BYTES": 0,
            "FAILSAFE_BYTES": 0,
            "RETAINED_FOR_CLONE_BYTES": 0,
            "TABLE_CREATED": entry.created,
            "CATALOG_CREATED": database.created,
            "COMMENT": entry.comment or None,
        }


def _size(ctx: Context, entry: Entry) -> int:
    rows_held = row_count(ctx.account.duck.cursor(), entry)
    return rows_held * len(columns_of(entry)) * _BYTES_A_VALUE
