"""The list of object kinds, and which one the words after CREATE, ALTER, DROP or SHOW name."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from snowlocal.errors import unsupported
from snowlocal.kinds.base import Kind
from snowlocal.tokens import Reader

_MODULES = {
    "ALERT": "alert:Alert",
    "DATABASE": "database:Database",
    "DYNAMIC TABLE": "dynamic_table:DynamicTable",
    "FILE FORMAT": "file_format:FileFormat",
    "FUNCTION": "function:Function",
    "MASKING POLICY": "masking_policy:MaskingPolicy",
    "MATERIALIZED VIEW": "materialized_view:MaterializedView",
    "PIPE": "pipe:Pipe",
    "PROCEDURE": "procedure:Procedure",
    "ROLE": "role:Role",
    "ROW ACCESS POLICY": "row_access_policy:RowAccessPolicy",
    "SCHEMA": "schema:Schema",
    "SEQUENCE": "sequence:Sequence",
    "STAGE": "stage:Stage",
    "STREAM": "stream:Stream",
    "TABLE": "table:Table",
    "TAG": "tag:Tag",
    "TASK": "task:Task",
    "USER": "user:User",
    "VIEW": "view:View",
    "WAREHOUSE": "warehouse:Warehouse",
}
# What can follow a database's name, so that DATABASE ROLE before it is a database called ROLE.
_AFTER_NAME = {
    "AS", "CASCADE", "CLONE", "COMMENT", "DATA_RETENTION_TIME_IN_DAYS", "FROM", "IS",
    "MAX_DATA_EXTENSION_TIME_IN_DAYS", "RENAME", "RESTRICT", "SET", "SWAP", "TAG", "TO", "UNSET", "WITH",
}  # fmt: skip


@cache
def kind(name: str) -> Kind:
    """The kind of this name. Raises KeyError."""
    module, _, cls = _MODULES[name].partition(":")
    made: Kind = getattr(import_module(f"snowlocal.kinds.{module}"), cls)()
    return made


def names() -> tuple[str, ...]:
    """All kinds' names."""
    return tuple(_MODULES)


def read(reader: Reader) -> Kind:
    """The kind that the next words name, moved past them. Raises 000002 for kinds this account does not have."""
    if _database_role(reader):
        raise unsupported("DATABASE ROLE")
    for name in _MODULES:
        if reader.accept(*name.split()):
            return kind(name)
    words: list[str] = []
    while (
        (token := reader.peek(len(words))) is not None and token.kind == "word" and len(words) < 3
    ):
        words.append(token.upper)
        if token.upper in ("POLICY", "TABLE", "VIEW", "TAG", "INTEGRATION", "RULE", "SHARE"):
            break
    raise unsupported(" ".join(words) or "this statement")


def _database_role(reader: Reader) -> bool:
    """Whether DATABASE ROLE comes next, and not a database whose name is ROLE."""
    if not reader.sees("DATABASE", "ROLE"):
        return False
    third = reader.peek(2)
    return third is not None and third.kind in ("word", "name") and third.upper not in _AFTER_NAME


def read_plural(reader: Reader) -> Kind | None:
    """The kind whose plural comes next (SHOW TABLES), or None."""
    for name in _MODULES:
        plural = kind(name).plural
        if reader.accept(*plural.split()):
            return kind(name)
    return None
