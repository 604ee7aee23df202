"""Constraints of tables in CREATE TABLE and ALTER TABLE: what they may be, ADD, DROP, RENAME and ALTER CONSTRAINT.

Sources: docs.snowflake.com/en/sql-reference/sql/create-table-constraint, …/constraints-create, -alter and -drop.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from snowlocal import keys
from snowlocal.catalog import Catalog, Entry
from snowlocal.change import Change
from snowlocal.context import Context
from snowlocal.errors import compilation, exists, invalid_identifier, unnumbered
from snowlocal.key_definitions import read_names, read_table_key
from snowlocal.keys import Key
from snowlocal.names import dotted, quote
from snowlocal.storage import columns_of
from snowlocal.tokens import Reader

_KEY_WORDS = ("CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN")


def place(ctx: Context, table: Entry, written: list[Key]) -> Entry:
    """The table with keys as they were written added; it is in the catalog already, for a key may refer to it.

    Raises 000904 for unknown columns, 002200 for a second primary key, 002002 for a name that is taken, 003001
    without REFERENCES on the table referred to, 370002 where that has no such key.
    """
    for key in written:
        table = _with_key(ctx, table, key)
    return table


def add(ctx: Context, table: Entry, reader: Reader) -> Entry | None:
    """ALTER TABLE … ADD of a constraint; `reader` stands after ADD. None where no constraint stands there."""
    if not any(reader.sees(word) for word in _KEY_WORDS):
        return None
    key = read_table_key(reader)
    return table if key is None else place(ctx, table, [key])


def drop(change: Change, table: Entry, reader: Reader) -> Entry | None:
    """ALTER TABLE … DROP of a constraint with what refers to it; None where no constraint stands there."""
    if not any(reader.sees(word) for word in _KEY_WORDS):
        return None
    meant = _meant(reader)
    if not any(meant(k) for k in keys.shown(change.catalog, table)):
        raise compilation(2043, "02000", "Constraint does not exist.")
    return keys.without(change, table, meant, restricted(reader))


def restricted(reader: Reader) -> bool:
    """Move past CASCADE or RESTRICT, and tell whether it was RESTRICT; without either it is CASCADE."""
    return not reader.accept("CASCADE") and reader.accept("RESTRICT")


def rename(catalog: Catalog, table: Entry, reader: Reader) -> Entry:
    """ALTER TABLE … RENAME CONSTRAINT a TO b; `reader` stands after CONSTRAINT."""
    old = reader.identifier()
    reader.expect("TO")
    new = reader.identifier()
    found = keys.shown(catalog, table)
    if all(keys.name(k) != old for k in found):
        raise compilation(2043, "02000", f"constraint '{old}' does not exist")
    if any(keys.name(k) == new for k in found):
        raise exists(new)
    return _changed(table, lambda k: keys.name(k) == old, name=new)


def sees_altered(reader: Reader) -> bool:
    """Whether a constraint stands after ALTER or MODIFY."""
    return (
        reader.sees("CONSTRAINT")
        or reader.sees("PRIMARY", "KEY")
        or reader.sees("UNIQUE", "(")
        or reader.sees("FOREIGN", "KEY")
    )


def alter(catalog: Catalog, table: Entry, reader: Reader) -> Entry:
    """ALTER|MODIFY CONSTRAINT … [NOT] ENFORCED, RELY, NORELY; `reader` stands before what names it."""
    second = reader.peek(1)
    shown = "" if second is None else second.upper
    meant = _meant(reader)
    if not any(meant(k) for k in keys.shown(catalog, table)):
        raise compilation(2003, "02000", f"Object '{shown}' does not exist or not authorized.")
    while not reader.done:
        if reader.accept("RELY"):
            table = _changed(table, meant, rely=True)
        elif reader.accept("NORELY"):
            table = _changed(table, meant, rely=False)
        elif not reader.accept("NOT", "ENFORCED") and not reader.accept("ENFORCED"):
            raise reader.error()
    return table


def ddl(catalog: Catalog, table: Entry) -> list[str]:
    """The table's keys as GET_DDL writes them."""
    return [_ddl(catalog, key) for key in keys.shown(catalog, table)]


