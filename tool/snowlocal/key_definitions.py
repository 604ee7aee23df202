"""Reads PRIMARY KEY, UNIQUE and FOREIGN KEY constraints from CREATE TABLE and ALTER TABLE … ADD.

A foreign key keeps the name it refers to as "to", which `kinds.table_keys.place` looks up. Source:
docs.snowflake.com/en/sql-reference/sql/create-table-constraint.
"""

from __future__ import annotations

from snowlocal import keys
from snowlocal.errors import unsupported
from snowlocal.keys import Key
from snowlocal.tokens import Reader

_IGNORED = (
    ("NOT", "ENFORCED"), ("ENFORCED",), ("NOT", "DEFERRABLE"), ("DEFERRABLE",), ("INITIALLY", "DEFERRED"),
    ("INITIALLY", "IMMEDIATE"), ("DISABLE",), ("NOVALIDATE",), ("MATCH", "FULL"),
)  # fmt: skip
# With these Snowflake takes the statement and makes no constraint, unless UNSUPPORTED_DDL_ACTION says otherwise.
_UNMADE = (("ENABLE",), ("VALIDATE",), ("MATCH", "SIMPLE"), ("MATCH", "PARTIAL"))
_RULES = (("NO", "ACTION"), ("CASCADE",), ("RESTRICT",), ("SET", "NULL"), ("SET", "DEFAULT"))


def read_table_key(reader: Reader) -> Key | None:
    """A table constraint: [CONSTRAINT name] PRIMARY KEY | UNIQUE | FOREIGN KEY (columns) …; None where none is made."""
    name = reader.identifier() if reader.accept("CONSTRAINT") else None
    if reader.accept("PRIMARY", "KEY"):
        key = keys.new("PRIMARY KEY", read_names(reader), name=name)
    elif reader.accept("UNIQUE"):
        key = keys.new("UNIQUE", read_names(reader), name=name)
    elif reader.accept("FOREIGN", "KEY"):
        key = _reference(reader, name, read_names(reader))
    else:
        raise unsupported(f"table constraint {reader.next().text.upper()}")
    return _with_properties(reader, key)


def read_column_key(reader: Reader, name: str | None, column: str) -> Key | None:
    """The constraint of a column after [CONSTRAINT name]: `sees_column_key` must hold. None where none is made."""
    if reader.accept("PRIMARY", "KEY"):
        return _with_properties(reader, keys.new("PRIMARY KEY", [column], name=name))
    if reader.accept("UNIQUE"):
        return _with_properties(reader, keys.new("UNIQUE", [column], name=name))
    reader.accept("FOREIGN", "KEY")
    return _with_properties(reader, _reference(reader, name, [column]))


def sees_column_key(reader: Reader) -> bool:
    """Whether a column's constraint stands at the reader's place."""
    return reader.sees("PRIMARY", "KEY") or any(
        reader.sees(word) for word in ("UNIQUE", "FOREIGN", "REFERENCES")
    )


def read_names(reader: Reader) -> list[str]:
    """Bracketed column names."""
    reader.expect("(")
    found = [reader.identifier()]
    while reader.accept(","):
        found.append(reader.identifier())
    reader.expect(")")
    return found


def _reference(reader: Reader, name: str | None, columns: list[str]) -> Key:
    reader.expect("REFERENCES")
    parts = list(reader.qualified())
    to_columns = read_names(reader) if reader.sees("(") else []
    rules = {"on_update": "NO ACTION", "on_delete": "NO ACTION"}
    return keys.new("FOREIGN KEY", columns, name=name, to=parts, to_columns=to_columns, **rules)


def _with_properties(reader: Reader, key: Key) -> Key | None:
    made = True
    while True:
        if any(reader.accept(*words) for words in _UNMADE):
            made = False
        elif reader.accept("RELY"):
            key = {**key, "rely": True}
        elif reader.accept("NORELY"):
            key = {**key, "rely": False}
        elif reader.sees("ON") and key["kind"] == "FOREIGN KEY":
            key = {**key, **_rule(reader)}
        elif not any(reader.accept(*words) for words in _IGNORED):
            return key if made else None


def _rule(reader: Reader) -> dict[str, str]:
    reader.expect("ON")
    event = "on_update" if reader.accept("UPDATE") else "on_delete"
    if event == "on_delete":
        reader.expect("DELETE")
    for words in _RULES:
        if reader.accept(*words):
            return {event: " ".join(words)}
    raise reader.error()
