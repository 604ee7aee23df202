"""Snowflake's tree to DuckDB's SQL: fakesnow's transforms for queries, and where Snowflake differs, our own.

Works on a tree whose tables are resolved already; knows neither the catalog nor the session.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakesnow import transforms
from sqlglot import exp
from sqlglot.errors import ErrorLevel, UnsupportedError

from snowlocal.arguments import pieces
from snowlocal.errors import SnowflakeError, unsupported
from snowlocal.query import arrays
from snowlocal.query.flattening import flatten
from snowlocal.query.nodes import function_name
from snowlocal.query.parse import parse
from snowlocal.tokens import Reader

# What a step of fakesnow raises for a form that it does not know: arguments that it misses, or says it cannot
# translate. Raised by a step of our own, the same is a fault.
_BEYOND = (NotImplementedError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
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


def to_duck(tree: exp.Expr) -> str:
    """The DuckDB SQL of a resolved tree. The tree is changed on the way.

    Raises 000002 for what fakesnow or sqlglot cannot translate.
    """
    translated: Any = tree
    kinds = _kinds(tree)
    for step, wanted in STEPS:
        if not kinds.isdisjoint(wanted):
            try:
                translated = translated.transform(step, copy=False)
            except _BEYOND as error:
                if not _of_fakesnow(error):
                    raise
                raise _untranslated(translated, wanted) from error
            kinds = _kinds(translated)
    try:
        text: str = translated.sql(
            dialect="duckdb", identify=True, copy=False, unsupported_level=ErrorLevel.RAISE
        )
    except (
        UnsupportedError
    ) as error:  # sqlglot would leave out what DuckDB does not have, and only say so
        raise unsupported(str(error).splitlines()[0]) from error
    return text


def _of_fakesnow(error: Exception) -> bool:
    """Whether an error came up in fakesnow's code, or in what that called."""
    at = error.__traceback__
    while at is not None:
        if str(at.tb_frame.f_globals.get("__name__", "")).startswith("fakesnow."):
            return True
        at = at.tb_next
    return False


def _untranslated(tree: exp.Expr, wanted: tuple[type, ...]) -> SnowflakeError:
    """000002 for what a step cannot translate, by the names of what it was to translate."""
    found: list[Any] = list(tree.find_all(*wanted))
    names = {function_name(node) or str(node.key).upper() for node in found}
    return unsupported(f"this form of {', '.join(sorted(names))}")


def _kinds(tree: exp.Expr) -> set[type]:
    """The classes of a tree's nodes, and what they are derived from."""
    return {base for kind in {type(node) for node in tree.walk()} for base in kind.__mro__}


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
    if isinstance(node, (exp.Div, exp.Mod)):
        return _checked_division(node)
    if isinstance(node, exp.Trim) and not isinstance(node.this, exp.Cast):
        node.set("this", exp.cast(node.this, "varchar"))
    if isinstance(node, exp.Anonymous) and node.name.upper() in _TRY_TIMESTAMPS:
        if len(node.expressions) != 1:
            raise unsupported(f"{node.name.upper()} with a format")
        kind = exp.DataType.build(_TRY_TIMESTAMPS[node.name.upper()], dialect="snowflake")
        return exp.TryCast(this=node.expressions[0], to=kind)
    if isinstance(node, exp.Anonymous) and node.name.upper() == "HASH":
        # Snowflake's is a signed number, DuckDB's has one bit more.
        whole = exp.cast(node.copy(), "hugeint", dialect="duckdb")
        half = exp.Literal.number(2**63)
        return exp.cast(exp.Paren(this=exp.Sub(this=whole, expression=half)), "bigint")
    if isinstance(node, exp.Struct):
        _quote_keys(node)
    if isinstance(node, exp.Array):
        return exp.Anonymous(this="json_array", expressions=node.expressions)
    return node


def _quote_keys(node: exp.Struct) -> None:
    # The keys of an object constant are kept as written, unlike identifiers.
    for pair in node.expressions:
        if isinstance(pair, exp.PropertyEQ) and isinstance(pair.this, exp.Identifier):
            pair.this.set("quoted", True)


def _late(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.ArrayToString):
        # An ARRAY is JSON in storage; only now, for the steps before would turn the list type into JSON again.
        listed = exp.DataType.build("VARCHAR[]", dialect="duckdb")
        node.set("this", exp.Cast(this=node.this, to=listed))
    # Written without brackets, as sqlglot does, DuckDB takes it for a column of that name where there is one.
    if type(node) in _CLOCKS and not any(node.args.values()):
        return exp.Anonymous(this=_CLOCKS[type(node)])
    return node


