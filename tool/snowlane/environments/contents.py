"""What a live environment holds, object by object: what a clone is planned from and judged by.

Pure: rows and scripts go in as an account gives them, by column name in lower case.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from snowlane.drift.inventory import Key
from snowlane.drift.rows import tables_of
from snowlane.drift.things import made_by, normal_arguments, read_thing
from snowlane.environments.kinds import KINDS, OTHER, Reading
from snowlane.objects.source import argument_types
from snowlane.restore.point import is_restore_schema
from snowlane.sql.lineage_changes import Path
from snowlane.sql.lineage_cursor import Cursor
from snowlane.sql.lineage_tables import Table
from snowlane.sql.names import parse_path, qualified
from snowlane.sql.tokens import UnreadableSqlError, tokenize

Row = Mapping[str, Any]
_SPECIAL_TABLES = ("dynamic", "hybrid", "iceberg")


@dataclass(frozen=True)
class Item:
    """One object. `text` is the statement that makes it, "" where the account does not tell it.

    `shown` is its row of SHOW or INFORMATION_SCHEMA, by column name in lower case.
    """

    key: Key
    owner: str = ""
    comment: str = ""
    text: str = ""
    shown: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def kind(self) -> str:
        """The kind, in the words of `snowlane.environments.kinds`."""
        return self.key.kind

    @property
    def path(self) -> Path:
        """Database, schema and name, as the account stores them."""
        return self.key.path

    @property
    def full_name(self) -> str:
        """The path as it is written in SQL, with argument types where they belong to it."""
        return qualified(*self.path) + self.key.arguments

    def says(self, column: str) -> str:
        """A column of its row, "" where it is null or not there."""
        value = self.shown.get(column)
        return "" if value is None else str(value)

    def __str__(self) -> str:
        return f"{self.kind.lower()} {self.full_name}"


@dataclass(frozen=True)
class ForeignKey:
    """A foreign key: `columns` of `table` refer to `target_columns` of `target`."""

    name: str
    table: Path
    columns: tuple[str, ...]
    target: Path
    target_columns: tuple[str, ...]
    update_rule: str = ""
    delete_rule: str = ""


@dataclass(frozen=True)
class Contents:
    """Everything of some databases that a role can see.

    What lies in a schema that keeps a restore point is left out, that schema included.
    """

    items: Mapping[Key, Item] = field(default_factory=dict)
    tables: Mapping[Path, Table] = field(default_factory=dict)
    foreign_keys: tuple[ForeignKey, ...] = ()
    restore_schemas: tuple[Path, ...] = ()

    def of(self, *kinds: str) -> list[Item]:
        """The objects of these kinds, by name."""
        found = (item for item in self.items.values() if item.kind in kinds)
        return sorted(found, key=lambda item: item.key)

    @cached_property
    def by_path(self) -> Mapping[Path, tuple[Item, ...]]:
        """The objects of each path: a table and a procedure may share one."""
        found: dict[Path, list[Item]] = {}
        for item in self.items.values():
            found.setdefault(item.path, []).append(item)
        return {path: tuple(items) for path, items in found.items()}


def contents_of(
    *,
    tables: Sequence[Row],
    columns: Sequence[Row],
    listed: Iterable[Row],
    shown: Mapping[str, Iterable[Row]],
    scripts: Iterable[str],
    keys: Iterable[Row] = (),
) -> Contents:
    """Put together what an account answered.

    `tables` and `columns` are rows of INFORMATION_SCHEMA, `listed` are schemas, procedures and
    functions with KIND, CONTAINER, SCHEMA_NAME, NAME, ARGUMENTS, OWNER and COMMENT, `shown` the
    rows of SHOW by kind, `scripts` the statements of GET_DDL and `keys` those of SHOW IMPORTED KEYS.
    """
    items: dict[Key, Item] = {}
    for item in (*_of_tables(tables), *_of_listed(listed), *_of_shown(shown)):
        items[item.key] = item
    kinds = {item.path: item.kind for item in items.values() if item.kind in _TABLE_KINDS}
    for text in scripts:
        for key in _made(text, kinds):
            known = items.get(key) or Item(key)
            items[key] = Item(key, known.owner, known.comment, text, known.shown)
    restore = {path[:2] for path in (key.path for key in items) if is_restore_schema(path[1])}
    return Contents(
        items={key: each for key, each in items.items() if key.path[:2] not in restore},
        tables={
            path: table
            for path, table in tables_of(tables, columns).items()
            if path[:2] not in restore
        },
        foreign_keys=tuple(each for each in foreign_keys_of(keys) if each.table[:2] not in restore),
        restore_schemas=tuple(sorted(restore)),
    )


_TABLE_KINDS = tuple(kind.name for kind in KINDS if kind.reading is Reading.TABLES)


def _of_tables(rows: Iterable[Row]) -> Iterator[Item]:
    for row in rows:
        if row["is_temporary"] == "YES" or row["table_schema"] == "INFORMATION_SCHEMA":
            continue
        path = (str(row["table_catalog"]), str(row["table_schema"]), str(row["table_name"]))
        yield Item(
            Key(path, _table_kind(row)), _text(row, "table_owner"), _text(row, "comment"), "", row
        )


def _table_kind(row: Row) -> str:
    """The kind of a row of TABLES; a hybrid or Iceberg table is a table."""
    if row["is_dynamic"] == "YES":
        return "DYNAMIC TABLE"
    written = str(row["table_type"])
    return "TABLE" if written in ("BASE TABLE", "EVENT TABLE") else written


def _of_listed(rows: Iterable[Row]) -> Iterator[Item]:
    for row in rows:
        if row["schema_name"] == "INFORMATION_SCHEMA" or row["name"] == "INFORMATION_SCHEMA":
            continue
        kind = str(row["kind"])
        parts = [row["container"], row["schema_name"], row["name"]]
        path = tuple(str(part) for part in parts if part is not None)
        arguments = ""
        if kind in ("PROCEDURE", "FUNCTION"):
            arguments = normal_arguments(argument_types(tokenize(_text(row, "arguments")), 0))
        yield Item(Key(path, kind, arguments), _text(row, "owner"), _text(row, "comment"), "", row)


def _of_shown(rows: Mapping[str, Iterable[Row]]) -> Iterator[Item]:
    for kind, found in rows.items():
        for row in found:
            path = (str(row["database_name"]), str(row["schema_name"]), str(row["name"]))
            yield Item(Key(path, kind), _text(row, "owner"), _text(row, "comment"), "", row)


def _made(text: str, kinds: Mapping[Path, str]) -> Iterator[Key]:
    """The key of what a statement makes; the database itself is nothing."""
    try:
        cursor = Cursor(text, tokenize(text))
    except UnreadableSqlError:
        return
    kind = made_by(cursor)
    if kind is not None:
        thing = read_thing(kind, text)
        if thing is not None:
            # A materialized view is written as a view, and only its row tells it apart.
            is_view = kind == "VIEW" and thing.key.path in kinds
            yield Key(thing.key.path, kinds[thing.key.path]) if is_view else thing.key
        return
    words, path = _head(cursor)
    if "DATABASE" in words or not path:
        return
    if path in kinds and "TABLE" in words:
        yield Key(path, kinds[path])
    else:
        yield Key(path, OTHER)


def _head(cursor: Cursor) -> tuple[tuple[str, ...], Path]:
    """The words before the name, and the name: the last word before it may be part of both."""
    words: list[str] = []
    while not cursor.ended:
        start = cursor.position
        path = cursor.path()
        if path is None:
            break
        if len(path) > 1:
            return tuple(words), path
        words.append(cursor.tokens[start].raw.upper())
    return tuple(words), ()


def foreign_keys_of(rows: Iterable[Row]) -> Iterator[ForeignKey]:
    """The foreign keys that rows of SHOW IMPORTED KEYS tell of, one row a column."""
    found: dict[tuple[Path, str], list[Row]] = {}
    for row in rows:
        found.setdefault((_key_path(row, "fk"), _text(row, "fk_name")), []).append(row)
    for (table, name), parts in sorted(found.items()):
        ordered = sorted(parts, key=lambda row: int(row["key_sequence"]))
        yield ForeignKey(
            name,
            table,
            tuple(str(row["fk_column_name"]) for row in ordered),
            _key_path(ordered[0], "pk"),
            tuple(str(row["pk_column_name"]) for row in ordered),
            _text(ordered[0], "update_rule"),
            _text(ordered[0], "delete_rule"),
        )


def _key_path(row: Row, side: str) -> Path:
    return (
        str(row[f"{side}_database_name"]),
        str(row[f"{side}_schema_name"]),
        str(row[f"{side}_table_name"]),
    )


def predecessors(task: Item) -> tuple[Path, ...]:
    """The tasks that come before one, by path; SHOW TASKS gives a JSON list of full names."""
    value = task.shown.get("predecessors")
    listed = json.loads(value) if isinstance(value, str) and value.strip() else value or []
    return tuple(path for path in (parse_path(str(name)) for name in listed) if path)


def _text(row: Row, column: str) -> str:
    value = row.get(column)
    return "" if value is None else str(value)
