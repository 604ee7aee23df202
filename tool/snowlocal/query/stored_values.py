"""What an UPDATE or MERGE assigns, as the columns take it: the casts by assignment that DuckDB does otherwise.

Source: docs.snowflake.com/en/sql-reference/data-type-conversion, /parameters (default output formats). INSERT … SELECT
does the same to its rows: see snowlocal.coercion.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from snowlocal.query.binaries import as_binary
from snowlocal.query.date_formats import as_text
from snowlocal.query.kinds import Kind, Kinds

# DuckDB rounds a DOUBLE half to even when it becomes a BIGINT, but a DECIMAL half away from zero.
_ROUNDED = "DECIMAL(38, 12)"


def take(tree: exp.Expr, kinds: Kinds, found: set[type]) -> None:
    """Put into a resolved UPDATE or MERGE the casts that its columns ask for; `found` are its nodes' classes."""
    if exp.Update not in found and exp.Merge not in found:
        return
    for value, kind in list(assigned(tree, kinds)):
        if kind == "TEXT":
            as_text(value, kinds)
        elif kind == "BINARY":
            as_binary(value, kinds)
        elif kind == "NUMBER" and kinds.kind(value) == "FLOAT":
            value.replace(exp.cast(value.copy(), _ROUNDED, dialect="duckdb"))


def assigned(tree: exp.Expr, kinds: Kinds) -> Iterator[tuple[exp.Expr, Kind]]:
    """Each value that a statement's UPDATE and MERGE clauses assign, with the kind of its column."""
    for node in tree.find_all(exp.Update, exp.Insert):
        if isinstance(node, exp.Update):
            for each in node.expressions:
                if isinstance(each, exp.EQ):
                    yield each.expression, kinds.kind(each.this)
        elif isinstance(node, exp.Insert) and isinstance(node.parent, exp.When):
            yield from inserted(node, kinds)


def inserted(insert: exp.Insert, kinds: Kinds) -> Iterator[tuple[exp.Expr, Kind]]:
    """Each value of a MERGE's INSERT with the kind of its column."""
    values, merge = insert.expression, insert.find_ancestor(exp.Merge)
    if not isinstance(values, exp.Tuple) or merge is None:
        return
    if insert.this is not None:
        given = [kinds.kind(column) for column in insert.this.expressions]
    else:
        given = [kind for _, kind in kinds.columns(merge.this)]
    yield from zip(list(values.expressions), given, strict=False)
