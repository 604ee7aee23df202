"""SELECT, WITH and VALUES as statements."""

from __future__ import annotations

from snowlocal.context import Context
from snowlocal.query.engine import rows
from snowlocal.result import Result
from snowlocal.tokens import Reader


def run(ctx: Context, _: Reader) -> Result:
    """Run a query."""
    return rows(ctx, ctx.text)
