"""SHOW COLUMNS and SHOW PRIMARY|UNIQUE|IMPORTED|EXPORTED KEYS: what tables consist of and promise.

Source: docs.snowflake.com/en/sql-reference/sql/show-columns, show-primary-keys, show-imported-keys.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from snowlocal import keys
from snowlocal.catalog import ACCOUNT_ID, COLUMNED, Entry
from snowlocal.context import Context
from snowlocal.errors import no_operation
from snowlocal.kinds.base import Columns
from snowlocal.result import Result, table
from snowlocal.show_filters import Filters, cut, read_filters
from snowlocal.tokens import Reader
from snowlocal.types import DataType, parse_type

_COLUMNS: Columns = (
    ("table_name", "text"),
    ("schema_name", "text"),
    ("column_name", "text"),
    ("data_type", "text"),
    ("null?", "text"),
    ("default", "text"),
    ("kind", "text"),
    ("expression", "text"),
    ("comment", "text"),
    ("database_name", "text"),
    ("autoincrement", "text"),
    ("schema_evolution_record", "text"),
)
_KEYS: Columns = (
    ("created_on", "timestamp_ltz"),
    ("database_name", "text"),
    ("schema_name", "text"),
    ("table_name", "text"),
    ("column_name", "text"),
    ("key_sequence", "fixed"),
    ("constraint_name", "text"),
    ("rely", "text"),
    ("comment", "text"),
)
_FOREIGN: Columns = (
    ("created_on", "timestamp_ltz"),
    ("pk_database_name", "text"),
    ("pk_schema_name", "text"),
    ("pk_table_name", "text"),
    ("pk_column_name", "text"),
    ("fk_database_name", "text"),
    ("fk_schema_name", "text"),
    ("fk_table_name", "text"),
    ("fk_column_name", "text"),
    ("key_sequence", "fixed"),
    ("update_rule", "text"),
    ("delete_rule", "text"),
    ("fk_name", "text"),
    ("pk_name", "text"),
    ("deferrability", "text"),
    ("rely", "text"),
    ("comment", "text"),
)


def columns(ctx: Context, reader: Reader) -> Result:
    """SHOW COLUMNS [LIKE …] [IN …]; `reader` stands after COLUMNS."""
    filters = read_filters(ctx, reader, in_tables=True)
    rows = [
        row
        for entry in _relations(ctx, filters, COLUMNED)
        for row in _column_rows(ctx, entry)
        if filters.matches(row["column_name"])
    ]
    return table(_COLUMNS, cut(rows, filters.limit))


def primary_keys(ctx: Context, reader: Reader) -> Result:
    """SHOW PRIMARY KEYS [IN …]."""
    return _keys(ctx, reader, "PRIMARY KEY")


def unique_keys(ctx: Context, reader: Reader) -> Result:
    """SHOW UNIQUE KEYS [IN …]."""
    return _keys(ctx, reader, "UNIQUE")


def imported_keys(ctx: Context, reader: Reader) -> Result:
    """SHOW IMPORTED KEYS [IN …]: foreign keys of the tables there."""
    filters = read_filters(ctx, reader, in_tables=True)
    tables = _relations(ctx, filters, ("TABLE",))
    rows = [row for entry in tables for row in foreign_rows(ctx, entry)]
    return table(_FOREIGN, cut(rows, filters.limit))


def exported_keys(ctx: Context, reader: Reader) -> Result:
    """SHOW EXPORTED KEYS [IN …]: foreign keys that refer to the tables there."""
    filters = read_filters(ctx, reader, in_tables=True)
    names = [ctx.catalog.name_of(e) for e in _relations(ctx, filters, ("TABLE",))]
    wanted = {(n.database, n.schema, n.name) for n in names}
    rows = [
        row
        for entry in _relations(ctx, Filters(), ("TABLE",))
        for row in foreign_rows(ctx, entry)
        if (row["pk_database_name"], row["pk_schema_name"], row["pk_table_name"]) in wanted
    ]
    return table(_FOREIGN, cut(rows, filters.limit))


def _relations(ctx: Context, filters: Filters, kinds: tuple[str, ...]) -> list[Entry]:
    scope = filters.scope
    if scope is not None and scope.kind in COLUMNED:
        if scope.kind not in kinds:
            raise no_operation()
        return [scope]
    root = scope.id if scope is not None else ACCOUNT_ID
    access = ctx.access
    found = [e for e in ctx.catalog.below(root) if e.kind in kinds and access.sees(e)]
    return sorted(found, key=lambda e: str(ctx.catalog.name_of(e)))


def _column_rows(ctx: Context, entry: Entry) -> Iterator[dict[str, Any]]:
    name = ctx.catalog.name_of(entry)
    for column in entry.details["columns"]:
        identity = column.get("identity")
        nullable = column.get("nullable", True)
        yield {
            "table_name": name.name,
            "schema_name": name.schema,
            "column_name": column["name"],
            "data_type": json.dumps(_type_json(parse_type(column["type"]), nullable)),
            "null?": "true" if nullable else "NOT_NULL",
            "default": column.get("default") or "",
            "kind": "COLUMN",
            "expression": "",
            "comment": column.get("comment") or "",
            "database_name": name.database,
            "autoincrement": (
                f"IDENTITY START {identity['start']} INCREMENT {identity['step']} NOORDER"
                if identity
                else ""
            ),
        }


def _type_json(kind: DataType, nullable: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "FIXED" if kind.base == "NUMBER" else kind.base}
    if kind.base == "FLOAT":
        found["type"] = "REAL"
    if kind.base in ("TEXT", "BINARY"):
        found |= {"length": kind.length, "byteLength": kind.length, "fixed": False}
    if kind.base == "NUMBER":
        found["precision"] = kind.precision
    if kind.base.startswith("TIME"):
        found["precision"] = 0
    if kind.scale is not None:
        found["scale"] = kind.scale
    return {**found, "nullable": nullable}


def _keys(ctx: Context, reader: Reader, kind: str) -> Result:
    filters = read_filters(ctx, reader, in_tables=True)
    rows: list[dict[str, Any]] = []
    for entry in _relations(ctx, filters, ("TABLE",)):
        name = ctx.catalog.name_of(entry)
        for key in keys.shown(ctx.catalog, entry):
            if key["kind"] != kind:
                continue
            for position, column in enumerate(key["columns"], start=1):
                rows.append(
                    {
                        "created_on": entry.created,
                        "database_name": name.database,
                        "schema_name": name.schema,
                        "table_name": name.name,
                        "column_name": column,
                        "key_sequence": position,
                        "constraint_name": keys.name(key),
                        "rely": str(key["rely"]).lower(),
                    }
                )
    return table(_KEYS, cut(rows, filters.limit))


def foreign_rows(ctx: Context, entry: Entry) -> Iterator[dict[str, Any]]:
    """The foreign keys of a table, one row a column."""
    name = ctx.catalog.name_of(entry)
    for key in keys.shown(ctx.catalog, entry):
        target = keys.target(ctx.catalog, key) if key["kind"] == "FOREIGN KEY" else None
        if target is None:
            continue
        to = ctx.catalog.name_of(target)
        referred = keys.referred(target, key["to_columns"])
        pairs = zip(key["columns"], key["to_columns"], strict=True)
        for position, (column, to_column) in enumerate(pairs, start=1):
            yield {
                "created_on": entry.created,
                "pk_database_name": to.database,
                "pk_schema_name": to.schema,
                "pk_table_name": to.name,
                "pk_column_name": to_column,
                "fk_database_name": name.database,
                "fk_schema_name": name.schema,
                "fk_table_name": name.name,
                "fk_column_name": column,
                "key_sequence": position,
                "update_rule": key["on_update"],
                "delete_rule": key["on_delete"],
                "fk_name": keys.name(key),
                "pk_name": keys.name(referred) if referred is not None else None,
                "deferrability": "NOT DEFERRABLE",
                "rely": str(key["rely"]).lower(),
            }
