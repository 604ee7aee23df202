"""Rows that a query may name although no table holds them: results of statements and of the catalog, as Arrow."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pyarrow as pa

from snowlocal.result import Result


def arrow_of(result: Result) -> pa.Table:
    """A result as an arrow table with upper-case names kept."""
    if result.arrow is not None:
        return result.arrow
    columns = list(zip(*[tuple(r) for r in result.rows], strict=True)) if result.rows else []
    arrays = []
    for index, column in enumerate(result.columns):
        values = list(columns[index]) if columns else []
        arrays.append(
            pa.array([_plain(v, column.type) for v in values], _ARROW.get(column.type, pa.string()))
        )
    return pa.table(arrays, names=[c.name for c in result.columns])


_ARROW = {
    "fixed": pa.decimal128(38, 0), "real": pa.float64(), "boolean": pa.bool_(), "date": pa.date32(),
    "timestamp_ntz": pa.timestamp("us"), "timestamp_ltz": pa.timestamp("us", tz="UTC"),
    "timestamp_tz": pa.timestamp("us", tz="UTC"), "binary": pa.binary(),
}  # fmt: skip


def _plain(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "fixed":
        return Decimal(str(value))
    if kind not in _ARROW and not isinstance(value, str):
        return json.dumps(value) if isinstance(value, (dict, list)) else str(value)
    return value
