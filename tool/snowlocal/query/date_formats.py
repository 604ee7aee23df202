"""Dates, times, FLOATs and BINARYs as text, and what a DATE stays a DATE through.

Source: docs.snowflake.com/en/sql-reference/functions-conversion ("Date and time formats in conversion functions"),
/functions/dateadd, /functions/date_trunc, /functions/add_months; /parameters for the default output formats.
"""

from __future__ import annotations

import re

from sqlglot import exp
from sqlglot.dialects.snowflake import Snowflake

from snowlocal.coercion import NTZ_TEXT, TZ_TEXT
from snowlocal.errors import unsupported
from snowlocal.query.kinds import Kind, Kinds, type_kind
from snowlocal.query.nodes import post_order

# Each element with DuckDB's; the longer ones stand first. A time has six digits after the point, and its zone is UTC.
_ELEMENTS = {
    "YYYY": "%Y", "YY": "%y", "MMMM": "%B", "MON": "%b", "MM": "%m", "DD": "%d", "DY": "%a", "HH24": "%H",
    "HH12": "%I", "AM": "%p", "PM": "%p", "MI": "%M", "SS": "%S", "FF0": "", "FF3": "%g", "FF6": "%f",
    "FF9": "%f000", "FF": "%f000", "TZH:TZM": "+00:00", "TZHTZM": "+0000", "TZH": "+00",
}  # fmt: skip
# FF and a digit that is none of them is refused, not read as FF.
_WORD = re.compile("|".join([*_ELEMENTS, "T"]).replace("FF|", "FF(?![0-9])|"), re.IGNORECASE)
# sqlglot has put Python's elements into a format where it could tell the type; these are what it made of them.
_WRITTEN = {
    python: written for written, python in Snowflake.TIME_MAPPING.items() if written.isupper()
}
_WRITTEN |= {"%-d": "DD", "%w": "DY"}
_PYTHON = re.compile(r"%f_\w+?(?![a-z])|%[:-]?[A-Za-z]")
_TIMESTAMPS = ("TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ")
_OF_DAYS = {"DAY", "WEEK", "MONTH", "QUARTER", "YEAR"}
_TRIGGERS = {
    exp.ToChar, exp.TimeToStr, exp.DateAdd, exp.AddMonths, exp.TimestampTrunc, exp.DateTrunc, exp.Cast,
    exp.TryCast, exp.DPipe, exp.Concat,
}  # fmt: skip


def strftime(written: str) -> str:
    """DuckDB's format for one of Snowflake's. Raises 000002 for elements that are not known here."""
    found = []
    at = 0
    while at < len(written):
        if written[at] == '"' and '"' in written[at + 1 :]:
            end = written.index('"', at + 1)
            found.append(written[at + 1 : end].replace("%", "%%"))
            at = end + 1
        elif word := _WORD.match(written, at):
            found.append(_ELEMENTS.get(word[0].upper(), word[0]))
            at = word.end()
        elif written[at].isalpha() or written[at : at + 1] == '"':
            raise unsupported(f"the format '{written}'")
        else:
            found.append(written[at].replace("%", "%%"))
            at += 1
    return "".join(found)


def _as_written(python: str) -> str:
    return _PYTHON.sub(lambda found: _WRITTEN.get(found[0], found[0]), python)


def write_dates(tree: exp.Expr, kinds: Kinds, found: set[type]) -> None:
    """Put into a resolved tree how dates become texts, and that a DATE stays one; `found` are its nodes' classes.

    Raises 000002 for formats that are not known here.
    """
    if _TRIGGERS.isdisjoint(found):
        return
    for node in list(post_order(tree)):
        if isinstance(node, exp.ToChar):
            _to_char(node, kinds.kind(node.this))
        elif isinstance(node, exp.TimeToStr):
            _to_char(node, kinds.kind(node.this) or "TIMESTAMP_NTZ")
        elif isinstance(node, (exp.Cast, exp.TryCast)):
            if type_kind(node.args["to"]) == "TEXT":
                as_text(node.this, kinds)
        elif isinstance(node, exp.DPipe):
            _joined([node.this, node.expression], kinds)
        elif isinstance(node, exp.Concat):
            _joined(list(node.expressions), kinds)
        elif isinstance(node, (exp.DateAdd, exp.AddMonths, exp.TimestampTrunc, exp.DateTrunc)):
            _keep_date(node, kinds)


def _to_char(node: exp.Expr, kind: Kind) -> None:
    written = node.args.get("format")
    if written is None:
        if kind in _TIMESTAMPS:
            node.replace(_formatted(node.this, NTZ_TEXT if kind == _TIMESTAMPS[0] else TZ_TEXT))
        elif kind == "FLOAT":
            node.replace(_without_point(node.this))
        elif kind == "BINARY":
            node.replace(_as_hex(node.this))
        return
    if not isinstance(written, exp.Literal) or not written.is_string:
        raise unsupported("TO_CHAR with a format that is no constant")
    text = written.name
    if isinstance(node, exp.TimeToStr):
        text = _as_written(text)
    if kind not in (None, "DATE", *_TIMESTAMPS):
        raise unsupported(f"TO_CHAR of a {kind} with the format '{text}'")
    node.replace(_formatted(node.this, strftime(text)))


def _formatted(value: exp.Expr, text: str) -> exp.Expr:
    given = exp.cast(value, "timestamp", dialect="duckdb")
    return exp.Anonymous(this="strftime", expressions=[given, exp.Literal.string(text)])


def as_text(node: exp.Expr, kinds: Kinds) -> None:
    """Put what a timestamp, FLOAT or BINARY is as text into its place; whatever is of another kind stays."""
    kind = kinds.kind(node)
    if kind in _TIMESTAMPS:
        node.replace(_formatted(node.copy(), NTZ_TEXT if kind == _TIMESTAMPS[0] else TZ_TEXT))
    elif kind == "FLOAT":
        node.replace(_without_point(node.copy()))
    elif kind == "BINARY":
        node.replace(_as_hex(node.copy()))


def _joined(parts: list[exp.Expr], kinds: Kinds) -> None:
    for part in parts:
        if kinds.kind(part) != "BINARY":
            as_text(part, kinds)


def _as_hex(value: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this="hex", expressions=[value])


def _without_point(value: exp.Expr) -> exp.Expr:
    """A FLOAT as text: where it is whole, without DuckDB's .0."""
    text = exp.cast(value, "varchar", dialect="duckdb")
    end = [exp.Literal.string(r"\.0$"), exp.Literal.string("")]
    return exp.Anonymous(this="regexp_replace", expressions=[text, *end])


def _keep_date(node: exp.Expr, kinds: Kinds) -> None:
    unit = node.args.get("unit")
    in_days = isinstance(node, exp.AddMonths) or (
        unit is not None and unit.name.upper().removesuffix("S") in _OF_DAYS
    )
    if in_days and kinds.kind(node.this) == "DATE" and not isinstance(node.parent, exp.Cast):
        made = node.copy()
        made.set("this", exp.cast(made.this, "date"))
        node.replace(exp.cast(made, "date"))
