"""Casts to a VARCHAR(n): a value that is longer as text is refused, and TRY_CAST makes it NULL.

Source: docs.snowflake.com/en/sql-reference/functions/try_cast (a text longer than its CHAR(2) is NULL), and
…/data-types-text (CHAR without a length is VARCHAR(1)); 100078 as for a column.
"""

from __future__ import annotations

from sqlglot import exp

from snowlocal.types import MAX_TEXT

# The value is taken once, in the list: it may be a sequence's next one. What fails is a cast and not error(), which
# DuckDB takes for volatile and keeps out of PARTITION BY; duck_errors reads the number out of it.
MACROS = (
    """
CREATE OR REPLACE MACRO _within(given, most) AS list_transform(
    [CAST(given AS VARCHAR)],
    lambda _text: CASE
        WHEN length(_text) > most THEN CAST(CAST(
            '100078|22000|String ''' || _text || ''' is too long and would be truncated|' AS INTEGER) AS VARCHAR)
        ELSE _text
    END)[1]
""",
    """
CREATE OR REPLACE MACRO _try_within(given, most) AS list_transform(
    [CAST(given AS VARCHAR)], lambda _text: CASE WHEN length(_text) <= most THEN _text END)[1]
""",
)
_ONE_CHARACTER = (exp.DataType.Type.CHAR, exp.DataType.Type.NCHAR)


def limit_casts(tree: exp.Expr, found: set[type]) -> None:
    """Hold the casts of a resolved tree to the length of the text type that they name; `found` are its nodes'
    classes."""
    if exp.Cast not in found and exp.TryCast not in found:
        return
    for node in list(tree.find_all(exp.Cast)):
        most = _length(node.to)
        if most is not None and not _fits(node.this, most):
            call = exp.Anonymous(
                this="_try_within" if isinstance(node, exp.TryCast) else "_within", expressions=[]
            )
            node.replace(call)
            call.set("expressions", [node, exp.Literal.number(most)])


def _length(kind: exp.Expr) -> int | None:
    """How many characters a text type takes; None for any number, and for other types."""
    if not isinstance(kind, exp.DataType) or kind.this not in exp.DataType.TEXT_TYPES:
        return None
    if not kind.expressions:
        return 1 if kind.this in _ONE_CHARACTER else None
    length = kind.expressions[0].name
    return int(length) if length.isdigit() and int(length) < MAX_TEXT else None


def _fits(value: exp.Expr, most: int) -> bool:
    """Whether a value is a constant that is short enough as it is written."""
    if isinstance(value, exp.Null):
        return True
    # What an escape comes to is DuckDB's to say.
    return isinstance(value, exp.Literal) and len(value.name) <= most and "\\" not in value.name
