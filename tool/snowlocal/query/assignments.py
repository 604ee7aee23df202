"""What UPDATE and MERGE assign to which column, judged before anything is written: counts and types.

Works on a resolved tree. Where a value is more than a literal, DuckDB is asked for its type, without running anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import duckdb
from sqlglot import exp

from snowlocal import conversions
from snowlocal.columns import TableColumn
from snowlocal.errors import SnowflakeError, compilation, invalid_identifier
from snowlocal.query import declared, translate
from snowlocal.query.declared import of_literal
from snowlocal.query.parse import folded
from snowlocal.types import DataType, from_duck


@dataclass(frozen=True)
class _Clause:
    """Columns and the values that they are assigned, and the relations that the values may name."""

    pairs: list[tuple[TableColumn, exp.Expr]]
    within: list[exp.Expr]


def judge(
    duck: duckdb.DuckDBPyConnection,
    statement: exp.Expr,
    columns: Sequence[TableColumn],
    stored: declared.Stored,
) -> None:
    """Raise 002023 for a value of a type that its column does not take; 002020 for too few or too many values; 002025
    for a column that is assigned twice.

    `columns` are those of the table that the resolved UPDATE or MERGE writes, `stored` tells those of the tables that
    it reads.
    """
    for clause in _clauses(statement, {c.name: c for c in columns}):
        refuse_double([column.name for column, _ in clause.pairs])
        asked: list[tuple[TableColumn, exp.Expr]] = []
        for column, value in clause.pairs:
            if (literal := _literal_type(value)) is not None:
                conversions.refuse(column, literal)
            elif column.data_type.base != "TEXT" and not isinstance(value, exp.Literal | exp.Null):
                asked.append((column, value))
        if asked:
            query = _query([value for _, value in asked], clause)
            known = declared.columns(query, stored)
            # What cannot be bound here cannot be bound as part of the statement either, which says so.
            with suppress(duckdb.BinderException):
                kinds = duck.sql(translate.to_duck(query)).types
                refuse_kinds([c for c, _ in asked], [str(kind) for kind in kinds], known)


def refuse_kinds(
    columns: Sequence[TableColumn], kinds: Sequence[str], known: declared.Columns | None
) -> None:
    """Raise 002023 where values of these DuckDB types are not such as these columns take. `known` is what the values
    are by declaration."""
    if known is None or len(known) != len(kinds):
        known = [("", None)] * len(kinds)
    for column, kind, (_, own) in zip(columns, kinds, known, strict=True):
        found = _kind(kind)
        if found is not None:
            conversions.refuse(column, declared.refined(found, own))


def _kind(kind: str) -> DataType | None:
    """The type that a DuckDB type is; None where that says nothing of Snowflake's."""
    if kind.strip('"') == "NULL":
        return None
    try:
        return from_duck(kind)
    except SnowflakeError:
        return None


def _literal_type(value: exp.Expr) -> DataType | None:
    return DataType("BOOLEAN") if isinstance(value, exp.Boolean) else of_literal(value)


def _clauses(statement: exp.Expr, columns: dict[str, TableColumn]) -> Iterator[_Clause]:
    if isinstance(statement, exp.Update):
        from_ = statement.args.get("from_")
        within = [statement.this, *([from_.this] if from_ is not None else [])]
        yield _Clause(_set(statement.expressions, columns), within)
    for when in statement.args["whens"].expressions if isinstance(statement, exp.Merge) else []:
        then = when.args.get("then")
        if isinstance(then, exp.Update):
            within = [statement.this, statement.args["using"]]
            yield _Clause(_set(then.expressions, columns), within)
        elif isinstance(then, exp.Insert):
            yield _Clause(_inserted(then, columns), [statement.args["using"]])


def _set(
    given: Sequence[exp.Expr], columns: dict[str, TableColumn]
) -> list[tuple[TableColumn, exp.Expr]]:
    return [
        (columns[folded(each.this.this)], each.expression)
        for each in given
        if isinstance(each, exp.EQ)
        and isinstance(each.this, exp.Column)
        and folded(each.this.this) in columns
    ]


def _inserted(
    insert: exp.Insert, columns: dict[str, TableColumn]
) -> list[tuple[TableColumn, exp.Expr]]:
    names = inserted_names(insert)
    wanted = list(columns) if names is None else names
    values = insert.expression.expressions if insert.expression is not None else []
    if len(values) != len(wanted):
        raise wrong_count(len(wanted), len(values))
    for name in wanted:
        if name not in columns:
            raise invalid_identifier(name)
    return [(columns[name], value) for name, value in zip(wanted, values, strict=True)]


def refuse_double(names: Sequence[str]) -> None:
    """Raise 002025 where a column is named twice."""
    double = sorted({name for name in names if names.count(name) > 1})
    if double:
        raise compilation(2025, "42S21", f"duplicate column name '{double[0]}'")


def wrong_count(wanted: int, given: int) -> SnowflakeError:
    """002020: an INSERT that gives another number of values than there are columns for."""
    text = f"Insert value list does not match column list expecting {wanted} but got {given}"
    return compilation(2020, "21S01", text)


def inserted_names(insert: exp.Insert) -> list[str] | None:
    """The columns that a MERGE's INSERT names; None where it names none, and means all."""
    if insert.this is None:
        return None
    return [folded(c.this if isinstance(c, exp.Column) else c) for c in insert.this.expressions]


def _query(values: Sequence[exp.Expr], clause: _Clause) -> exp.Select:
    """A query of the values a clause assigns."""
    first, *others = (node.copy() for node in clause.within)
    query = exp.select(*(value.copy() for value in values)).from_(first)
    for other in others:
        query = query.join(other, join_type="cross")
    return query
