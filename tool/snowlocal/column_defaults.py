"""What may be a column's default: its type, and a literal that the column is wide enough for.

Source: docs.snowflake.com/en/sql-reference/sql/create-table, "DEFAULT".
"""

from __future__ import annotations

from snowlocal.columns import TableColumn
from snowlocal.conversions import mismatch
from snowlocal.tokens import Reader

_ALIKE = (
    {"NUMBER", "FLOAT"},
    {"DATE", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ"},
    {"VARIANT", "OBJECT", "ARRAY"},
)


def judge(column: TableColumn, given: str) -> None:
    """Judge a column's default, whose base type is `given`. Raises 002023 where it does not fit the column."""
    wanted = column.data_type.base
    if (column.default or "").strip().upper() == "NULL":
        return
    if given != wanted and not any({given, wanted} <= alike for alike in _ALIKE):
        raise mismatch(column, given)
    _judge_width(column)


def _judge_width(column: TableColumn) -> None:
    tokens = [t for t in Reader(column.default or "").tokens if t.text not in ("+", "-")]
    if len(tokens) != 1:
        return
    (token,), kind = tokens, column.data_type
    if token.kind == "string" and kind.base == "TEXT" and len(token.text) > (kind.length or 0):
        raise mismatch(column, f"VARCHAR({len(token.text)})")
    if token.kind != "number" or kind.base != "NUMBER" or not token.text.replace(".", "").isdigit():
        return
    whole, _, decimals = token.text.partition(".")
    digits = len(whole.lstrip("0"))
    if digits > (kind.precision or 38) - (kind.scale or 0):
        raise mismatch(column, f"NUMBER({digits + len(decimals)},{len(decimals)})")
