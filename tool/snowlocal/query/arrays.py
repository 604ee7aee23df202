"""Functions of ARRAYs: an array is JSON in storage, and DuckDB's functions take lists.

Source: docs.snowflake.com/en/sql-reference/functions-semistructured, "Array/object".
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from snowlocal.errors import compilation, unsupported
from snowlocal.query.kinds import Kinds

_REFUSED: dict[type[exp.Expr], str] = {
    exp.SortArray: "ARRAY_SORT", exp.ArrayMax: "ARRAY_MAX", exp.ArrayMin: "ARRAY_MIN",
    exp.ArrayReverse: "ARRAY_REVERSE", exp.ObjectInsert: "OBJECT_INSERT",
}  # fmt: skip
_SEARCHES: dict[type[exp.Expr], str] = {
    exp.ArrayContains: "ARRAY_CONTAINS",
    exp.ArrayPosition: "ARRAY_POSITION",
}


@dataclass(frozen=True)
class _Shape:
    """Which arguments of a function are arrays and which are elements, and whether it gives an array."""

    arrays: tuple[str, ...] = ("this",)
    elements: tuple[str, ...] = ()
    gives: bool = True


_SHAPES: dict[type[exp.Expr], _Shape] = {
    exp.ArrayAppend: _Shape(elements=("expression",)),
    exp.ArrayPrepend: _Shape(elements=("expression",)),
    exp.ArrayRemove: _Shape(elements=("expression",)),
    exp.ArrayContains: _Shape(elements=("expression",), gives=False),
    exp.ArrayPosition: _Shape(elements=("expression",), gives=False),
    exp.ArraySlice: _Shape(),
    exp.ArrayDistinct: _Shape(),
    exp.ArrayCompact: _Shape(),
    exp.ArrayConcat: _Shape(("this", "expressions")),
    exp.ArrayOverlaps: _Shape(("this", "expression"), gives=False),
    exp.ArrayIntersect: _Shape(("expressions",)),
    exp.ArrayExcept: _Shape(("this", "expression")),
}
WANTED = (*_SHAPES, *_REFUSED)


def judge(tree: exp.Expr, kinds: Kinds, found: set[type]) -> None:
    """Raise 001044 where a resolved tree looks in an array for what is no VARIANT; `found` are its nodes' classes."""
    if found.isdisjoint(_SEARCHES):
        return
    for node in tree.find_all(*_SEARCHES):
        kind = kinds.kind(node.args["expression"])
        if kind not in (None, "VARIANT"):
            shown = (
                f"Invalid argument types for function '{_SEARCHES[type(node)]}': ({kind}, ARRAY)"
            )
            raise compilation(1044, "42P13", f"error line 1 at position 0\n{shown}")


def as_lists(node: exp.Expr) -> exp.Expr:
    """An array function with lists for its arrays; any other node as it is. It must be the last step of all that know
    types. Raises 000002 for those that DuckDB would answer by the JSON's text."""
    if type(node) in _REFUSED:
        raise unsupported(f"the function {_REFUSED[type(node)]}")
    shape = _SHAPES.get(type(node))
    if shape is None or node.meta.get("listed"):
        return node
    node.meta["listed"] = True
    listed = exp.DataType.build("JSON[]", dialect="duckdb")
    for key in shape.arrays:
        given = node.args.get(key)
        if isinstance(given, list):
            node.set(key, [exp.Cast(this=each, to=listed.copy()) for each in given])
        elif given is not None:
            node.set(key, exp.Cast(this=given, to=listed.copy()))
    for key in shape.elements:
        node.set(key, exp.Anonymous(this="to_json", expressions=[node.args[key]]))
    return exp.Anonymous(this="to_json", expressions=[node]) if shape.gives else node
