"""The one row that most INSERTs have, as parameters: DuckDB takes those faster than an arrow table.

Only for values that their columns take just as they are, so that no conversion can fail or round.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from snowlocal.columns import TableColumn
from snowlocal.types import DataType

_TAKEN = {pa.string(): "VARCHAR", pa.bool_(): "BOOLEAN", pa.timestamp("us"): "TIMESTAMP"}


def parameters(columns: Sequence[TableColumn], rows: pa.Table) -> list[Any] | None:
    """The row's values for these columns; None where there is not one row, or one that does not go in as it is."""
    if rows.num_rows != 1 or rows.num_columns != len(columns):
        return None
    values: list[Any] = []
    for column, given in zip(columns, rows.columns, strict=True):
        try:
            value = given[0].as_py()
        except (OverflowError, ValueError):  # a time that Python does not have
            return None
        if not _takes(column.data_type, given.type, value):
            return None
        values.append(value)
    return values


def _takes(column: DataType, kind: pa.DataType, value: Any) -> bool:
    """Whether a value of an arrow type is one of the column's without any conversion but to a wider type."""
    if pa.types.is_null(kind):
        return True
    if pa.types.is_signed_integer(kind) or pa.types.is_decimal128(kind):
        return column.base == "NUMBER" and _takes_number(column, kind, value)
    if _TAKEN.get(kind) != column.duck:
        return False
    return value is None or column.base != "TEXT" or len(value) <= (column.length or 0)


def _takes_number(column: DataType, kind: pa.DataType, value: int | Decimal | None) -> bool:
    is_whole = pa.types.is_signed_integer(kind)
    if column.duck == "BIGINT":
        return bool(is_whole)
    precision, scale = column.precision or 0, column.scale or 0
    fits = value is None or abs(value) < 10 ** (precision - scale)
    return fits and bool(is_whole or kind.scale <= scale)
