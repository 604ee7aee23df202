"""UNION, INTERSECT and EXCEPT whose sides give a column different types: a text becomes what stands beside it.

DuckDB would make texts of the others. Source: docs.snowflake.com/en/sql-reference/operators-query, "Use the UNION
operator and cast mismatched data types": a text that is no number fails with 100038.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlglot import exp

from snowlocal.errors import unnumbered
from snowlocal.query.kinds import Columns, Kind, Kinds, sides_of

_NUMBER = re.compile(r"-?\d+(?:\.(\d{1,9}))?")
_MOMENTS = ("DATE", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ")
_NUMBERS = ("NUMBER", "FLOAT")
# What a text is cast to beside each kind, of which the first one given counts.
_BESIDE = {
    "FLOAT": "DOUBLE", "NUMBER": "DECIMAL(38, 5)", "TIMESTAMP_TZ": "TIMESTAMPTZ", "TIMESTAMP_LTZ": "TIMESTAMPTZ",
    "TIMESTAMP_NTZ": "TIMESTAMP", "DATE": "DATE", "TIME": "TIME",
}  # fmt: skip


def unify(tree: exp.Expr, kinds: Kinds, found: set[type]) -> None:
    """Give the sides of a resolved tree's set operations one type a column; `found` are its nodes' classes.

    Raises 370002 for numbers beside dates or times.
    """
    if found.isdisjoint((exp.Union, exp.Intersect, exp.Except)):
        return
    for operation in list(tree.find_all(exp.SetOperation)):
        if isinstance(operation.parent, exp.SetOperation) or operation.args.get("by_name"):
            continue
        sides = sides_of(operation)
        columns = [kinds.columns(side) for side in sides]
        if len({len(each) for each in columns}) != 1 or not columns[0]:
            continue
        wanted = [_wanted([each[at][1] for each in columns]) for at in range(len(columns[0]))]
        for side, given in zip(sides, columns, strict=True):
            casts = [
                _written(side, at, kind) if has == "TEXT" else None
                for at, (kind, (_, has)) in enumerate(zip(wanted, given, strict=True))
            ]
            if any(casts):
                _cast(side, given, casts)


def _wanted(given: Sequence[Kind]) -> str | None:
    """What the texts of a column become; None where it has no others."""
    has = set(given)
    if not has.isdisjoint(_NUMBERS) and not has.isdisjoint(_MOMENTS):
        # Snowflake's text; its number is on no page of the manual.
        kinds = [k for k in given if k in _NUMBERS or k in _MOMENTS]
        other = next(k for k in kinds if (k in _NUMBERS) != (kinds[0] in _NUMBERS))
        raise unnumbered(
            "SQL compilation error:\ninconsistent data type for result columns for set operator input branches,"
            f" expected {other}, got {kinds[0]}",
            "42601",
        )
    return next((kind for name, kind in _BESIDE.items() if name in has), None)


def _written(side: exp.Expr, at: int, kind: str | None) -> str | None:
    """What a text becomes that would become a `kind`: a number that is written as a text has the decimals that are
    written."""
    if kind != _BESIDE["NUMBER"] or not isinstance(side, exp.Select):
        return kind
    value = side.expressions[at].unalias()
    number = _NUMBER.fullmatch(value.name) if isinstance(value, exp.Literal) else None
    return kind if number is None else f"DECIMAL(38, {len(number[1] or '')})"


def _cast(side: exp.Expr, columns: Columns, casts: Sequence[str | None]) -> None:
    """Put a query around a side that casts some of its columns."""
    names = [exp.to_identifier(f"_{at}", quoted=True) for at in range(len(columns))]
    shown: list[exp.Expr] = []
    for name, (own, _), kind in zip(names, columns, casts, strict=True):
        value: exp.Expr = exp.column(name.copy())
        if kind is not None:
            value = exp.cast(value, kind, dialect="duckdb")
        shown.append(exp.alias_(value, own, quoted=True) if own else value)
    made = exp.select(*shown)
    side.replace(made)
    inner = side.this if isinstance(side, exp.Subquery) and not side.alias else side
    alias = exp.TableAlias(this=exp.to_identifier("_side", quoted=True), columns=names)
    made.set("from_", exp.From(this=exp.Subquery(this=inner, alias=alias)))
