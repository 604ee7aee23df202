"""What SELECT DISTINCT may be ordered by: what it selects, which DuckDB does not ask for.

Source: docs.snowflake.com/en/sql-reference/constructs/order-by.
"""

from __future__ import annotations

from sqlglot import exp

from snowlocal.errors import unnumbered
from snowlocal.names import dotted
from snowlocal.query.parse import folded


def judge(select: exp.Select) -> None:
    """Raise where a SELECT DISTINCT is ordered by a column that it does not select. Expressions are left alone."""
    order, distinct = select.args.get("order"), select.args.get("distinct")
    if order is None or distinct is None or distinct.args.get("on") is not None:
        return
    names: set[str] = set()
    for projection in select.expressions:
        if projection.is_star:
            return
        names.update(folded(column.this) for column in projection.find_all(exp.Column))
        if isinstance(projection, exp.Alias):
            names.add(folded(projection.args["alias"]))
    for ordered in order.expressions:
        column = ordered.this if isinstance(ordered, exp.Ordered) else ordered
        if isinstance(column, exp.Column) and folded(column.this) not in names:
            shown = dotted(_relation(select, column), folded(column.this))
            raise unnumbered(
                f"SQL compilation error:\n[{shown}] is not a valid order by expression", "42601"
            )


def _relation(select: exp.Select, column: exp.Column) -> str | None:
    """The name of the relation that a column is of, where it is plain to see."""
    if column.args.get("table") is not None:
        return folded(column.args["table"])
    source = select.args.get("from_")
    if source is None or select.args.get("joins"):
        return None
    alias = source.this.args.get("alias")
    if alias is not None:
        return folded(alias.this)
    return folded(source.this.this) if isinstance(source.this, exp.Table) else None
