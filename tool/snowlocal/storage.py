"""Where tables' rows lie: DuckDB tables named by storage id, shared by clones until one of them is written.

Everything runs on a given DuckDB connection, in the transaction that is open there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import duckdb
import pyarrow as pa

from snowlocal import text_lengths
from snowlocal.catalog import Catalog, Entry
from snowlocal.change import Change
from snowlocal.coercion import rows_as
from snowlocal.columns import TableColumn
from snowlocal.types import DataType

# Kinds that have rows of their own.
STORED = ("TABLE", "DYNAMIC TABLE")


def columns_of(table: Entry) -> list[TableColumn]:
    """A table entry's columns, in order."""
    return [TableColumn(**c) for c in table.details["columns"]]


def duck_name(table: Entry) -> str:
    """The DuckDB table behind a table entry."""
    return f'main."t_{table.details["storage"]}"'


def quoted(name: str) -> str:
    """A DuckDB identifier."""
    return '"' + name.replace('"', '""') + '"'


def definition(column: TableColumn, default: str | None) -> str:
    """A column in DuckDB's CREATE TABLE; `default` is the translated default."""
    text = f"{quoted(column.name)} {column.data_type.duck}"
    if column.identity is not None:
        default = f"nextval('{column.identity['sequence']}')"
    if default is not None:
        text += f" DEFAULT {default}"
    return text + ("" if column.nullable else " NOT NULL")


def shared(catalog: Catalog, table: Entry) -> bool:
    """Whether another entry, a dropped one too, holds the same storage."""
    return not catalog.holders(table.details["storage"]) <= {table.id}


def make(
    change: Change,
    columns: list[TableColumn],
    defaults: dict[str, str],
    going_on: Mapping[str, int] | None = None,
) -> tuple[int, list[TableColumn]]:
    """Create new storage; returns its id and the columns with the sequences of their AUTOINCREMENT.

    `going_on` has the next number of columns that count on from another storage; what they are declared to start
    with does not change by that.
    """
    storage = change.new_id()
    made: list[TableColumn] = []
    for number, column in enumerate(columns):
        if column.identity is not None:
            sequence = f"s_{storage}_{number}"
            start = (going_on or {}).get(column.name, column.identity["start"])
            step = column.identity["step"]
            change.run(
                f'CREATE SEQUENCE main."{sequence}" START {int(start)} INCREMENT {int(step)}'
            )
            column = replace(column, identity={**column.identity, "sequence": sequence})
        made.append(column)
    body = ", ".join(definition(c, defaults.get(c.name)) for c in made)
    change.run(f'CREATE TABLE main."t_{storage}" ({body})')
    return storage, made


def separate(change: Change, table: Entry, defaults: dict[str, str]) -> Entry:
    """Give a table storage of its own before its first write: what a clone shares is copied now."""
    if not shared(change.catalog, table):
        return table
    storage, made = copy(change, table, defaults)
    details = {**table.details, "storage": storage, "columns": [c.as_details() for c in made]}
    return change.put(replace(table, details=details))


def copy(change: Change, table: Entry, defaults: dict[str, str]) -> tuple[int, list[TableColumn]]:
    """New storage with a table's rows as committed, or as of the change's `past`.

    Returns its id and the columns with their own sequences.
    """
    columns = columns_of(table)
    going_on = {c.name: _next(change, c) for c in columns if c.identity}
    storage, made = make(change, columns, defaults, going_on)
    # S608: names are ids, quoted column names and types.
    if change.past is None:
        change.run(f'INSERT INTO main."t_{storage}" SELECT * FROM {duck_name(table)}')  # noqa: S608
        return storage, made
    names = ", ".join(quoted(c.name) for c in columns)
    old = duck_name(change.past.entries[table.id])
    found = change.past.duck.sql(f"SELECT {names} FROM {old}")  # noqa: S608
    change.duck.register("_past", found.to_arrow_reader())
    values = ", ".join(f"CAST({quoted(c.name)} AS {c.data_type.duck})" for c in columns)
    change.run(f'INSERT INTO main."t_{storage}" ({names}) SELECT {values} FROM _past')  # noqa: S608
    change.duck.unregister("_past")
    return storage, made


def _next(change: Change, column: TableColumn) -> int:
    assert column.identity is not None
    sequence = column.identity["sequence"]
    rows = change.run(
        "SELECT start_value, increment_by, last_value FROM duckdb_sequences() WHERE sequence_name = ?",
        [sequence],
    )
    start, step, last = rows[0]
    return int(start) if last is None else int(last) + int(step)


def store(change: Change, table: Entry, rows: pa.Table, kinds: Sequence[DataType] = ()) -> None:
    """Put rows into storage that is new, by position. Raises 100078 for a text longer than its column.

    `kinds` are the types of the query that gave them, where its columns are not the table's.
    """
    columns = columns_of(table)
    if kinds:
        rows = rows_as(change.duck, rows, kinds, [c.data_type for c in columns])
    names = [f"c{i}" for i in range(len(columns))]
    renamed = rows.rename_columns(names)
    change.duck.register("_source", renamed)
    text_lengths.refuse_given(change.duck, columns, renamed, "_source")
    values = ", ".join(
        f"CAST({name} AS {c.data_type.duck})" for name, c in zip(names, columns, strict=True)
    )
    into = ", ".join(quoted(c.name) for c in columns)
    # S608: names are quoted column names and types of the catalog.
    change.run(f"INSERT INTO {duck_name(table)} ({into}) SELECT {values} FROM _source")  # noqa: S608
    change.duck.unregister("_source")


def row_count(duck: duckdb.DuckDBPyConnection, table: Entry) -> int:
    """How many rows a table holds."""
    sql = f"SELECT count(*) FROM {duck_name(table)}"  # noqa: S608 (an id)
    return int(duck.execute(sql).fetchall()[0][0])
