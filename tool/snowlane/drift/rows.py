"""Rows of INFORMATION_SCHEMA and SHOW as tables and things, in the terms of an inventory.

Pure: rows go in by column name in lower case, as a session gives them.
Sources: docs.snowflake.com/en/sql-reference/info-schema/columns, …/tables, …/schemata, …/stages,
…/sequences, and sql-reference/sql/show-tasks, show-streams, show-alerts, show-file-formats.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from snowlane.drift.inventory import Key, Thing
from snowlane.drift.normal import normal_sql
from snowlane.drift.shapes import format_option
from snowlane.sql.lineage_changes import Column, Path
from snowlane.sql.lineage_tables import Table
from snowlane.sql.names import literal, parse_path, qualified

Row = Mapping[str, Any]
_TABLES = ("BASE TABLE", "EXTERNAL TABLE", "EVENT TABLE")
_SIZED = ("TIME", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ")


def tables_of(tables: Iterable[Row], columns: Iterable[Row]) -> dict[Path, Table]:
    """The tables, each with its columns in order; temporary and dynamic ones are left out."""
    by_table: dict[Path, list[Row]] = {}
    for row in columns:
        path = (row["table_catalog"], row["table_schema"], row["table_name"])
        by_table.setdefault(path, []).append(row)
    found: dict[Path, Table] = {}
    for row in tables:
        is_table = row["table_type"] in _TABLES and row["is_dynamic"] != "YES"
        if not is_table or row["is_temporary"] == "YES":
            continue
        path = (row["table_catalog"], row["table_schema"], row["table_name"])
        ordered = sorted(by_table.get(path, ()), key=lambda each: int(each["ordinal_position"]))
        found[path] = Table(
            path,
            tuple(_column(each) for each in ordered),
            str(row["clustering_key"] or ""),
            row["is_hybrid"] == "YES",
            comment=str(row["comment"] or ""),
        )
    return found


def _column(row: Row) -> Column:
    start, increment = row.get("identity_start"), row.get("identity_increment")
    return Column(
        str(row["column_name"]),
        _type(row),
        row["is_nullable"] == "YES",
        row["column_default"],
        row["is_identity"] == "YES",
        comment=str(row["comment"] or ""),
        counting=f"START {start} INCREMENT {increment}" if start and increment else "",
    )


def _type(row: Row) -> str:
    """The type as it is written; TEXT stands for VARCHAR in this view."""
    name = str(row["data_type"])
    if name == "TEXT":
        text = f"VARCHAR({row['character_maximum_length']})"
        collation = row["collation_name"]
        return f"{text} COLLATE {literal(collation)}" if collation else text
    if name == "NUMBER":
        return f"NUMBER({row['numeric_precision']},{row['numeric_scale']})"
    if name == "BINARY" and row["character_octet_length"]:
        return f"BINARY({row['character_octet_length']})"
    if name in _SIZED and row["datetime_precision"] is not None:
        return f"{name}({row['datetime_precision']})"
    return name


def schemas(rows: Iterable[Row]) -> list[Thing]:
    """One thing for each row of SCHEMATA."""
    return [
        Thing(Key((row["container"], row["name"]), "SCHEMA"), {"COMMENT": _text(row["comment"])})
        for row in rows
    ]


def stages(rows: Iterable[Row]) -> list[Thing]:
    """One thing for each row of STAGES."""
    return [
        Thing(_key(row, "STAGE"), {"URL": _text(row["value"]), "COMMENT": _text(row["comment"])})
        for row in rows
    ]


def sequences(rows: Iterable[Row]) -> list[Thing]:
    """One thing for each row of SEQUENCES; its value is where it starts, and its step."""
    found = []
    for row in rows:
        start, _, increment = _text(row["value"]).partition(" ")
        aspects = {"START": start, "INCREMENT": increment, "COMMENT": _text(row["comment"])}
        found.append(Thing(_key(row, "SEQUENCE"), aspects))
    return found


def _key(row: Row, kind: str) -> Key:
    return Key((row["container"], row["schema_name"], row["name"]), kind)


def _shown(row: Row, kind: str) -> Key:
    return Key((row["database_name"], row["schema_name"], row["name"]), kind)


def file_format(row: Row) -> Thing:
    """A row of SHOW FILE FORMATS."""
    given = json.loads(row["format_options"] or "{}")
    aspects = {key: format_option(_option(value), key) for key, value in given.items()}
    aspects |= {"TYPE": _text(row["type"]).upper(), "COMMENT": _text(row["comment"])}
    return Thing(_shown(row, "FILE FORMAT"), aspects)


def _option(value: Any) -> str:
    if value is None:
        return "NONE"
    return json.dumps(value) if isinstance(value, bool | list) else str(value)


def task(row: Row) -> Thing:
    """A row of SHOW TASKS."""
    listed = row["predecessors"]
    if isinstance(listed, str):
        listed = json.loads(listed) if listed.strip() else []
    paths = [parse_path(each) for each in listed or ()]
    aspects = {
        "WAREHOUSE": _text(row["warehouse"]),
        "SCHEDULE": _text(row["schedule"]),
        "AFTER": ", ".join(sorted(qualified(*path) for path in paths if path)),
        "WHEN": normal_sql(_text(row["condition"])),
        "COMMENT": _text(row["comment"]),
        "ALLOW_OVERLAPPING_EXECUTION": _text(row["allow_overlapping_execution"]).upper(),
        "STATEMENT": normal_sql(_text(row["definition"])),
    }
    return Thing(_shown(row, "TASK"), aspects)


def stream(row: Row) -> Thing:
    """A row of SHOW STREAMS."""
    path = parse_path(_text(row["table_name"]))
    aspects = {
        "SOURCE": qualified(*path) if path else _text(row["table_name"]),
        "MODE": _text(row["mode"]) or "DEFAULT",
        "COMMENT": _text(row["comment"]),
        "STALE": _text(row["stale"]).upper(),
    }
    return Thing(_shown(row, "STREAM"), aspects)


def alert(row: Row) -> Thing:
    """A row of SHOW ALERTS."""
    aspects = {
        "WAREHOUSE": _text(row["warehouse"]),
        "SCHEDULE": _text(row["schedule"]),
        "COMMENT": _text(row["comment"]),
        "CONDITION": normal_sql(_text(row["condition"])),
        "ACTION": normal_sql(_text(row["action"])),
    }
    return Thing(_shown(row, "ALERT"), aspects)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


LISTED: dict[str, Callable[[Iterable[Row]], list[Thing]]] = {
    "SCHEMA": schemas,
    "STAGE": stages,
    "SEQUENCE": sequences,
}
