"""Which type each expression of a resolved tree has, as far as its tables and its form tell.

A kind is Snowflake's name of a type as INFORMATION_SCHEMA writes it (TEXT, NUMBER, VARIANT, …), None where it is not
known. OBJECT and ARRAY count as VARIANT, for they are kept as it is. Knows no session: tables come in as catalog
entries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlglot import exp

from snowlocal.catalog import Entry
from snowlocal.changes import log_name
from snowlocal.query.nodes import function_name
from snowlocal.query.parse import folded
from snowlocal.storage import columns_of

Kind = str | None
Columns = list[tuple[str, Kind]]

SEMI_STRUCTURED = ("VARIANT", "OBJECT", "ARRAY")
FLATTENED: Columns = [
    ("SEQ", "NUMBER"), ("KEY", "TEXT"), ("PATH", "TEXT"), ("INDEX", "NUMBER"), ("VALUE", "VARIANT"),
    ("THIS", "VARIANT"),
]  # fmt: skip
_T = exp.DataType.Type
_TYPES: dict[Any, str] = {
    **dict.fromkeys((_T.VARIANT, _T.OBJECT, _T.ARRAY, _T.JSON, _T.STRUCT), "VARIANT"),
    **dict.fromkeys(exp.DataType.TEXT_TYPES, "TEXT"),
    **dict.fromkeys(exp.DataType.INTEGER_TYPES, "NUMBER"),
    **dict.fromkeys((_T.DECIMAL, _T.BIGDECIMAL), "NUMBER"),
    **dict.fromkeys((_T.FLOAT, _T.DOUBLE), "FLOAT"),
    _T.BOOLEAN: "BOOLEAN", _T.DATE: "DATE", _T.TIME: "TIME", _T.TIMESTAMP: "TIMESTAMP_NTZ",
    _T.TIMESTAMPNTZ: "TIMESTAMP_NTZ", _T.DATETIME: "TIMESTAMP_NTZ", _T.TIMESTAMPTZ: "TIMESTAMP_TZ",
    _T.TIMESTAMPLTZ: "TIMESTAMP_LTZ", **dict.fromkeys((_T.BINARY, _T.VARBINARY, _T.BLOB), "BINARY"),
}  # fmt: skip
VARIANTS = (
    exp.JSONExtract, exp.GetExtract, exp.ParseJSON, exp.ToVariant, exp.Struct, exp.StarMap, exp.JSONObject,
    exp.Array, exp.ArrayAgg, exp.ObjectAgg, exp.ArrayConcat, exp.ArrayConstructCompact, exp.Bracket,
    exp.ArrayAppend, exp.ArrayPrepend, exp.ArrayRemove, exp.ArraySlice, exp.ArrayDistinct, exp.ArrayCompact,
    exp.ArrayIntersect, exp.ArrayExcept,
)  # fmt: skip
TEXTS = (
    exp.Upper, exp.Lower, exp.Trim, exp.Initcap, exp.Substring, exp.Left, exp.Right, exp.Replace, exp.Concat,
    exp.DPipe, exp.Pad, exp.Reverse, exp.RegexpReplace, exp.RegexpExtract, exp.ToChar, exp.MD5, exp.Repeat,
    exp.JSONExtractScalar,
)  # fmt: skip
NUMBERS = (
    exp.Add,
    exp.Sub,
    exp.Mul,
    exp.Div,
    exp.Mod,
    exp.Neg,
    exp.Sum,
    exp.Avg,
    exp.Round,
    exp.Abs,
    exp.Floor,
    exp.Ceil,
)
_SAME = (
    exp.Paren, exp.Alias, exp.Min, exp.Max, exp.AnyValue, exp.FirstValue, exp.LastValue, exp.Lag, exp.Lead,
    exp.Window, exp.IgnoreNulls, exp.RespectNulls, exp.Nullif, exp.AddMonths, exp.TimestampTrunc, exp.DateTrunc,
    exp.Greatest, exp.Least,
)  # fmt: skip
_SIMPLE: dict[type[exp.Expr], str] = {
    exp.Boolean: "BOOLEAN", exp.Count: "NUMBER", exp.Length: "NUMBER", exp.TsOrDsToDate: "DATE",
    exp.CurrentDate: "DATE", exp.LastDay: "DATE", exp.ToNumber: "NUMBER", exp.ToDouble: "FLOAT",
    exp.ToBinary: "BINARY", exp.HexString: "BINARY", exp.MD5Digest: "BINARY", exp.SHA2Digest: "BINARY",
}  # fmt: skip
_BY_NAME = {
    "TO_DATE": "DATE", "TO_TIMESTAMP": "TIMESTAMP_NTZ", "TO_TIMESTAMP_NTZ": "TIMESTAMP_NTZ",
    "TO_TIMESTAMP_LTZ": "TIMESTAMP_LTZ", "TO_TIMESTAMP_TZ": "TIMESTAMP_TZ", "_BINARY": "BINARY",
    "_TRY_BINARY": "BINARY",
}  # fmt: skip
_HOURS = {"HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND", "NANOSECOND"}


def _moved(kind: Kind, node: exp.Expr) -> Kind:
    """The kind of what DATEADD gives: a DATE with hours or less is a TIMESTAMP_NTZ."""
    unit = node.args.get("unit")
    of_hours = unit is not None and unit.name.upper().removesuffix("S") in _HOURS
    return "TIMESTAMP_NTZ" if kind == "DATE" and of_hours else kind


def type_kind(kind: exp.Expr | None) -> Kind:
    """The kind of a type that a cast names."""
    return _TYPES.get(kind.this) if isinstance(kind, exp.DataType) else None


def branches(node: exp.Expr) -> list[exp.Expr]:
    """The expressions of which a COALESCE, IFF, NVL2 or CASE gives one; none for another node."""
    if isinstance(node, exp.Coalesce):
        return [node.this, *node.expressions]
    if isinstance(node, (exp.If, exp.Nvl2)) and not isinstance(node.parent, exp.Case):
        return [b for b in (node.args.get("true"), node.args.get("false")) if b is not None]
    if isinstance(node, exp.Case):
        found = [i.args["true"] for i in node.args["ifs"]]
        return [*found, node.args["default"]] if node.args.get("default") is not None else found
    return []


def sides_of(operation: exp.Expr) -> list[exp.Expr]:
    """The queries that a UNION or its like takes together, those in brackets each as one."""
    sides: list[exp.Expr] = []
    waiting = [operation]
    while waiting:  # the left one nests as deep as there are sides
        node = waiting.pop()
        if isinstance(node, exp.SetOperation):
            waiting += [node.expression, node.this]
        else:
            sides.append(node)
    return sides


def _common(kinds: Iterable[Kind]) -> Kind:
    """What a column is whose sides are of these kinds: a text becomes what stands beside it."""
    given = [kind for kind in kinds if kind is not None]
    return next((kind for kind in given if kind != "TEXT"), given[0] if given else None)


class Kinds:
    """The kinds of one tree's expressions; `tables` and `logged` are the tables it reads, themselves or their logs."""

    def __init__(self, tables: Iterable[Entry], logged: Iterable[Entry]) -> None:
        self._stored: dict[str, Columns] = {}
        for entry in tables:
            self._stored[f"t_{entry.details['storage']}"] = _kinds_of(entry)
        for entry in logged:
            name = log_name(entry).rpartition(".")[2].strip('"')
            self._stored[name] = _kinds_of(entry)
        # With the scope itself, which keeps its id from being given to another.
        self._scopes: dict[int, tuple[exp.Expr, dict[str, Columns]]] = {}

    def has(self, kind: str) -> bool:
        """Whether a table that is read has a column of this kind."""
        return any(each == kind for found in self._stored.values() for _, each in found)

    def kind(self, node: exp.Expr | None) -> Kind:
        """The kind of an expression."""
        if isinstance(node, exp.Column):
            return self._column(node)
        if isinstance(node, exp.Literal):
            return "TEXT" if node.is_string else "NUMBER"
        if isinstance(node, (exp.Cast, exp.TryCast)):
            return type_kind(node.args["to"])
        if isinstance(node, VARIANTS):
            return "VARIANT"
        if isinstance(node, TEXTS):
            is_binary = isinstance(node, exp.DPipe) and self.kind(node.this) == "BINARY"
            return "BINARY" if is_binary else "TEXT"
        if isinstance(node, _SAME):
            return self.kind(node.this)
        if isinstance(node, exp.Subquery):
            columns = self.columns(node)
            return columns[0][1] if columns else None
        if isinstance(node, exp.DateAdd):
            return _moved(self.kind(node.this), node)
        if isinstance(node, exp.Anonymous):
            return _BY_NAME.get(function_name(node))
        if isinstance(node, exp.CurrentTimestamp):
            return "TIMESTAMP_NTZ" if node.args.get("sysdate") else "TIMESTAMP_LTZ"
        if isinstance(node, (exp.Add, exp.Sub)):
            given = [self.kind(node.this), self.kind(node.expression)]
            moment = next(
                (k for k in given if k is not None and k.startswith(("DATE", "TIME"))), None
            )
            if moment is not None:
                return "NUMBER" if given == ["DATE", "DATE"] else moment
        if isinstance(node, NUMBERS):
            given = [self.kind(node.this), self.kind(node.args.get("expression"))]
            is_float = isinstance(node, (exp.Div, exp.Avg)) or "FLOAT" in given
            return "FLOAT" if is_float else "NUMBER"
        given = [self.kind(branch) for branch in branches(node)] if node is not None else []
        if given:
            return "VARIANT" if "VARIANT" in given else next((k for k in given if k), None)
        return _SIMPLE.get(type(node)) if node is not None else None

    def columns(self, query: exp.Expr | None) -> Columns:
        """The names and kinds of a query's or relation's columns, as far as they are known."""
        if isinstance(query, exp.Select):
            return list(self._projected(query))
        if isinstance(query, exp.SetOperation):
            sides = [self.columns(side) for side in sides_of(query)]
            known = [side for side in sides if len(side) == len(sides[0])]
            columns = zip(*known, strict=True)
            return [(same[0][0], _common(kind for _, kind in same)) for same in columns]
        if isinstance(query, exp.Lateral):
            return FLATTENED
        if isinstance(query, exp.Table):
            found = self._stored.get(query.name)
            if found is None and query.args.get("db") is None:
                found = self._with(query)
            return self._renamed(query, found or [])
        if isinstance(query, exp.Values):
            rows = query.expressions
            first = rows[0].expressions if rows and isinstance(rows[0], exp.Tuple) else []
            named = [(f"COLUMN{i}", self.kind(each)) for i, each in enumerate(first, 1)]
            return self._renamed(query, named)
        if isinstance(query, exp.Subquery):
            return self._renamed(query, self.columns(query.this))
        return []

    def _renamed(self, relation: exp.Expr, found: Columns) -> Columns:
        alias = relation.args.get("alias")
        names = alias.args.get("columns") if isinstance(alias, exp.TableAlias) else None
        if not names:
            return found
        return [(folded(n), kind) for n, (_, kind) in zip(names, found, strict=False)]

    def _projected(self, select: exp.Select) -> Iterator[tuple[str, Kind]]:
        for projection in select.expressions:
            if isinstance(projection, exp.Star) or projection.is_star:
                table = (
                    folded(projection.args.get("table")) if projection.args.get("table") else None
                )
                for alias, columns in self._sources(select).items():
                    if table in (None, alias):
                        yield from columns
            else:
                name = projection.args.get("alias") or projection.this
                is_name = isinstance(name, exp.Identifier)
                yield folded(name) if is_name else "", self.kind(projection)

    def _with(self, table: exp.Table) -> Columns | None:
        node: exp.Expr | None = table
        while node is not None:
            with_ = node.args.get("with_")
            for cte in with_.expressions if isinstance(with_, exp.With) else []:
                inside = table.find_ancestor(exp.CTE) is cte
                if folded(cte.args["alias"].this) == folded(table.this) and not inside:
                    return self._renamed(cte, self.columns(cte.this))
            node = node.parent
        return None

    def _column(self, column: exp.Column) -> Kind:
        name = folded(column.this)
        table = folded(column.args["table"]) if column.args.get("table") is not None else None
        scope: exp.Expr | None = column
        while scope is not None:
            scope = scope.find_ancestor(exp.Select, exp.Update, exp.Delete, exp.Merge)
            if scope is None:
                return None
            for alias, columns in self._sources(scope).items():
                if table in (None, alias):
                    for known, kind in columns:
                        if known == name:
                            return kind
            if table is None and isinstance(scope, exp.Select):
                for projection in scope.expressions:
                    named = isinstance(projection, exp.Alias) and folded(projection.args["alias"])
                    if named == name and column.find_ancestor(exp.Alias) is not projection:
                        return self.kind(projection.this)
        return None

    def _sources(self, scope: exp.Expr) -> dict[str, Columns]:
        kept = self._scopes.get(id(scope))
        if kept is not None:
            return kept[1]
        found: dict[str, Columns] = {}
        self._scopes[id(scope)] = (scope, found)
        for relation in _relations(scope):
            found[_alias(relation)] = self.columns(relation)
        return found


def _relations(scope: exp.Expr) -> Iterator[exp.Expr]:
    waiting: list[exp.Expr] = []
    if (
        not isinstance(scope, exp.Select) and scope.this is not None
    ):  # the UPDATE in a MERGE has no table
        waiting.append(scope.this)
    for part in ("from_", "using"):
        one = scope.args.get(part)
        if isinstance(one, exp.Expr):
            waiting.append(one.this if isinstance(one, exp.From) else one)
    waiting += [join.this for join in scope.args.get("joins") or []]
    waiting += scope.args.get("laterals") or []
    while waiting:
        relation = waiting.pop(0)
        yield relation
        waiting += [join.this for join in relation.args.get("joins") or []]
        waiting += relation.args.get("laterals") or []


def _alias(relation: exp.Expr) -> str:
    alias = relation.args.get("alias")
    if isinstance(alias, exp.TableAlias) and alias.this is not None:
        return folded(alias.this)
    return folded(relation.this) if isinstance(relation, exp.Table) else f"\0{id(relation)}"


def _kinds_of(entry: Entry) -> Columns:
    return [
        (c.name, "VARIANT" if c.data_type.base in SEMI_STRUCTURED else c.data_type.base)
        for c in columns_of(entry)
    ]
