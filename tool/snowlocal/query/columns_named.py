"""Whether each column of a query has a name for what is made of it. Knows trees, no catalog."""

from __future__ import annotations

from sqlglot import exp

from snowlocal.errors import compilation
from snowlocal.query.parse import parse


def require(query: str) -> None:
    """Raise 002022 where a view or table made of a query would have a column without a name.

    A column and an alias are names, any other expression is none. Set operations are left alone: what they give has
    names always.
    """
    tree = parse(query)
    if not isinstance(tree, exp.Select):
        return
    for projection in tree.expressions:
        inner = projection.unnest() if isinstance(projection, exp.Paren) else projection
        if not (isinstance(inner, (exp.Alias, exp.Star, exp.Column)) or inner.is_star):
            raise compilation(2022, "42601", "Missing column specification")
