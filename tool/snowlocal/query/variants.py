"""Reads a VARIANT out as what it meets: a text, a number, a date, a truth value.

Snowflake casts a VARIANT by itself where it is compared, computed with, given to a function of texts, or stored in a
column of another type (docs.snowflake.com/en/sql-reference/data-type-conversion, "Coercion").
DuckDB keeps it JSON, quotes and all. This puts the casts into a resolved tree, before it is translated.
"""

from __future__ import annotations

from sqlglot import exp

from snowlocal.query.kinds import (
    NUMBERS,
    VARIANTS,
    Kind,
    Kinds,
    branches,
    type_kind,
)
from snowlocal.query.nodes import function_name, post_order
from snowlocal.query.stored_values import inserted

_TRIGGERS = {*VARIANTS, exp.Typeof, exp.Explode}
_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ)
_OF_TEXTS = (
    exp.Upper, exp.Lower, exp.Trim, exp.Initcap, exp.Substring, exp.Left, exp.Right, exp.Replace, exp.Concat,
    exp.DPipe, exp.Pad, exp.Reverse, exp.RegexpReplace, exp.RegexpExtract, exp.RegexpLike, exp.Like, exp.ILike,
    exp.Contains, exp.StartsWith, exp.EndsWith, exp.Length, exp.Split, exp.SplitPart, exp.StrPosition, exp.ToChar,
    exp.TsOrDsToDate, exp.ToNumber, exp.ToDouble, exp.ToBoolean, exp.MD5, exp.SHA2, exp.ParseJSON,
    exp.GroupConcat,
)  # fmt: skip
_OF_TEXTS_BY_NAME = {
    "AS_VARCHAR", "AS_CHAR", "TO_DATE", "TO_TIME", "TO_TIMESTAMP", "TO_TIMESTAMP_NTZ", "TO_TIMESTAMP_LTZ",
    "TO_TIMESTAMP_TZ", "TRY_PARSE_JSON", "CHARINDEX",
}  # fmt: skip
_OF_TRUTHS = (exp.Where, exp.Having, exp.Qualify, exp.And, exp.Or, exp.Not, exp.If)
# What a VARIANT is read out as beside a value of each kind.
_READ_AS = {
    "NUMBER": "DECIMAL(38, 9)", "FLOAT": "DOUBLE", "BOOLEAN": "BOOLEAN", "DATE": "DATE", "TIME": "TIME",
    "TIMESTAMP_NTZ": "TIMESTAMP", "TIMESTAMP_LTZ": "TIMESTAMPTZ", "TIMESTAMP_TZ": "TIMESTAMPTZ",
}  # fmt: skip
# DuckDB's json_type in the words of TYPEOF; a DOUBLE is told apart by its text.
_TYPEOF = {
    "VARCHAR": "VARCHAR", "BIGINT": "INTEGER", "UBIGINT": "INTEGER", "HUGEINT": "INTEGER", "BOOLEAN": "BOOLEAN",
    "ARRAY": "ARRAY", "OBJECT": "OBJECT", "NULL": "NULL_VALUE",
}  # fmt: skip


def text_of(node: exp.Expr) -> exp.Expr:
    """A VARIANT as text: without quotes if it is a text, NULL if it is a JSON null."""
    root = exp.JSONPath(expressions=[exp.JSONPathRoot()])
    return exp.JSONExtractScalar(this=node, expression=root)


def read_out(tree: exp.Expr, kinds: Kinds, found: set[type]) -> None:
    """Put into a resolved tree the casts of VARIANTs that Snowflake does by itself; `found` are its nodes' classes."""
    if not kinds.has("VARIANT") and _TRIGGERS.isdisjoint(found):
        return
    reader = _Reader(kinds)
    for node in list(post_order(tree)):
        reader.visit(node)


