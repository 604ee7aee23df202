"""Reads column definitions and table constraints from CREATE TABLE and ADD COLUMN.

Source: docs.snowflake.com/en/sql-reference/sql/create-table.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from snowlocal import marks
from snowlocal.columns import TableColumn
from snowlocal.errors import compilation, unsupported
from snowlocal.marks import Marks
from snowlocal.tokens import Reader
from snowlocal.types import read_type

_AFTER_DEFAULT = {
    "NOT", "NULL", "AUTOINCREMENT", "IDENTITY", "COMMENT", "PRIMARY", "UNIQUE", "REFERENCES", "CONSTRAINT", "COLLATE",
    "CHECK", "FOREIGN", "MASKING", "WITH", "TAG", "PROJECTION",
}  # fmt: skip
_IGNORED_CONSTRAINT_WORDS = {
    "ENFORCED", "NOT", "DEFERRABLE", "INITIALLY", "DEFERRED", "IMMEDIATE", "ENABLE", "DISABLE", "VALIDATE",
    "NOVALIDATE",
    "RELY", "NORELY",
}  # fmt: skip


@dataclass
class Definitions:
    """Columns in order, keys: {"kind": "PRIMARY KEY"|"UNIQUE"|"FOREIGN KEY", "name", "columns", "to",
    "to_columns"}, and what columns are marked with."""

    columns: list[TableColumn] = field(default_factory=list)
    keys: list[dict[str, Any]] = field(default_factory=list)
    marks: list[Marks] = field(default_factory=list)


@dataclass(frozen=True)
class ColumnDefinition:
    """One column, the keys it declares in line, and its marks."""

    column: TableColumn
    keys: list[dict[str, Any]]
    marks: Marks


def read_definitions(reader: Reader) -> Definitions:
    """The bracketed list after CREATE TABLE name."""
    found = Definitions()
    reader.expect("(")
    while True:
        if any(reader.sees(w) for w in ("CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK")):
            found.keys.append(read_table_key(reader))
        else:
            defined = read_column(reader)
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


def read_column(reader: Reader) -> ColumnDefinition:
    """One column definition."""
    name = reader.identifier()
    marked = Marks(name)
    kind = read_type(reader)
    facts: dict[str, Any] = {"name": name, "type": str(kind)}
    keys: list[dict[str, Any]] = []
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
        elif reader.accept("PRIMARY", "KEY"):
            keys.append({"kind": "PRIMARY KEY", "name": constraint, "columns": [name]})
        elif reader.accept("UNIQUE"):
            keys.append({"kind": "UNIQUE", "name": constraint, "columns": [name]})
        elif reader.accept("FOREIGN", "KEY") or reader.sees("REFERENCES"):
            keys.append(_reference(reader, constraint, [name]))
        elif not marks.accept(reader, marked) and not _constraint_word(reader):
            raise unsupported(f"column property {reader.next().text.upper()}")
    if facts.get("default") is not None and facts.get("identity") is not None:
        raise compilation(2211, "42601", f"column '{name}' has a default and an identity")
    return ColumnDefinition(TableColumn(**facts), keys, marked)


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


def read_table_key(reader: Reader) -> dict[str, Any]:
    """A table constraint: [CONSTRAINT name] PRIMARY KEY | UNIQUE | FOREIGN KEY (columns) …"""
    name = reader.identifier() if reader.accept("CONSTRAINT") else None
    if reader.accept("PRIMARY", "KEY"):
        key = {"kind": "PRIMARY KEY", "name": name, "columns": _names(reader)}
    elif reader.accept("UNIQUE"):
        key = {"kind": "UNIQUE", "name": name, "columns": _names(reader)}
    elif reader.accept("FOREIGN", "KEY"):
        key = _reference(reader, name, _names(reader))
    else:
        raise unsupported(f"table constraint {reader.next().text.upper()}")
    while _constraint_word(reader):
        pass
    return key


def _reference(reader: Reader, name: str | None, columns: list[str]) -> dict[str, Any]:
    reader.expect("REFERENCES")
    parts = reader.qualified()
    to_columns = _names(reader) if reader.sees("(") else []
    while reader.accept("MATCH") or reader.accept("ON"):
        while not reader.done and not any(reader.sees(w) for w in (",", ")", "ON", "MATCH")):
            reader.next()
    return {
        "kind": "FOREIGN KEY",
        "name": name,
        "columns": columns,
        "to": list(parts),
        "to_columns": to_columns,
    }


def _names(reader: Reader) -> list[str]:
    reader.expect("(")
    found = [reader.identifier()]
    while reader.accept(","):
        found.append(reader.identifier())
    reader.expect(")")
    return found


def _constraint_word(reader: Reader) -> bool:
    token = reader.peek()
    if token is not None and token.upper in _IGNORED_CONSTRAINT_WORDS:
        reader.next()
        return True
    return False
