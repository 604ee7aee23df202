"""Snowflake's tree to DuckDB's SQL: fakesnow's transforms for queries, and where Snowflake differs, our own.

Works on a tree whose tables are resolved already; knows neither the catalog nor the session.
"""

from __future__ import annotations

from typing import Any

from fakesnow import transforms
from sqlglot import exp

from snowlocal.arguments import pieces
from snowlocal.errors import unsupported
from snowlocal.query.parse import parse
from snowlocal.tokens import Reader

_DIVISION_BY_ZERO = "100051|22012|Division by zero"
_AFTER_PROJECTIONS = {
    "FROM", "WHERE", "GROUP", "ORDER", "LIMIT", "UNION", "EXCEPT", "INTERSECT", "MINUS", "HAVING", "QUALIFY", ";",
}  # fmt: skip
_TRY_TIMESTAMPS = {
    "TRY_TO_TIMESTAMP_NTZ": "TIMESTAMP_NTZ",
    "TRY_TO_TIMESTAMP_LTZ": "TIMESTAMP_LTZ",
    "TRY_TO_TIMESTAMP_TZ": "TIMESTAMP_TZ",
}


def _to_timestamp(node: Any) -> Any:
    # fakesnow's step takes TRY_CAST for a CAST, and would raise where NULL is due.
    return node if isinstance(node, exp.TryCast) else transforms.to_timestamp(node)


# The order matters to fakesnow: see its cursor. What concerns SHOW, stages and users is not here: the catalog does it.
_STEPS = (
    transforms.upper_case_unquoted_identifiers,
    transforms.current_version,
    transforms.semi_structured_types,
    transforms.try_parse_json,
    transforms.split,
    transforms.indices_to_json_extract,
    transforms.json_extract_cast_as_varchar,
    transforms.json_extract_cased_as_varchar,
    transforms.json_extract_precedence,
    transforms.flatten_value_cast_as_varchar,
    transforms.flatten,
    transforms.regex_replace,
    transforms.regex_substr,
    transforms.values_columns,
    transforms.to_date,
    transforms.timestamp_offsets,
    transforms.to_decimal,
    _to_timestamp,
    transforms.to_variant,
    transforms.object_construct,
    transforms.timestamp_ntz,
    transforms.float_to_double,
    transforms.integer_precision,
    transforms.sample,
    transforms.array_size,
    transforms.random,
    transforms.array_agg_within_group,
    transforms.array_agg,
    transforms.object_agg,
    transforms.array_construct_etc,
    transforms.dateadd_date_cast,
    transforms.dateadd_string_literal_timestamp_cast,
    transforms.datediff_string_literal_timestamp_cast,
    transforms.haversine,
    transforms.hex_string,
    transforms.sha256,
    transforms.alias_in_join,
    transforms.alias_in_where,
)


def to_duck(tree: exp.Expr) -> str:
    """The DuckDB SQL of a resolved tree. The tree is changed on the way."""
    translated: Any = tree.transform(_own, copy=False)
    for step in _STEPS:
        translated = translated.transform(step, copy=False)
    translated = translated.transform(_late, copy=False)
    text: str = translated.sql(dialect="duckdb", identify=True)
    return text


def expression(sql: str) -> str:
    """The DuckDB SQL of a scalar expression, for column defaults."""
    tree = parse(f"SELECT {sql}")
    assert isinstance(tree, exp.Select)
    return to_duck(tree).removeprefix("SELECT ")


def name_projections(tree: exp.Expr, source: str) -> None:
    """Give each unnamed column of a query's result the name Snowflake gives it: its text in upper case."""
    select = tree
    while isinstance(select, (exp.SetOperation, exp.Subquery)):
        select = select.this
    if not isinstance(select, exp.Select):
        return
    written = _projections(source)
    named: list[exp.Expr] = []
    for index, projection in enumerate(select.expressions):
        inner = projection.unnest() if isinstance(projection, exp.Paren) else projection
        if isinstance(inner, (exp.Alias, exp.Star, exp.Column)) or inner.is_star:
            named.append(projection)
            continue
        whole = len(written) == len(select.expressions)
        text = written[index] if whole else projection.sql(dialect="snowflake")
        named.append(exp.alias_(projection, text.upper(), quoted=True))
    select.set("expressions", named)


def _projections(source: str) -> list[str]:
    """The texts between the first SELECT and its FROM, as written."""
    reader = Reader(source)
    while (token := reader.peek()) is not None and token.upper != "SELECT":
        reader.next()
    if not reader.accept("SELECT"):
        return []
    _ = reader.accept("DISTINCT") or reader.accept("ALL")
    first = reader.peek()
    begin = end = first.start if first is not None else len(source)
    depth = 0
    while (token := reader.peek()) is not None:
        depth += {"(": 1, ")": -1}.get(token.upper, 0)
        if depth < 0 or (depth == 0 and token.upper in _AFTER_PROJECTIONS):
            break
        end = token.end
        reader.next()
    return pieces(source[begin:end])


def _own(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Div):
        return _checked_division(node)
    if isinstance(node, exp.Trim) and not isinstance(node.this, exp.Cast):
        node.set("this", exp.cast(node.this, "varchar"))
    if isinstance(node, exp.Anonymous) and node.name.upper() in _TRY_TIMESTAMPS:
        if len(node.expressions) != 1:
            raise unsupported(f"{node.name.upper()} with a format")
        kind = exp.DataType.build(_TRY_TIMESTAMPS[node.name.upper()], dialect="snowflake")
        return exp.TryCast(this=node.expressions[0], to=kind)
    if isinstance(node, exp.Mod):
        node.set("expression", exp.Nullif(this=node.expression, expression=exp.Literal.number(0)))
    return node


def _late(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.ArrayToString):
        # An ARRAY is JSON in storage; only now, for the steps before would turn the list type into JSON again.
        listed = exp.DataType.build("VARCHAR[]", dialect="duckdb")
        node.set("this", exp.Cast(this=node.this, to=listed))
    return node


def _checked_division(node: exp.Div) -> exp.Expr:
    divisor = node.expression
    bare = divisor.this if isinstance(divisor, exp.Paren) else divisor
    if isinstance(bare, exp.Literal) and bare.is_number and float(bare.name) != 0:
        return node
    if isinstance(bare, exp.Nullif):
        return node
    refused = exp.Anonymous(this="error", expressions=[exp.Literal.string(_DIVISION_BY_ZERO)])
    zero = exp.EQ(this=divisor.copy(), expression=exp.Literal.number(0))
    return exp.Paren(this=exp.Case(ifs=[exp.If(this=zero, true=refused)], default=node.copy()))
