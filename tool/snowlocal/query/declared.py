"""What a query's columns are by declaration: the lengths and precisions that DuckDB's types do not tell.

They come through a query where a column of it is a plain column, a literal or a cast, through views, subqueries, CTEs
and set operations too. Of everything else nothing is known here. Pure: reads a resolved tree.

Source: docs.snowflake.com/en/sql-reference/data-types-text and …/data-types-numeric; a literal's type is the smallest
that holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlglot import exp

from snowlocal.errors import SnowflakeError
from snowlocal.query.parse import folded
from snowlocal.types import DataType, parse_type

# Columns by name, in order, with their types where they are known.
Columns = Sequence[tuple[str, DataType | None]]
# The columns of what DuckDB knows by this name: a table's storage or a stream's log; None for another's.
Stored = Callable[[str], Columns | None]
_Known = Mapping[str, Columns | None]

# Marks, in a node's `meta`, a subquery that stands for a call: the function declares its columns, not its body.
OF_FUNCTION = "of_function"
_MEASURED = ("TEXT", "NUMBER", "BINARY")
_NESTED = ("ARRAY", "OBJECT")
_MOST_DIGITS = 38


def refined(found: DataType, declared: DataType | None) -> DataType:
    """The type of a result column: `found`, as DuckDB has it, with what was declared and DuckDB does not tell."""
    if declared is None:
        return found
    if found.base == "VARIANT" and declared.base in _NESTED:
        return declared
    if declared.base != found.base or found.base not in _MEASURED:
        return found
    return declared if declared.scale == found.scale else found


def columns(tree: exp.Expr, stored: Stored, outer: _Known | None = None) -> Columns | None:
    """A query's columns; None where not even their number is known. `outer` are the CTEs that it may name."""
    known = {**(outer or {}), **_ctes(tree, stored, outer or {})}
    if isinstance(tree, exp.Subquery):
        return columns(tree.this, stored, known)
    if isinstance(tree, exp.SetOperation):
        return _of_sides(tree, stored, known)
    return _of_select(tree, stored, known) if isinstance(tree, exp.Select) else None


def _ctes(tree: exp.Expr, stored: Stored, outer: _Known) -> dict[str, Columns | None]:
    found: dict[str, Columns | None] = {}
    with_ = tree.args.get("with_")
    if not isinstance(with_, exp.With):
        return found
    for cte in with_.expressions:
        alias = cte.args["alias"]
        own = None if with_.args.get("recursive") else columns(cte.this, stored, {**outer, **found})
        found[folded(alias.this)] = _renamed(own, alias)
    return found


def _of_sides(tree: exp.SetOperation, stored: Stored, known: _Known) -> Columns | None:
    sides: list[exp.Expr] = []
    node: exp.Expr = tree
    while isinstance(node, exp.SetOperation):  # the left one nests as deep as there are sides
        if node.args.get("by_name"):
            return None
        sides.append(node.expression)
        node = node.this
        known = {**known, **_ctes(node, stored, known)}
    found = columns(node, stored, known)
    for side in reversed(sides):
        other = columns(side, stored, known)
        if found is None or other is None or len(found) != len(other):
            return None
        pairs = zip(found, other, strict=True)
        found = [(name, kind if kind == beside else None) for (name, kind), (_, beside) in pairs]
    return found


def _of_select(tree: exp.Select, stored: Stored, known: _Known) -> Columns | None:
    sources: list[tuple[str, Columns | None]] = []
    from_ = tree.args.get("from_")
    joins = list(tree.args.get("joins") or [])
    for node in [*([from_.this] if from_ is not None else []), *(j.this for j in joins)]:
        sources.append(_source(node, stored, known))
    sources += [("", None) for _ in tree.args.get("laterals") or []]
    merged = any(j.args.get("using") or j.args.get("method") for j in joins)
    found: list[tuple[str, DataType | None]] = []
    for projection in tree.expressions:
        if not projection.is_star:
            named = projection.args.get("alias") or projection.this
            plain = isinstance(projection, exp.Alias | exp.Column)
            found.append((folded(named) if plain else "", _kind(projection, sources)))
            continue
        every = _starred(projection, sources)
        if every is None or merged:
            return None
        found += every
    return found


def _starred(node: exp.Expr, sources: Sequence[tuple[str, Columns | None]]) -> Columns | None:
    star = node.this if isinstance(node, exp.Column) else node
    if not isinstance(star, exp.Star) or any(star.args.values()):
        return None
    wanted = folded(node.args["table"]) if node.args.get("table") is not None else None
    found: list[tuple[str, DataType | None]] = []
    for alias, has in sources:
        if wanted is None or alias == wanted:
            if has is None:
                return None
            found += has
    return found


def _source(node: exp.Expr, stored: Stored, known: _Known) -> tuple[str, Columns | None]:
    alias = node.args.get("alias")
    name = folded(node.this) if isinstance(node, exp.Table) else ""
    if isinstance(alias, exp.TableAlias) and alias.this is not None:
        name = folded(alias.this)
    found: Columns | None = None
    if any(node.args.get(part) for part in ("joins", "laterals", "pivots")):
        return name, None
    if isinstance(node, exp.Subquery):
        found = None if node.meta.get(OF_FUNCTION) else columns(node, stored, known)
    elif isinstance(node, exp.Table):
        behind = folded(node.this)
        found = stored(behind) if node.args.get("db") is not None else known.get(behind)
    return name, _renamed(found, alias)


def _renamed(found: Columns | None, alias: exp.Expr | None) -> Columns | None:
    names = [folded(c) for c in alias.args.get("columns") or []] if alias is not None else []
    if found is None or len(names) > len(found):
        return None
    return [*zip(names, (kind for _, kind in found), strict=False), *found[len(names) :]]


def _kind(node: exp.Expr, sources: Sequence[tuple[str, Columns | None]]) -> DataType | None:
    if isinstance(node, exp.Alias | exp.Paren):
        return _kind(node.this, sources)
    if isinstance(node, exp.Column):
        return _of_column(node, sources)
    if isinstance(node, exp.Cast):
        return _named(node.to)
    return of_literal(node)


def _of_column(node: exp.Column, sources: Sequence[tuple[str, Columns | None]]) -> DataType | None:
    table = node.args.get("table")
    within = [has for alias, has in sources if table is None or alias == folded(table)]
    if any(has is None for has in within):
        return None
    name = folded(node.this)
    kinds = [kind for has in within for own, kind in has or () if own == name]
    return kinds[0] if len(kinds) == 1 else None


def _named(kind: exp.Expr) -> DataType | None:
    try:
        return parse_type(kind.sql(dialect="snowflake"))
    except SnowflakeError:
        return None


def of_literal(node: exp.Expr) -> DataType | None:
    """The type of a text or number as written; None for everything else, and for a text whose length an escape
    decides."""
    if isinstance(node, exp.Neg | exp.Paren):
        return of_literal(node.this)
    if not isinstance(node, exp.Literal):
        return None
    text = node.name
    if node.is_string:
        plain = text.isprintable() and "\\" not in text
        return DataType("TEXT", length=len(text)) if text and plain else None
    whole, _, decimals = text.partition(".")
    digits = len(whole.lstrip("0")) + len(decimals)
    if not (whole + decimals).isdigit() or digits > _MOST_DIGITS:
        return None
    if decimals and not whole.lstrip("0"):
        digits = len(decimals) + 1
    return DataType("NUMBER", precision=max(digits, 1), scale=len(decimals))
