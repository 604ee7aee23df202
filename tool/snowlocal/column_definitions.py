"""Reads column definitions and table constraints from CREATE TABLE and ADD COLUMN.

Source: docs.snowflake.com/en/sql-reference/sql/create-table.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from snowlocal import marks
from snowlocal.columns import TableColumn
from snowlocal.errors import SnowflakeError, compilation, unnumbered, unsupported
from snowlocal.key_definitions import read_column_key, read_table_key, sees_column_key
from snowlocal.keys import Key
from snowlocal.marks import Marks
from snowlocal.tokens import Reader
from snowlocal.types import DataType, read_type

_AFTER_DEFAULT = {
    "NOT", "NULL", "AUTOINCREMENT", "IDENTITY", "COMMENT", "PRIMARY", "UNIQUE", "REFERENCES", "CONSTRAINT", "COLLATE",
    "CHECK", "FOREIGN", "MASKING", "WITH", "TAG", "PROJECTION",
}  # fmt: skip


@dataclass
class Definitions:
    """Columns in order, keys as they are written, and what columns are marked with.

    `untyped` refuses the first column that has no type: only a table made of a query may have such.
    """

    columns: list[TableColumn] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)
    marks: list[Marks] = field(default_factory=list)
    untyped: SnowflakeError | None = None


@dataclass(frozen=True)
class ColumnDefinition:
    """One column, the keys it declares in line, and its marks."""

    column: TableColumn
    keys: list[Key]
    marks: Marks


def read_definitions(reader: Reader) -> Definitions:
    """The bracketed list after CREATE TABLE name. A column without a type has '' for its type."""
    found = Definitions()
    reader.expect("(")
    while True:
        if any(reader.sees(w) for w in ("CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK")):
            key = read_table_key(reader)
            found.keys.extend([] if key is None else [key])
        else:
            defined = read_column(reader, untyped=found)
            column = defined.column
            if any(c.name == column.name for c in found.columns):
                raise compilation(2025, "42S21", f"duplicate column name '{column.name}'")
            if any(c.name.upper() == column.name.upper() for c in found.columns):
                raise unsupported("two columns whose names differ in case only")
            found.columns.append(column)
            found.keys.extend(defined.keys)
            found.marks.append(defined.marks)
        if reader.accept(")"):
            break
        reader.expect(",")
    keyed = {n for k in found.keys if k["kind"] == "PRIMARY KEY" for n in k["columns"]}
    from dataclasses import replace

    found.columns = [replace(c, nullable=False) if c.name in keyed else c for c in found.columns]
    return found


def read_column(reader: Reader, untyped: Definitions | None = None) -> ColumnDefinition:
    """One column definition. Where its type may be missing, `untyped` are the definitions that take note of that."""
    name = reader.identifier()
    marked = Marks(name)
    kind: DataType | None = None
    if untyped is not None and _sees_no_type(reader):
        untyped.untyped = untyped.untyped or reader.error()
    else:
        kind = read_type(reader)
    facts: dict[str, Any] = {"name": name, "type": "" if kind is None else str(kind)}
    keys: list[Key] = []
    constraint: str | None = None
    while not reader.done and not reader.sees(",") and not reader.sees(")"):
        if reader.accept("NOT", "NULL"):
            facts["nullable"] = False
        elif reader.accept("NULL"):
            facts["nullable"] = True
        elif reader.accept("DEFAULT"):
            facts["default"] = _expression(reader)
        elif reader.accept("AUTOINCREMENT") or reader.accept("IDENTITY"):
            facts["identity"] = _identity(reader)
        elif reader.accept("COLLATE"):
            facts["collation"] = reader.string()
        elif reader.accept("COMMENT"):
            facts["comment"] = reader.string()
        elif reader.accept("CONSTRAINT"):
            constraint = reader.identifier()
        elif sees_column_key(reader):
            key = read_column_key(reader, constraint, name)
            keys.extend([] if key is None else [key])
        elif not marks.accept(reader, marked):
            raise unsupported(f"column property {reader.next().text.upper()}")
    if facts.get("default") is not None and facts.get("identity") is not None:
        raise compilation(2211, "42601", f"column '{name}' has a default and an identity")
    if (
        facts.get("identity") is not None
        and kind is not None
        and kind.base not in ("NUMBER", "FLOAT")
    ):
        raise unnumbered(
            f"SQL compilation error:\nAUTOINCREMENT and IDENTITY take a numeric column, but '{name}' is {kind}.",
            "42601",
        )
    return ColumnDefinition(TableColumn(**facts), keys, marked)


def _sees_no_type(reader: Reader) -> bool:
    token = reader.peek()
    return token is not None and (token.upper in (",", ")") or token.upper in _AFTER_DEFAULT)


def _expression(reader: Reader) -> str:
    first = reader.peek()
    if first is None:
        raise reader.error()
    depth, end = 0, first.end
    while (token := reader.peek()) is not None and not reader.done:
        if depth == 0 and (
            token.upper in (",", ")")
            or (token.start > first.start and token.upper in _AFTER_DEFAULT)
        ):
            break
        depth += {"(": 1, ")": -1}.get(token.upper, 0)
        end = token.end
        reader.next()
    return reader.source[first.start : end]


def _identity(reader: Reader) -> dict[str, Any]:
    start, step = 1, 1
    if reader.sees("("):
        start, step = (int(v) for v in reader.values_list())
    while True:
        if reader.accept("START"):
            reader.accept("WITH")
            reader.accept("=")
            start = int(reader.value())
        elif reader.accept("INCREMENT"):
            reader.accept("BY")
            reader.accept("=")
            step = int(reader.value())
        elif not reader.accept("ORDER") and not reader.accept("NOORDER"):
            return {"start": start, "step": step, "sequence": None}
