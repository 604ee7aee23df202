"""Small pieces of sqlglot's tree: what a name, a call or a value looks like. Knows no catalog."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sqlglot import exp

from snowlocal.catalog import Entry
from snowlocal.errors import unsupported
from snowlocal.query.parse import folded
from snowlocal.tokens import Reader


def storage_node(entry: Entry, alias: str, table: exp.Table) -> exp.Expr:
    """The tree of a table's storage under the alias that the statement knows it by."""
    made = exp.Table(
        this=exp.to_identifier(f"t_{entry.details['storage']}", quoted=True),
        db=exp.to_identifier("main", quoted=True),
        alias=exp.TableAlias(this=exp.to_identifier(alias, quoted=True)),
    )
    return with_joins(made, table)


def name_dynamic(table: exp.Table) -> None:
    """Give a table that IDENTIFIER('name') stands for its name; every other one keeps its own.

    Raises 000002 for what is no constant, 001003 for a text that is no name.
    """
    if not isinstance(table.this, exp.DynamicIdentifier):
        return
    given = table.this.this
    if not isinstance(given, exp.Literal) or not given.is_string:
        raise unsupported("IDENTIFIER of an expression in FROM")
    reader = Reader(given.name)
    parts = [exp.to_identifier(part, quoted=True) for part in reader.qualified()]
    reader.finish()
    for key, part in zip(("this", "db", "catalog"), reversed(parts), strict=False):
        table.set(key, part)


def with_joins(made: exp.Expr, table: exp.Expr) -> exp.Expr:
    """What hangs on a table in FROM (joins, laterals, column aliases), carried over to what replaces it."""
    for part in ("joins", "laterals", "pivots", "sample"):
        if table.args.get(part):
            made.set(part, table.args[part])
    alias = table.args.get("alias")
    if isinstance(alias, exp.TableAlias) and alias.args.get("columns"):
        made.args["alias"].set("columns", alias.args["columns"])
    return made


def value_node(value: Any) -> exp.Expr:
    """A Python value as a literal in the tree."""
    if isinstance(value, (dict, list)):
        return exp.ParseJSON(this=exp.Literal.string(json.dumps(value)))
    if isinstance(value, bytes):
        return exp.cast(exp.HexString(this=value.hex()), "binary")
    if isinstance(value, Decimal):
        return exp.Literal.number(format(value, "f"))
    return exp.convert(value)


def number(text: str) -> int | float:
    """A numeric literal's value."""
    return int(text) if text.lstrip("-").isdigit() else float(text)


def function_name(node: exp.Expr) -> str:
    """A function's name in upper case; '' for what is none."""
    if isinstance(node, exp.Anonymous):
        return folded(node.this) if not isinstance(node.this, str) else str(node.this).upper()
    if isinstance(node, exp.Func):
        return str(node.sql_names()[0]).upper() if node.sql_names() else ""
    return ""


def arguments(node: exp.Expr) -> list[exp.Expr]:
    """The argument nodes of a function call."""
    if isinstance(node, exp.Anonymous):
        return list(node.expressions)
    found: list[exp.Expr] = []
    for value in node.args.values():
        if isinstance(value, exp.Expr):
            found.append(value)
        elif isinstance(value, list):
            found.extend(v for v in value if isinstance(v, exp.Expr))
    return found


def dotted_parts(node: exp.Expr) -> list[str]:
    """The parts of a dotted name or call, each folded."""
    if isinstance(node, exp.Dot):
        return [*dotted_parts(node.this), *dotted_parts(node.expression)]
    if isinstance(node, exp.Column):
        return [
            folded(node.args[p]) for p in ("catalog", "db", "table", "this") if node.args.get(p)
        ]
    return [folded(node)]


def post_order(tree: exp.Expr) -> Iterator[exp.Expr]:
    """Every node, inner ones first."""
    yield from reversed(list(tree.bfs()))
