"""`snowlane env extend`: a clone lives longer, or shorter."""

from datetime import timedelta

import click

from snowlane.invocation import Invocation, global_options
from snowlane.span import Span


@click.command()
@click.argument("environment", metavar="ENV")
@click.option(
    "--ttl",
    type=Span(),
    required=True,
    metavar="TIME",
    help="How long from now, for example 7d or 12h.",
)
@global_options
@click.pass_obj
def command(invocation: Invocation, environment: str, ttl: timedelta) -> None:
    """Set the end of a clone anew, counted from now."""
    from snowlane.environments import listing
    from snowlane.environments.listing import Listed
    from snowlane.lifecycle import extend, registered

    kept = registered(invocation.project(), environment, local=invocation.local)
    row = extend(kept, int(ttl.total_seconds()))
    invocation.result(listing.as_data(Listed(row)), listing.end_as_text(row))
