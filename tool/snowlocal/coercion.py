"""What a column makes of a value of another type: the casts of Snowflake that DuckDB does otherwise.

Source: docs.snowflake.com/en/sql-reference/data-type-conversion, /parameters (default output formats).
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from snowlocal.types import DataType

# TIMESTAMP_NTZ_OUTPUT_FORMAT and TIMESTAMP_OUTPUT_FORMAT as an account has them, in DuckDB's elements.
NTZ_TEXT = "%Y-%m-%d %H:%M:%S.%g"
TZ_TEXT = f"{NTZ_TEXT} +0000"


def taken(value: str, given: DataType, column: DataType) -> str:
    """The DuckDB text of a value of the type `given`, as a column takes it; it may still have to be cast to the
    column's type.

    A VARIANT is read out without its quotes, a timestamp becomes text in the account's format, a FLOAT text without
    an empty fraction, and a whole number half away from zero; a BINARY and its hexadecimal digits become each other.
    """
    if given.duck == "JSON" and column.duck != "JSON":
        return f"(CAST({value} AS JSON) ->> '$')"
    if column.base == "TEXT" and given.base.startswith("TIMESTAMP"):
        written = NTZ_TEXT if given.base == "TIMESTAMP_NTZ" else TZ_TEXT
        return f"strftime(CAST({value} AS TIMESTAMP), '{written}')"
    if given.base == "TEXT" and column.base == "BINARY":
        return f"_binary({value})"
    if given.base == "BINARY" and column.base == "TEXT":
        return f"hex({value})"
    if given.base == "FLOAT" and column.base == "TEXT":
        return f"regexp_replace(CAST({value} AS VARCHAR), '\\.0$', '')"
    if given.base == "FLOAT" and column.duck == "BIGINT":
        return f"round({value})"
    return value


def rows_as(
    duck: duckdb.DuckDBPyConnection,
    rows: pa.Table,
    given: Sequence[DataType],
    columns: Sequence[DataType],
) -> pa.Table:
    """Rows, whose values are of the types `given`, as the columns take them."""
    names = [f"c{i}" for i in range(len(given))]
    values = [taken(n, g, c) for n, g, c in zip(names, given, columns, strict=True)]
    if values == names:
        return rows
    shown = ", ".join(f"{value} AS {name}" for value, name in zip(values, names, strict=True))
    return duck.from_arrow(rows.rename_columns(names)).project(shown).to_arrow_table()
