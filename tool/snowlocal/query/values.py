"""What may stand in VALUES: constants and plain functions of them, nothing that makes nested values or reads rows.

Source: docs.snowflake.com/en/sql-reference/constructs/values and …/sql/insert, "Usage notes".
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from snowlocal.errors import compilation
from snowlocal.query.nodes import dotted_parts, function_name

_REFUSED: tuple[type[exp.Expr], ...] = (
    exp.ParseJSON, exp.Array, exp.ArrayConstructCompact, exp.Struct, exp.JSONObject, exp.StarMap, exp.Query,
    exp.Exists,
)  # fmt: skip
_REFUSED_NAMES = {"TRY_PARSE_JSON", "OBJECT_CONSTRUCT_KEEP_NULL", "ARRAY_CONSTRUCT_COMPACT"}


def refuse(values: exp.Values, is_own: Callable[[tuple[str, ...]], bool]) -> None:
    """Raise 002014 for an expression that VALUES does not take. `is_own` says whether a name of one to three parts is
    a function that somebody created."""
    for row in values.expressions:
        for value in row.expressions if isinstance(row, exp.Tuple) else [row]:
            if isinstance(value, (exp.Literal, exp.Null, exp.Placeholder)):
                continue
            if any(_is_refused(node, is_own) for node in value.walk()):
                text = f"Invalid expression [{_shown(value)}] in VALUES clause"
                raise compilation(2014, "22000", text)


def _is_refused(node: exp.Expr, is_own: Callable[[tuple[str, ...]], bool]) -> bool:
    if isinstance(node, _REFUSED):
        return True
    if isinstance(node, exp.Dot):
        last = node.expression
        return isinstance(last, exp.Anonymous) and is_own(
            (*dotted_parts(node.this), function_name(last))
        )
    if isinstance(node, exp.Anonymous) and not isinstance(node.parent, exp.Dot):
        name = function_name(node)
        return name in _REFUSED_NAMES or is_own((name,))
    return False


def _shown(value: exp.Expr) -> str:
    if isinstance(value, exp.Array):
        inner = ", ".join(each.sql(dialect="snowflake") for each in value.expressions)
        return f"ARRAY_CONSTRUCT({inner})"
    return value.sql(dialect="snowflake")
