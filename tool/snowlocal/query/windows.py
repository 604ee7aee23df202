"""What Snowflake wants of a window and DuckDB does not.

Source: docs.snowflake.com/en/sql-reference/functions/row_number and the pages of the other functions.
"""

from __future__ import annotations

from sqlglot import exp

from snowlocal.errors import unnumbered
from snowlocal.query.nodes import function_name

_ORDERED = frozenset((
    "ROW_NUMBER", "RANK", "DENSE_RANK", "PERCENT_RANK", "CUME_DIST", "NTILE", "LAG", "LEAD", "FIRST_VALUE",
    "LAST_VALUE", "NTH_VALUE",
))  # fmt: skip


def judge(window: exp.Window) -> None:
    """Raise where a function's window has no ORDER BY that it needs; one that is named elsewhere is not looked at."""
    if window.args.get("order") is not None or window.args.get("alias") is not None:
        return
    function = window.this
    while isinstance(function, (exp.IgnoreNulls, exp.RespectNulls)):
        function = function.this
    name = function_name(function)
    if name in _ORDERED:
        raise unnumbered(
            f"SQL compilation error:\nWindow function type [{name}] requires ORDER BY in window specification.",
            "42601",
        )
