"""Results as the connector reads them: Arrow for queries, JSON text for the rest. Knows the wire format and
nothing else.

Format: the connector's own reading of `rowtype`, `rowset` and `rowsetBase64` (snowflake-connector-python,
cursor.py and converter.py).
"""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from snowlocal.errors import SnowflakeError
from snowlocal.result import Column, Result

_EPOCH = date(1970, 1, 1)
_MAX_TEXT = 16777216
_STATEMENT_TYPES = {
    "SELECT": 0x1000,
    "WITH": 0x1000,
    "VALUES": 0x1000,
    "(": 0x1000,
    "INSERT": 0x3100,
    "UPDATE": 0x3200,
    "DELETE": 0x3300,
    "MERGE": 0x3400,
    "COPY": 0x3600,
    "SHOW": 0x6000,
    "DESCRIBE": 0x6000,
}
_DDL = 0x6000


def answer(data: dict[str, Any] | None) -> dict[str, Any]:
    """A successful reply."""
    return {"data": data, "code": None, "message": None, "success": True}


def refusal(error: SnowflakeError, query_id: str | None = None) -> dict[str, Any]:
    """A failed reply. It goes out with HTTP 200: the connector repeats requests that answer 500."""
    code = f"{error.number:06d}"
    data = {
        "errorCode": code,
        "sqlState": error.sqlstate,
        "queryId": query_id,
        "internalError": False,
    }
    return {"data": data, "code": code, "message": error.message, "success": False}


def encode(result: Result, verb: str) -> dict[str, Any]:
    """The part of the reply's `data` that holds a statement's rows."""
    if result.stage is not None:
        return dict(result.stage)
    rowtype = [_described(column) for column in result.columns]
    common = {
        "rowtype": rowtype,
        "total": result.count,
        "returned": result.count,
        "statementTypeId": _STATEMENT_TYPES.get(verb, _DDL),
    }
    if result.arrow is not None:
        from fakesnow.arrow import to_ipc

        stream = to_ipc(_for_connector(result.arrow, result.columns, rowtype))
        return {**common, "queryResultFormat": "arrow", "rowsetBase64": b64encode(stream).decode()}
    rows = [
        [_text(column, value) for column, value in zip(result.columns, row, strict=True)]
        for row in result.rows
    ]
    return {**common, "queryResultFormat": "json", "rowset": rows}


def _for_connector(
    table: pa.Table, columns: tuple[Column, ...], rowtype: list[dict[str, Any]]
) -> pa.Table:
    """The table in the physical types that the connector's Arrow reader expects, named and typed in field metadata."""
    arrays = []
    fields = []
    for array, column, described in zip(table.columns, columns, rowtype, strict=True):
        made = _physical(array.combine_chunks(), column)
        metadata = {
            "logicalType": column.type.upper(),
            "precision": str(described["precision"] or 38),
            "scale": str(described["scale"] or 0),
            "charLength": str(described["length"] or 0),
        }
        arrays.append(made)
        fields.append(pa.field(column.name, made.type, metadata=metadata))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def _physical(array: pa.Array, column: Column) -> pa.Array:
    if pa.types.is_timestamp(array.type):
        return _timestamps(array, zoned=column.type == "timestamp_tz")
    if pa.types.is_time(array.type):
        return pc.multiply(array.cast(pa.time64("us")).cast(pa.int64()), 1000)
    if pa.types.is_null(array.type):
        return array.cast(pa.string())
    return array


def _timestamps(array: pa.Array, zoned: bool) -> pa.Array:
    """Seconds, nanoseconds and the zone's offset (1440 is UTC); a NULL is a NULL struct, else it would read as 1970."""
    gone = array.is_null()
    micros = array.cast(pa.timestamp("us", tz=array.type.tz)).cast(pa.int64()).fill_null(0)
    seconds = pc.divide(micros, 1_000_000)  # towards zero: one too many before 1970
    rest = pc.subtract(micros, pc.multiply(seconds, 1_000_000))
    seconds = pc.if_else(pc.less(rest, 0), pc.subtract(seconds, 1), seconds)
    rest = pc.if_else(pc.less(rest, 0), pc.add(rest, 1_000_000), rest)
    parts = [seconds, pc.multiply(rest, 1000).cast(pa.int32())]
    fields = [
        pa.field("epoch", pa.int64(), nullable=False),
        pa.field("fraction", pa.int32(), nullable=False),
    ]
    if zoned:
        parts.append(pa.array([1440] * len(array), pa.int32()))
        fields.append(pa.field("timezone", pa.int32(), nullable=False))
    return pa.StructArray.from_arrays(parts, fields=fields, mask=gone)


def _described(column: Column) -> dict[str, Any]:
    fixed = column.type == "fixed"
    timed = column.type.startswith("time")
    length = column.length if column.type != "text" else column.length or _MAX_TEXT
    return {
        "name": column.name,
        "database": "",
        "schema": "",
        "table": "",
        "nullable": column.nullable,
        "type": column.type,
        "byteLength": min(length * 4, _MAX_TEXT) if length else None,
        "length": length,
        "precision": (column.precision or 38) if fixed else (0 if timed else None),
        "scale": (column.scale or 0) if fixed else (9 if timed else None),
        "collation": None,
    }


def _text(column: Column, value: Any) -> str | None:
    if value is None:
        return None
    if column.type == "boolean":
        return "1" if value else "0"
    if column.type in ("timestamp_ltz", "timestamp_ntz", "timestamp_tz"):
        return _instant(value) + (" 1440" if column.type == "timestamp_tz" else "")
    if column.type == "date" and isinstance(value, date):
        return str((value - _EPOCH).days)
    if column.type == "time" and isinstance(value, time):
        seconds = value.hour * 3600 + value.minute * 60 + value.second
        return f"{seconds}.{value.microsecond:06d}000"
    if column.type == "binary" and isinstance(value, bytes):
        return value.hex().upper()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return json.dumps(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


def _instant(value: datetime) -> str:
    at = value if value.tzinfo else value.replace(tzinfo=UTC)
    seconds = int(at.timestamp() // 1)
    return f"{seconds}.{at.microsecond:06d}000"