def _meant(reader: Reader) -> Callable[[Key], bool]:
    """Which keys a statement means that stands before CONSTRAINT name, PRIMARY KEY or UNIQUE|FOREIGN KEY (columns)."""
    if reader.accept("CONSTRAINT"):
        name = reader.identifier()
        return lambda key: keys.name(key) == name
    if reader.accept("PRIMARY", "KEY"):
        return lambda key: bool(key["kind"] == "PRIMARY KEY")
    kind = "UNIQUE" if reader.accept("UNIQUE") else "FOREIGN KEY"
    if kind == "FOREIGN KEY":
        reader.expect("FOREIGN")
        reader.expect("KEY")
    columns = read_names(reader)
    return lambda key: bool(key["kind"] == kind and key["columns"] == columns)


def _changed(table: Entry, meant: Callable[[Key], bool], **facts: Any) -> Entry:
    found = [{**k, **facts} if meant(k) else k for k in table.details["keys"]]
    return table.with_details(keys=found)


def _with_key(ctx: Context, table: Entry, key: Key) -> Entry:
    known = {c.name for c in columns_of(table)}
    for name in key["columns"]:
        if name not in known:
            raise invalid_identifier(name)
    placed = _referring(ctx, table, key) if key["kind"] == "FOREIGN KEY" else key
    for other in table.details["keys"]:
        if key["kind"] == other["kind"] == "PRIMARY KEY":
            raise compilation(2200, "42710", f"primary key already exists for table '{table.name}'")
        if key["name"] is not None and keys.name(other) == key["name"]:
            raise exists(key["name"])
        if _signature(other) == _signature(placed):
            raise unnumbered(
                f"constraint with the same signature already exists on table '{table.name}'",
                "42710",
            )
    return table.with_details(keys=[*table.details["keys"], placed])


def _signature(key: Key) -> tuple[Any, ...]:
    return key["kind"], key["columns"], key.get("to_id"), key.get("to_columns")


def _referring(ctx: Context, table: Entry, key: Key) -> Key:
    """A foreign key with the table found that it refers to."""
    target = ctx.find("TABLE", tuple(key["to"]))
    if target.id == table.id:
        target = table
    else:
        ctx.access.require(target, "REFERENCES")
    columns = key["to_columns"] or _primary(target)
    known = {c.name: c.data_type.base for c in columns_of(target)}
    for name in columns:
        if name not in known:
            raise invalid_identifier(name)
    if len(columns) != len(key["columns"]) or keys.referred(target, columns) is None:
        raise unnumbered(
            f"The foreign key ({', '.join(key['columns'])}) of table '{table.name}' refers to no primary or unique"
            f" key of table '{dotted(*key['to'])}'."
        )
    own = {c.name: c.data_type.base for c in columns_of(table)}
    for name, to in zip(key["columns"], columns, strict=True):
        if own[name] != known[to]:
            raise unnumbered(
                f"The foreign key column '{name}' is {own[name]}, the column '{to}' it refers to is {known[to]}."
            )
    rest = {k: v for k, v in key.items() if k != "to"}
    return {**rest, "to_id": target.id, "to_columns": columns}


def _primary(target: Entry) -> list[str]:
    for key in target.details["keys"]:
        if key["kind"] == "PRIMARY KEY":
            return list(key["columns"])
    return []


def _ddl(catalog: Catalog, key: Key) -> str:
    columns = ", ".join(quote(c) for c in key["columns"])
    name = f"constraint {quote(key['name'])} " if key["name"] else ""
    rely = " rely" if key["rely"] else ""
    if key["kind"] != "FOREIGN KEY":
        return f"{name}{key['kind'].lower()} ({columns}){rely}"
    target = keys.target(catalog, key)
    assert target is not None
    to_columns = ", ".join(quote(c) for c in key["to_columns"])
    rules = "".join(
        f" on {word} {key[f'on_{word}'].lower()}"
        for word in ("update", "delete")
        if key[f"on_{word}"] != "NO ACTION"
    )
    text = f"foreign key ({columns}) references {catalog.text_of(target)}({to_columns})"
    return f"{name}{text}{rules}{rely}"