class _Reader:
    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds

    def visit(self, node: exp.Expr) -> None:
        if isinstance(node, exp.EQ) and isinstance(node.parent, exp.Update):
            self._assigned(node.expression, self._kinds.kind(node.this))
        elif isinstance(node, (*_COMPARISONS, exp.Nullif)):
            self._compared([node.this, node.expression])
        elif isinstance(node, exp.In):
            self._compared([node.this, *node.expressions])
        elif isinstance(node, exp.Between):
            self._compared([node.this, node.args["low"], node.args["high"]])
        elif isinstance(node, exp.DecodeCase):
            self._compared([node.expressions[0], *node.expressions[1:-1:2]])
        elif isinstance(node, _OF_TEXTS) or function_name(node) in _OF_TEXTS_BY_NAME:
            for given in [node.args.get("this"), node.args.get("expression"), *node.expressions]:
                self._read(given, "TEXT")
        elif isinstance(node, NUMBERS):
            self._read(node.this, "FLOAT")
            self._read(node.args.get("expression"), "FLOAT")
        elif isinstance(node, (exp.Cast, exp.TryCast)):
            self._cast(node)
        elif isinstance(node, exp.Typeof):
            node.replace(_typeof(node.this))
        elif isinstance(node, (exp.Min, exp.Max)):
            self._extreme(node)
        elif isinstance(node, exp.Order):
            self._ordered(node)
        elif isinstance(node, exp.Insert) and isinstance(node.parent, exp.When):
            self._merged(node)
        else:
            self._conditional(node)

    def _conditional(self, node: exp.Expr) -> None:
        if isinstance(node, exp.Case) and node.this is not None:
            self._compared([node.this, *[when.this for when in node.args["ifs"]]])
        is_condition = isinstance(node, _OF_TRUTHS)
        if is_condition and not (
            isinstance(node.parent, exp.Case) and node.parent.this is not None
        ):
            self._read(node.this, "BOOLEAN")
            self._read(node.args.get("expression"), "BOOLEAN")
        given = branches(node)
        if self._kinds.kind(node) == "VARIANT":
            for branch in given:
                if self._kinds.kind(branch) not in (None, "VARIANT"):
                    branch.replace(exp.ToVariant(this=branch.copy()))

    def _compared(self, given: list[exp.Expr]) -> None:
        kinds = [self._kinds.kind(each) for each in given]
        if "VARIANT" not in kinds:
            return
        other = next((each for each, k in zip(given, kinds, strict=True) if k != "VARIANT"), None)
        if other is None:
            return
        kind = self._kinds.kind(other)
        if isinstance(other, (exp.Literal, exp.Neg)) and kind == "NUMBER":
            kind = "FLOAT"
        for each in given:
            self._read(each, kind or "TEXT")

    def _assigned(self, value: exp.Expr, kind: Kind) -> None:
        if kind not in (None, "VARIANT"):
            self._read(value, "TEXT")

    def _merged(self, insert: exp.Insert) -> None:
        for value, kind in list(inserted(insert, self._kinds)):
            self._assigned(value, kind)

    def _cast(self, node: exp.Expr) -> None:
        to = type_kind(node.args["to"])
        if to != "VARIANT":
            self._read(node.this, "TEXT")
        elif (
            node.args["to"].this == exp.DataType.Type.VARIANT
            and self._kinds.kind(node.this) == "TEXT"
        ):
            node.replace(exp.ToVariant(this=node.this))

    def _extreme(self, node: exp.Expr) -> None:
        if self._kinds.kind(node.this) == "VARIANT":
            name = "arg_min" if isinstance(node, exp.Min) else "arg_max"
            keys = exp.Anonymous(this="row", expressions=_sort_keys(node.this))
            node.replace(exp.Anonymous(this=name, expressions=[node.this, keys]))

    def _ordered(self, node: exp.Order) -> None:
        # A set operation or DISTINCT takes only its own columns here.
        select = node.parent
        if isinstance(select, exp.SetOperation) or (
            select is not None and select.args.get("distinct")
        ):
            return
        for ordered in list(node.expressions):
            if isinstance(ordered, exp.Ordered) and self._kinds.kind(ordered.this) == "VARIANT":
                made = [ordered.copy(), ordered.copy()]
                for each, key in zip(made, _sort_keys(ordered.this), strict=True):
                    each.set("this", key)
                expressions = node.expressions
                index = expressions.index(ordered)
                node.set("expressions", [*expressions[:index], *made, *expressions[index + 1 :]])

    def _read(self, node: exp.Expr | None, kind: str) -> None:
        if node is None or self._kinds.kind(node) != "VARIANT":
            return
        made = text_of(node.copy())
        if kind in _READ_AS:
            made = exp.cast(made, _READ_AS[kind], dialect="duckdb")
        node.replace(made)


def _sort_keys(value: exp.Expr) -> list[exp.Expr]:
    """What VARIANTs are ordered by: numbers as numbers, texts as texts."""
    number = exp.TryCast(
        this=text_of(value.copy()), to=exp.DataType.build("DOUBLE", dialect="duckdb")
    )
    return [number, text_of(value.copy())]


def _typeof(value: exp.Expr) -> exp.Expr:
    """TYPEOF by what DuckDB says of the JSON (docs.snowflake.com/en/sql-reference/functions/typeof)."""
    json = exp.Anonymous(this="TO_JSON", expressions=[value])
    cases = [_when(name, exp.Literal.string(word)) for name, word in _TYPEOF.items()]
    exponent = exp.Anonymous(
        this="contains",
        expressions=[
            exp.Anonymous(this="lower", expressions=[exp.cast(json.copy(), "varchar")]),
            exp.Literal.string("e"),
        ],
    )
    with_exponent = exp.If(this=exponent, true=exp.Literal.string("DOUBLE"))
    number = exp.Case(ifs=[with_exponent], default=exp.Literal.string("DECIMAL"))
    return exp.Case(
        this=exp.Anonymous(this="json_type", expressions=[json]),
        ifs=[*cases, _when("DOUBLE", number)],
    )


def _when(name: str, value: exp.Expr) -> exp.If:
    return exp.If(this=exp.Literal.string(name), true=value)
