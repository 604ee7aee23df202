"""INFORMATION_SCHEMA: the views of a database about what is in it, as far as the role may see it.

One function a view gives its rows; the columns are Snowflake's. What has no view here does not exist (002003).
Source: docs.snowflake.com/en/sql-reference/info-schema.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from snowlocal import information_access, keys, retention, storage_metrics
from snowlocal import information_columns as shape
from snowlocal.catalog import ACCOUNT_ID, COLUMNED, Entry
from snowlocal.context import Context
from snowlocal.copying import history_rows
from snowlocal.information_columns import yes
from snowlocal.kinds_table import kind
from snowlocal.result import Result, table
from snowlocal.show_keys import foreign_rows
from snowlocal.types import parse_type

Row = dict[str, Any]


def relation(ctx: Context, database: Entry, name: str) -> Result | None:
    """The rows of INFORMATION_SCHEMA.<name> of a database; None where there is no such view."""
    found = _VIEWS.get(name)
    if found is None:
        return None
    columns, rows = found
    return table(columns, list(rows(ctx, database)))


def _seen(ctx: Context, database: Entry, *kinds: str) -> list[Entry]:
    access = ctx.access
    found = [
        e
        for e in ctx.catalog.below(database.id)
        if (not kinds or e.kind in kinds) and access.sees(e)
    ]
    return sorted(found, key=lambda e: str(ctx.catalog.name_of(e)))


def _place(ctx: Context, entry: Entry, prefix: str) -> Row:
    """The columns that say where an object is and whose: TABLE_CATALOG, TABLE_SCHEMA, TABLE_NAME, …"""
    name = ctx.catalog.name_of(entry)
    return {
        f"{prefix}_CATALOG": name.database,
        f"{prefix}_SCHEMA": name.schema,
        f"{prefix}_NAME": name.name,
        f"{prefix}_OWNER": entry.owner,
        "CREATED": entry.created,
        "LAST_ALTERED": entry.altered,
        "COMMENT": entry.comment or None,
    }


def _databases(ctx: Context, _: Entry) -> Iterator[Row]:
    for entry in ctx.catalog.children(ACCOUNT_ID, "DATABASE"):
        if ctx.access.sees(entry):
            yield {
                "DATABASE_NAME": entry.name,
                "DATABASE_OWNER": entry.owner,
                "IS_TRANSIENT": yes(entry.details.get("transient")),
                "COMMENT": entry.comment or None,
                "CREATED": entry.created,
                "LAST_ALTERED": entry.altered,
                "RETENTION_TIME": retention.days(ctx.catalog, entry),
                "TYPE": "STANDARD",
                "OWNER_ROLE_TYPE": "ROLE",
            }


def _schemata(ctx: Context, database: Entry) -> Iterator[Row]:
    yield {
        "CATALOG_NAME": database.name,
        "SCHEMA_NAME": "INFORMATION_SCHEMA",
        "SCHEMA_OWNER": None,
        "IS_TRANSIENT": "NO",
        "IS_MANAGED_ACCESS": "NO",
        "RETENTION_TIME": retention.days(ctx.catalog, database),
        "CREATED": database.created,
        "LAST_ALTERED": database.created,
        "COMMENT": "Views describing the contents of schemas in this database",
    }
    for entry in _seen(ctx, database, "SCHEMA"):
        yield {
            "CATALOG_NAME": database.name,
            "SCHEMA_NAME": entry.name,
            "SCHEMA_OWNER": entry.owner,
            "IS_TRANSIENT": yes(entry.details.get("transient")),
            "IS_MANAGED_ACCESS": yes(entry.details.get("managed")),
            "RETENTION_TIME": retention.days(ctx.catalog, entry),
            "CREATED": entry.created,
            "LAST_ALTERED": entry.altered,
            "COMMENT": entry.comment or None,
            "OWNER_ROLE_TYPE": "ROLE",
        }


def _tables(ctx: Context, database: Entry) -> Iterator[Row]:
    for entry in _seen(ctx, database, *COLUMNED):
        base = entry.kind in ("TABLE", "DYNAMIC TABLE")
        shown = kind("TABLE").row(ctx, entry) if base else {}
        yield {
            **_place(ctx, entry, "TABLE"),
            "TABLE_TYPE": "BASE TABLE" if base else entry.kind,
            "IS_TRANSIENT": yes(entry.details.get("transient")) if base else None,
            "CLUSTERING_KEY": (shown.get("cluster_by") or None) if base else None,
            "ROW_COUNT": shown.get("rows"),
            "BYTES": shown.get("bytes"),
            "RETENTION_TIME": retention.days(ctx.catalog, entry) if base else None,
            "LAST_DDL": entry.altered,
            "LAST_DDL_BY": None,
            "AUTO_CLUSTERING_ON": yes(entry.details.get("cluster_by")) if base else "NO",
            "IS_INSERTABLE_INTO": yes(entry.kind == "TABLE"),
            "IS_TYPED": "YES",
            "IS_TEMPORARY": "NO",
            "IS_ICEBERG": "NO",
            "IS_DYNAMIC": yes(entry.kind == "DYNAMIC TABLE"),
            "IS_IMMUTABLE": "NO",
            "IS_HYBRID": "NO",
        }


def _columns(ctx: Context, database: Entry) -> Iterator[Row]:
    for entry in _seen(ctx, database, *COLUMNED):
        name = ctx.catalog.name_of(entry)
        for position, column in enumerate(entry.details["columns"], start=1):
            data_type = parse_type(column["type"])
            text, number = data_type.base == "TEXT", data_type.base in ("NUMBER", "FLOAT")
            identity = column.get("identity")
            yield {
                "TABLE_CATALOG": name.database,
                "TABLE_SCHEMA": name.schema,
                "TABLE_NAME": name.name,
                "COLUMN_NAME": column["name"],
                "ORDINAL_POSITION": position,
                "COLUMN_DEFAULT": column.get("default"),
                "IS_NULLABLE": yes(column.get("nullable", True)),
                "DATA_TYPE": data_type.base,
                "CHARACTER_MAXIMUM_LENGTH": data_type.length if text else None,
                "CHARACTER_OCTET_LENGTH": (
                    data_type.length if data_type.base in ("TEXT", "BINARY") else None
                ),
                "NUMERIC_PRECISION": data_type.precision,
                "NUMERIC_PRECISION_RADIX": 10 if data_type.base == "NUMBER" else None,
                "NUMERIC_SCALE": data_type.scale if number else None,
                "DATETIME_PRECISION": (
                    data_type.scale if data_type.base.startswith("TIME") else None
                ),
                "COLLATION_NAME": column.get("collation"),
                "IS_SELF_REFERENCING": "NO",
                "IS_IDENTITY": yes(identity),
                "IDENTITY_START": str(identity["start"]) if identity else None,
                "IDENTITY_INCREMENT": str(identity["step"]) if identity else None,
                "COMMENT": column.get("comment") or None,
            }


def _views(ctx: Context, database: Entry) -> Iterator[Row]:
    for entry in _seen(ctx, database, "VIEW"):
        yield {
            **_place(ctx, entry, "TABLE"),
            "VIEW_DEFINITION": entry.details["text"],
            "CHECK_OPTION": "NONE",
            "IS_UPDATABLE": "NO",
            "INSERTABLE_INTO": "NO",
            "IS_SECURE": yes(entry.details.get("secure")),
            "LAST_DDL": entry.altered,
        }


def _sequences(ctx: Context, database: Entry) -> Iterator[Row]:
    for entry in _seen(ctx, database, "SEQUENCE"):
        yield {
            **_place(ctx, entry, "SEQUENCE"),
            "DATA_TYPE": "NUMBER",
            "NUMERIC_PRECISION": 38,
            "NUMERIC_PRECISION_RADIX": 10,
            "NUMERIC_SCALE": 0,
            "START_VALUE": str(entry.details["start"]),
            "NEXT_VALUE": str(kind("SEQUENCE").row(ctx, entry)["next_value"]),
            "INCREMENT": str(entry.details["step"]),
            "CYCLE_OPTION": "NO",
            "ORDERED": yes(entry.details.get("ordered")),
        }


def _stages(ctx: Context, database: Entry) -> Iterator[Row]:
    for entry in _seen(ctx, database, "STAGE"):
        shown = kind("STAGE").row(ctx, entry)
        yield {
            **_place(ctx, entry, "STAGE"),
            "STAGE_URL": shown.get("url") or None,
            "STAGE_REGION": shown.get("region"),
            "STAGE_TYPE": "External Named" if shown.get("url") else "Internal Named",
        }


def _file_formats(ctx: Context, database: Entry) -> Iterator[Row]:
    for entry in _seen(ctx, database, "FILE FORMAT"):
        shown = kind("FILE FORMAT").row(ctx, entry)
        yield {**_place(ctx, entry, "FILE_FORMAT"), "FILE_FORMAT_TYPE": shown.get("type")}


def _pipes(ctx: Context, database: Entry) -> Iterator[Row]:
    for entry in _seen(ctx, database, "PIPE"):
        shown = kind("PIPE").row(ctx, entry)
        yield {
            **_place(ctx, entry, "PIPE"),
            "DEFINITION": shown.get("definition"),
            "IS_AUTOINGEST_ENABLED": yes(shown.get("notification_channel")),
            "NOTIFICATION_CHANNEL_NAME": shown.get("notification_channel"),
            "PATTERN": shown.get("pattern"),
        }


def _procedures(ctx: Context, database: Entry) -> Iterator[Row]:
    for entry in _seen(ctx, database, "PROCEDURE"):
        yield {**_place(ctx, entry, "PROCEDURE"), **_routine(entry, "PROCEDURE")}


def _functions(ctx: Context, database: Entry) -> Iterator[Row]:
    for entry in _seen(ctx, database, "FUNCTION"):
        yield {**_place(ctx, entry, "FUNCTION"), **_routine(entry, "FUNCTION")}


def _routine(entry: Entry, prefix: str) -> Row:
    details = entry.details
    declared = ", ".join(f"{a['name']} {a['type']}" for a in details["arguments"])
    return {
        "ARGUMENT_SIGNATURE": f"({declared})",
        "DATA_TYPE": details["returns"],
        f"{prefix}_LANGUAGE": details["language"],
        f"{prefix}_DEFINITION": details["body"],
        "IS_SECURE": yes(details.get("secure")),
    }


def _constraints(ctx: Context, database: Entry) -> Iterator[Row]:
    for entry in _seen(ctx, database, "TABLE"):
        name = ctx.catalog.name_of(entry)
        for key in keys.shown(ctx.catalog, entry):
            yield {
                "CONSTRAINT_CATALOG": name.database,
                "CONSTRAINT_SCHEMA": name.schema,
                "CONSTRAINT_NAME": keys.name(key),
                "TABLE_CATALOG": name.database,
                "TABLE_SCHEMA": name.schema,
                "TABLE_NAME": name.name,
                "CONSTRAINT_TYPE": key["kind"],
                "IS_DEFERRABLE": "NO",
                "INITIALLY_DEFERRED": "YES",
                "ENFORCED": "NO",
                "CREATED": entry.created,
                "LAST_ALTERED": entry.altered,
                "RELY": yes(key["rely"]),
            }


def _referential(ctx: Context, database: Entry) -> Iterator[Row]:
    for entry in _seen(ctx, database, "TABLE"):
        name = ctx.catalog.name_of(entry)
        for key in foreign_rows(ctx, entry):
            if key["key_sequence"] > 1:
                continue
            yield {
                "CONSTRAINT_CATALOG": name.database,
                "CONSTRAINT_SCHEMA": name.schema,
                "CONSTRAINT_NAME": key["fk_name"],
                "UNIQUE_CONSTRAINT_CATALOG": key["pk_database_name"],
                "UNIQUE_CONSTRAINT_SCHEMA": key["pk_schema_name"],
                "UNIQUE_CONSTRAINT_NAME": key["pk_name"],
                "MATCH_OPTION": "FULL",
                "UPDATE_RULE": key["update_rule"],
                "DELETE_RULE": key["delete_rule"],
                "CREATED": entry.created,
                "LAST_ALTERED": entry.altered,
            }


def _loads(ctx: Context, database: Entry) -> Iterator[Row]:
    for entry in _seen(ctx, database, "TABLE"):
        for row in history_rows(ctx, entry):
            if row["PIPE_NAME"] is None:  # loads by pipes are not in this view
                yield {
                    **row,
                    "SCHEMA_NAME": row["TABLE_SCHEMA_NAME"],
                    "FIRST_ERROR_CHARACTER_POSITION": row["FIRST_ERROR_CHARACTER_POS"],
                    "FIRST_ERROR_COL_NAME": row["FIRST_ERROR_COLUMN_NAME"],
                }


def _object_privileges(ctx: Context, database: Entry) -> Iterator[Row]:
    return information_access.object_privileges(ctx, [database, *_seen(ctx, database)])


def _table_privileges(ctx: Context, database: Entry) -> Iterator[Row]:
    return information_access.table_privileges(ctx, _seen(ctx, database, *COLUMNED))


def _catalog_name(ctx: Context, database: Entry) -> Iterator[Row]:
    yield {"CATALOG_NAME": database.name}


_VIEWS: dict[str, tuple[shape.Columns, Callable[[Context, Entry], Iterator[Row]]]] = {
    "APPLICABLE_ROLES": (shape.APPLICABLE_ROLES, information_access.applicable_roles),
    "COLUMNS": (shape.COLUMNS, _columns),
    "DATABASES": (shape.DATABASES, _databases),
    "ENABLED_ROLES": (shape.ENABLED_ROLES, information_access.enabled_roles),
    "FILE_FORMATS": (shape.FILE_FORMATS, _file_formats),
    "FUNCTIONS": (shape.FUNCTIONS, _functions),
    "INFORMATION_SCHEMA_CATALOG_NAME": (shape.CATALOG_NAME, _catalog_name),
    "OBJECT_PRIVILEGES": (shape.OBJECT_PRIVILEGES, _object_privileges),
    "LOAD_HISTORY": (shape.LOAD_HISTORY, _loads),
    "PIPES": (shape.PIPES, _pipes),
    "PROCEDURES": (shape.PROCEDURES, _procedures),
    "REFERENTIAL_CONSTRAINTS": (shape.REFERENTIAL_CONSTRAINTS, _referential),
    "SCHEMATA": (shape.SCHEMATA, _schemata),
    "SEQUENCES": (shape.SEQUENCES, _sequences),
    "STAGES": (shape.STAGES, _stages),
    "TABLES": (shape.TABLES, _tables),
    "TABLE_CONSTRAINTS": (shape.TABLE_CONSTRAINTS, _constraints),
    "TABLE_STORAGE_METRICS": (shape.TABLE_STORAGE_METRICS, storage_metrics.rows),
    "TABLE_PRIVILEGES": (shape.TABLE_PRIVILEGES, _table_privileges),
    "VIEWS": (shape.VIEWS, _views),
}
