"""Which types Snowflake turns into a column's without being asked, when a value is assigned to it. Pure.

What is left out of the table is tried by value: text becomes anything that it spells. Only pairs without a cast by
assignment stand here. Source: docs.snowflake.com/en/sql-reference/data-type-conversion, "Data types that can be cast".
"""

from __future__ import annotations

from snowlocal.columns import TableColumn
from snowlocal.errors import SnowflakeError, compilation
from snowlocal.types import DataType

_MOMENTS = frozenset({"DATE", "TIME", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ"})
_NUMBERS = frozenset({"NUMBER", "FLOAT"})
_TRUTH = frozenset({"BOOLEAN"})
_BYTES = frozenset({"BINARY"})
_NESTED = frozenset({"ARRAY", "OBJECT"})
# Two groups of types, neither of which becomes the other.
_APART = (
    (_MOMENTS, _NUMBERS | _TRUTH),
    (_BYTES, _NUMBERS | _TRUTH | _MOMENTS),
    (_NESTED, _NUMBERS | _TRUTH | _MOMENTS | _BYTES),
)


def refuse(column: TableColumn, given: DataType) -> None:
    """Raise 002023 where no value of the type `given` can be assigned to the column."""
    wanted = column.data_type
    for one, other in _APART:
        if (given.base in one and wanted.base in other) or (
            given.base in other and wanted.base in one
        ):
            raise mismatch(column, given)


def mismatch(column: TableColumn, given: DataType | str) -> SnowflakeError:
    """002023: an expression's type is not one that the column takes."""
    return compilation(
        2023,
        "22000",
        f"Expression type does not match column data type, expecting {column.data_type} but got {given}"
        f" for column {column.name}",
    )
