"""Runs a query: resolve, translate, execute in the session's DuckDB connection, and describe the result."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import duckdb
import pyarrow as pa
from sqlglot import exp
from sqlglot import parse_one as sqlglot_parse_one

from snowlocal import transactions
from snowlocal.catalog import Entry
from snowlocal.context import Context
from snowlocal.errors import compilation
from snowlocal.query import translate
from snowlocal.query.parse import parse
from snowlocal.query.resolve import Resolved, Resolver
from snowlocal.result import Column, Result
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


def prepare(ctx: Context, resolver: Resolver, tree: exp.Expr) -> str:
    """DuckDB's text of a tree; checks that views are still as wide as they were declared."""
    resolved = resolver.resolve(tree)
    _check_widths(ctx, resolver.found)
    return translate.to_duck(resolved)


def scalar(ctx: Context, sql: str) -> Any:
    """The value of one expression."""
    found = rows(ctx, f"SELECT {sql}").tuples()
    return found[0][0] if found else None


def describe(ctx: Context, sql: str) -> list[tuple[str, DataType]]:
    """Names and types of a query's columns, without running it."""
    with transactions.reading(ctx) as session:
        resolver = Resolver(ctx)
        tree = parse(sql)
        translate.name_projections(tree, sql)
        text = prepare(ctx, resolver, tree)
        with registered(session.duck, resolver.found):
            found = session.duck.execute(f"DESCRIBE {text}").fetchall()
    return [(row[0], from_duck(row[1])) for row in found]


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
    relation = duck.sql(text)
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
    for name, sql, declared in found.widths:
        tree = sqlglot_parse_one(sql, read="snowflake")
        assert isinstance(tree, exp.Expr)
        text = translate.to_duck(tree)
        with registered(ctx.session.duck, found):
            actual = len(ctx.session.duck.execute(f"DESCRIBE {text}").fetchall())
        if actual != declared:
            raise compilation(
                2057,
                "42601",
                f"View definition for '{name}' declared {declared} column(s), "
                f"but view query produces {actual} column(s).",
            )
