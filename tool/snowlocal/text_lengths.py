"""The length of text columns: no text longer than its column's VARCHAR(n) is kept, by whichever way it came.

DuckDB's VARCHAR has no length, so this is asked of the rows. Rule and 100078:
docs.snowflake.com/en/sql-reference/data-types-text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from snowlocal.columns import TableColumn
from snowlocal.errors import SnowflakeError
from snowlocal.types import MAX_TEXT


def length_of(column: TableColumn) -> int | None:
    """How many characters a text column takes; None where it takes any number, or is of another type."""
    kind = column.data_type
    if kind.base != "TEXT" or kind.length is None or kind.length >= MAX_TEXT:
        return None
    return kind.length


def too_long(value: Any) -> SnowflakeError:
    """100078: a text longer than its column."""
    return SnowflakeError(100078, "22000", f"String '{value}' is too long and would be truncated")


def refuse_given(
    duck: duckdb.DuckDBPyConnection, columns: Sequence[TableColumn], rows: pa.Table, source: str
) -> None:
    """Raise 100078 where rows that are to be stored have a text longer than its column takes.

    `rows` have one column for each of `columns`; they are registered as `source`, with columns c0, c1 ….
    """
    for index, column in enumerate(columns):
        values = rows.column(index)
        length = length_of(column)
        if length is None or pa.types.is_null(values.type):
            continue
        if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
            longest = pc.max(pc.utf8_length(values)).as_py()
            if longest is None or longest <= length:
                continue
        # S608: the position of a column and a number.
        text = f"CAST(c{index} AS VARCHAR)"
        sql = f"SELECT {text} FROM {source} WHERE length({text}) > {length} LIMIT 1"  # noqa: S608
        for (value,) in duck.execute(sql).fetchall():
            raise too_long(value)


def refuse_stored(duck: duckdb.DuckDBPyConnection, table: str, lengths: Mapping[str, int]) -> None:
    """Raise 100078 where the DuckDB table `table` holds a text longer than `lengths` allows its column.

    Both names are quoted already.
    """
    if not lengths:
        return
    # S608: quoted column names and numbers.
    longest = ", ".join(f"max(length({name}))" for name in lengths)
    found = duck.execute(f"SELECT {longest} FROM {table}").fetchall()[0]  # noqa: S608
    for (name, most), length in zip(lengths.items(), found, strict=True):
        if length is not None and length > most:
            sql = f"SELECT {name} FROM {table} WHERE length({name}) > {most} LIMIT 1"  # noqa: S608
            raise too_long(duck.execute(sql).fetchall()[0][0])
