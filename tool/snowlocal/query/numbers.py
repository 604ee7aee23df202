"""Texts that are used as numbers, and FLOATs that become whole numbers, as Snowflake casts them.

Source: docs.snowflake.com/en/sql-reference/data-type-conversion ("Coercion", "Cast and precision"); a text in
arithmetic is a NUMBER(18,5) there, and a FLOAT in SUM and AVG.
"""

from __future__ import annotations

from sqlglot import exp

from snowlocal.query.kinds import NUMBERS, Kinds, branches
from snowlocal.query.nodes import post_order

_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)
_CHOICES = (exp.Coalesce, exp.If, exp.Nvl2, exp.Case)
_CASTS = (exp.Cast, exp.TryCast)
_TRIGGERS = {*NUMBERS, *_COMPARISONS, *_CHOICES, *_CASTS}
_IN_ARITHMETIC = "DECIMAL(18, 5)"
_NUMERIC = ("NUMBER", "FLOAT")


def cast_numbers(tree: exp.Expr, kinds: Kinds, found: set[type]) -> None:
    """Put into a resolved tree the casts between texts and numbers; `found` are its nodes' classes."""
    if _TRIGGERS.isdisjoint(found):
        return
    for node in list(post_order(tree)):
        if isinstance(node, _COMPARISONS):
            # An assignment is none; `stored_values` sees to it.
            if not isinstance(node.parent, exp.Update):
                _compare(node, kinds)
        elif isinstance(node, NUMBERS):
            _compute(node, kinds)
        elif isinstance(node, _CHOICES):
            _choose(node, kinds)
        elif isinstance(node, _CASTS):
            _cast_whole(node, kinds)


def _cast_whole(node: exp.Expr, kinds: Kinds) -> None:
    if _is_whole(node.args["to"]) and kinds.kind(node.this) == "FLOAT":
        _round(node.this)


def _compute(node: exp.Expr, kinds: Kinds) -> None:
    operands = [o for o in (node.this, node.args.get("expression")) if isinstance(o, exp.Expr)]
    given = [kinds.kind(o) for o in operands]
    if any(k is not None and k.startswith(("DATE", "TIME")) for k in given):
        return
    kind = "DOUBLE" if isinstance(node, (exp.Sum, exp.Avg)) else _IN_ARITHMETIC
    for operand, of in zip(operands, given, strict=True):
        if of == "TEXT":
            _cast(operand, kind)


def _compare(node: exp.Expr, kinds: Kinds) -> None:
    for one, other in ((node.this, node.expression), (node.expression, node.this)):
        if isinstance(other, exp.Literal):  # DuckDB casts a constant itself
            continue
        kind = kinds.kind(one)
        if kind in _NUMERIC and kinds.kind(other) == "TEXT":
            _cast(other, "DOUBLE" if kind == "FLOAT" else "DECIMAL(38, 9)")


def _choose(node: exp.Expr, kinds: Kinds) -> None:
    given = branches(node)
    of = [kinds.kind(branch) for branch in given]
    if any(k in _NUMERIC for k in of):
        for branch, kind in zip(given, of, strict=True):
            if kind == "TEXT":
                _cast(branch, _IN_ARITHMETIC)


def _is_whole(kind: exp.Expr | None) -> bool:
    if not isinstance(kind, exp.DataType):
        return False
    scale = kind.expressions[1].name if len(kind.expressions) > 1 else "0"
    is_decimal = kind.this == exp.DataType.Type.DECIMAL and scale == "0"
    return is_decimal or kind.this in exp.DataType.INTEGER_TYPES


def _round(value: exp.Expr) -> None:
    value.replace(exp.Anonymous(this="round", expressions=[value.copy()]))


def _cast(value: exp.Expr, kind: str) -> None:
    value.replace(exp.cast(value.copy(), kind, dialect="duckdb"))
