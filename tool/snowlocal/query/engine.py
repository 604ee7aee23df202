"""Runs a query: resolve, translate, execute in the session's DuckDB connection, and describe the result."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa
from sqlglot import exp
from sqlglot import parse_one as sqlglot_parse_one

from snowlocal import transactions
from snowlocal.catalog import Entry
from snowlocal.context import Context
from snowlocal.errors import compilation
from snowlocal.kinds.stream import base
from snowlocal.query import (
    arrays,
    binaries,
    date_formats,
    declared,
    numbers,
    set_operations,
    stored_values,
    text_limits,
    translate,
    variants,
)
from snowlocal.query.kinds import Kinds
from snowlocal.query.parse import parse
from snowlocal.query.resolve import Resolved, Resolver
from snowlocal.result import Column, Result
from snowlocal.storage import columns_of
from snowlocal.types import DataType, from_duck


def rows(ctx: Context, sql: str, extra: dict[str, pa.Table] | None = None) -> Result:
    """The result of one SELECT; `extra` are arrow tables it may name without qualification."""
    with transactions.reading(ctx) as session:
        resolver = Resolver(ctx, extra or {})
        tree = parse(sql)
        translate.name_projections(tree, sql)
        text = prepare(ctx, resolver, tree)
        with registered(session.duck, resolver.found):
            return fetch(session.duck, text)


@dataclass(frozen=True)
class Selection:
    """What a query gives to a table that is made of it: names and types of its columns, the rows, and the streams
    that it read with the version up to which it read them."""

    columns: list[tuple[str, DataType]]
    rows: pa.Table
    streams: list[tuple[Entry, int]]


def select(ctx: Context, sql: str) -> Selection:
    """Run the query of a CREATE … AS; who stores the rows must consume the streams in the same change."""
    with transactions.reading(ctx) as session:
        resolver = Resolver(ctx)
        text, kinds = _declared(ctx, resolver, sql)
        with registered(session.duck, resolver.found):
            relation = session.duck.sql(text)
            found = list(zip(relation.columns, map(str, relation.types), strict=True))
            arrow = _result(relation).arrow
    assert arrow is not None
    return Selection(_refined(found, kinds), arrow, resolver.found.streams)


def prepare(ctx: Context, resolver: Resolver, tree: exp.Expr) -> str:
    """DuckDB's text of a tree; checks that views are still as wide as they were declared."""
    return duck_text(resolver, resolve(ctx, resolver, tree))


def resolve(ctx: Context, resolver: Resolver, tree: exp.Expr) -> exp.Expr:
    """A tree with its names resolved; checks that views are still as wide as they were declared."""
    resolved = resolver.resolve(tree)
    _check_widths(ctx, resolver.found)
    return resolved


def duck_text(resolver: Resolver, resolved: exp.Expr) -> str:
    """DuckDB's text of a resolved tree, in which values become what Snowflake's implicit casts make of them."""
    kinds = Kinds(resolver.found.tables, resolver.found.logged)
    classes = {type(node) for node in resolved.walk()}
    arrays.judge(resolved, kinds, classes)
    set_operations.unify(resolved, kinds, classes)
    variants.read_out(resolved, kinds, classes)
    numbers.cast_numbers(resolved, kinds, classes)
    binaries.read_hex(resolved, kinds, classes)
    date_formats.write_dates(resolved, kinds, classes)
    stored_values.take(resolved, kinds, classes)
    text_limits.limit_casts(resolved, classes)
    return translate.to_duck(resolved)


def scalar(ctx: Context, sql: str) -> Any:
    """The value of one expression."""
    found = rows(ctx, f"SELECT {sql}").tuples()
    return found[0][0] if found else None


def describe(ctx: Context, sql: str) -> list[tuple[str, DataType]]:
    """Names and types of a query's columns, without running it."""
    with transactions.reading(ctx) as session:
        resolver = Resolver(ctx)
        text, kinds = _declared(ctx, resolver, sql)
        with registered(session.duck, resolver.found):
            found = session.duck.execute(f"DESCRIBE {text}").fetchall()
    return _refined([(row[0], row[1]) for row in found], kinds)


def _declared(ctx: Context, resolver: Resolver, sql: str) -> tuple[str, declared.Columns | None]:
    """DuckDB's text of a query, and what its columns are by declaration."""
    tree = parse(sql)
    translate.name_projections(tree, sql)
    resolved = resolve(ctx, resolver, tree)
    kinds = declared.columns(resolved, stored(ctx, resolver.found))
    return duck_text(resolver, resolved), kinds


