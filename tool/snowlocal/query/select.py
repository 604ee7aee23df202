"""SELECT, WITH and VALUES as statements."""

from __future__ import annotations

from snowlocal.context import Context
from snowlocal.query.engine import rows
from snowlocal.result import Result
from snowlocal.snapshots import tells_time
from snowlocal.tokens import Reader


def run(ctx: Context, _: Reader) -> Result:
    """Run a query. One that only tells the time leaves a snapshot, of which a clone AT that time can be made."""
    if not tells_time(ctx.text):
        return rows(ctx, ctx.text)
    with ctx.account.snapshots.taking():
        return rows(ctx, ctx.text)