def _name_columns(node: exp.Expr) -> exp.Expr:
    """VALUES with the names that its columns have without others: COLUMN1, COLUMN2 …"""
    if not isinstance(node, exp.Values) or node.find_ancestor(exp.Select, exp.DML) is None:
        return node
    alias = node.args.get("alias")
    given = alias if isinstance(alias, exp.TableAlias) else exp.TableAlias()
    if not given.args.get("columns"):
        first = node.expressions[0]
        width = len(first.expressions) if isinstance(first, exp.Tuple) else 1
        names = [exp.to_identifier(f"COLUMN{at + 1}", quoted=True) for at in range(width)]
        given.set("columns", names)
        given.set("this", given.this or exp.to_identifier("_"))
        node.set("alias", given)
    return node


def _checked_division(node: exp.Div | exp.Mod) -> exp.Expr:
    divisor = node.expression
    bare = divisor.this if isinstance(divisor, exp.Paren) else divisor
    if isinstance(bare, exp.Literal) and bare.is_number and float(bare.name) != 0:
        return node
    if isinstance(bare, exp.Nullif):
        return node
    refused = exp.Anonymous(this="error", expressions=[exp.Literal.string(_DIVISION_BY_ZERO)])
    zero = exp.EQ(this=divisor.copy(), expression=exp.Literal.number(0))
    return exp.Paren(this=exp.Case(ifs=[exp.If(this=zero, true=refused)], default=node.copy()))


_CLOCKS: dict[type[exp.Expr], str] = {
    exp.CurrentTimestamp: "get_current_timestamp",
    exp.CurrentDate: "today",
    exp.CurrentTime: "get_current_time",
}

# Each step with the kinds of node it acts upon: it is left out where a tree has none of them. The order matters to
# fakesnow: see its cursor. What concerns SHOW, stages and users is not here: the catalog does it.
STEPS: tuple[tuple[Callable[[Any], Any], tuple[type, ...]], ...] = (
    (_own, (exp.Div, exp.Mod, exp.Trim, exp.Anonymous, exp.Struct, exp.Array)),
    (transforms.upper_case_unquoted_identifiers, (exp.Identifier,)),
    (transforms.current_version, (exp.CurrentVersion,)),
    (transforms.semi_structured_types, (exp.DataType,)),
    (transforms.try_parse_json, (exp.Anonymous,)),
    (transforms.split, (exp.Split,)),
    (transforms.indices_to_json_extract, (exp.Bracket,)),
    (transforms.json_extract_cast_as_varchar, (exp.JSONExtract,)),
    (transforms.json_extract_cased_as_varchar, (exp.JSONExtract,)),
    (transforms.json_extract_precedence, (exp.JSONExtract, exp.JSONExtractScalar)),
    (transforms.flatten_value_cast_as_varchar, (exp.Explode,)),
    (flatten, (exp.Lateral, exp.TableFromRows)),
    (transforms.regex_replace, (exp.RegexpReplace,)),
    (transforms.regex_substr, (exp.RegexpExtract,)),
    (_name_columns, (exp.Values,)),
    (transforms.to_date, (exp.Anonymous,)),
    (transforms.timestamp_offsets, (exp.Cast,)),
    (transforms.to_decimal, (exp.ToNumber,)),
    (_to_timestamp, (exp.UnixToTime, exp.Anonymous, exp.Cast)),
    (transforms.to_variant, (exp.ToVariant,)),
    (transforms.object_construct, (exp.StarMap, exp.Struct, exp.JSONObject)),
    (transforms.timestamp_ntz, (exp.DataType,)),
    (transforms.float_to_double, (exp.DataType,)),
    (transforms.integer_precision, (exp.DataType,)),
    (transforms.sample, (exp.TableSample,)),
    (transforms.array_size, (exp.ArraySize,)),
    (transforms.random, (exp.Rand,)),
    (transforms.array_agg_within_group, (exp.WithinGroup,)),
    (transforms.array_agg, (exp.ArrayAgg,)),
    (transforms.object_agg, (exp.ObjectAgg,)),
    (
        transforms.array_construct_etc,
        (exp.ArrayConstructCompact, exp.Array, exp.ArrayConcat),
    ),
    (transforms.dateadd_date_cast, (exp.DateAdd,)),
    (transforms.dateadd_string_literal_timestamp_cast, (exp.DateAdd,)),
    (transforms.datediff_string_literal_timestamp_cast, (exp.DateDiff,)),
    (transforms.haversine, (exp.Anonymous,)),
    (transforms.hex_string, (exp.HexString,)),
    (transforms.sha256, (exp.SHA2, exp.SHA2Digest, exp.Anonymous)),
    (transforms.alias_in_join, (exp.Join,)),
    (transforms.alias_in_where, (exp.Anonymous,)),
    (arrays.as_lists, arrays.WANTED),
    (_late, (exp.ArrayToString, *_CLOCKS)),
)