def stored(ctx: Context, found: Resolved) -> declared.Stored:
    """What tells the columns of the tables that a resolved statement reads, by what DuckDB calls their rows or log."""
    return lambda name: _stored(ctx, found, name)


def _stored(ctx: Context, found: Resolved, name: str) -> declared.Columns | None:
    streamed = [base(ctx, stream) for stream, _ in found.streams]
    known = {f"t_{table.details['storage']}": table for table in found.tables}
    known |= {f"log_{table.id}": table for table in streamed}
    table = known.get(name)
    return None if table is None else [(c.name, c.data_type) for c in columns_of(table)]


def _refined(
    found: list[tuple[str, str]], kinds: declared.Columns | None
) -> list[tuple[str, DataType]]:
    """Names and types of columns from DuckDB's and what was declared, where that is as many."""
    if kinds is None or len(kinds) != len(found):
        return [(name, from_duck(kind)) for name, kind in found]
    pairs = zip(found, kinds, strict=True)
    return [(name, declared.refined(from_duck(kind), given)) for (name, kind), (_, given) in pairs]


def tables(ctx: Context, sql: str) -> list[Entry]:
    """The tables and dynamic tables that a query reads, through views too."""
    resolver = Resolver(ctx)
    resolver.resolve(parse(sql))
    return resolver.found.tables


def views(ctx: Context, sql: str) -> set[str]:
    """The full names of the views that a query reads, by itself and through other views."""
    resolver = Resolver(ctx)
    resolver.resolve(parse(sql))
    return {name for name, *_ in resolver.found.widths}


@contextmanager
def registered(duck: duckdb.DuckDBPyConnection, found: Resolved) -> Iterator[None]:
    """Make ready-made rows known to DuckDB for as long as a statement needs them."""
    for name, table in found.registered.items():
        duck.register(name, table)
    try:
        yield
    finally:
        for name in found.registered:
            forget(duck, name)


def forget(duck: duckdb.DuckDBPyConnection, name: str) -> None:
    """Take a registered name away; in a transaction that an error has ended it stays until it is registered anew."""
    with suppress(duckdb.TransactionException):
        duck.unregister(name)


def fetch(duck: duckdb.DuckDBPyConnection, text: str) -> Result:
    """Run DuckDB SQL and describe its rows in Snowflake's types."""
    return _result(duck.sql(text))


def _result(relation: duckdb.DuckDBPyRelation) -> Result:
    arrow = relation.to_arrow_table()
    columns: list[Column] = []
    arrays = []
    for index, (name, duck_type) in enumerate(zip(relation.columns, relation.types, strict=True)):
        kind = from_duck(str(duck_type))
        wire = "timestamp_tz" if kind.base == "TIMESTAMP_LTZ" else kind.wire
        scale = kind.scale if wire == "fixed" else None
        columns.append(Column(name, wire, kind.precision, scale, kind.length))
        arrays.append(_array(arrow.column(index)))
    return Result(tuple(columns), arrow=pa.Table.from_arrays(arrays, names=relation.columns))


def _array(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_timestamp(kind):
        return column.cast(pa.timestamp("us", tz="UTC" if kind.tz else None))
    if pa.types.is_list(kind) or pa.types.is_struct(kind) or pa.types.is_map(kind):
        texts = [None if v is None else json.dumps(v, default=str) for v in column.to_pylist()]
        return pa.chunked_array([pa.array(texts, pa.string())])
    if isinstance(kind, pa.BaseExtensionType):  # JSON
        return column.cast(pa.string())
    if pa.types.is_uint64(kind):
        return column.cast(pa.int64())
    return column


def _check_widths(ctx: Context, found: Resolved) -> None:
    """002057 where a view's query gives other columns than it was declared with (a column was added under SELECT *)."""
    for name, sql, width in found.widths:
        tree = sqlglot_parse_one(sql, read="snowflake")
        assert isinstance(tree, exp.Expr)
        text = translate.to_duck(tree)
        with registered(ctx.session.duck, found):
            actual = len(ctx.session.duck.execute(f"DESCRIBE {text}").fetchall())
        if actual != width:
            raise compilation(
                2057,
                "42601",
                f"View definition for '{name}' declared {width} column(s), "
                f"but view query produces {actual} column(s).",
            )
