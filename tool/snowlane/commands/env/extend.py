"""`snowlane env extend`: a clone lives longer, or shorter."""

import click

from snowlane.invocation import Invocation, global_options


@click.command()
@click.argument("environment", metavar="ENV")
@click.option(
    "--ttl", required=True, metavar="TIME", help="How long from now, for example 7d or 12h."
)
@global_options
@click.pass_obj
def command(invocation: Invocation, environment: str, ttl: str) -> None:
    """Set the end of a clone anew, counted from now."""
    from snowlane.environments import listing
    from snowlane.environments.listing import Listed
    from snowlane.environments.ttl import read_ttl
    from snowlane.lifecycle import extend, registered

    seconds = read_ttl(ttl)
    kept = registered(invocation.project(), environment, local=invocation.local)
    row = extend(kept, seconds)
    invocation.result(listing.as_data(Listed(row)), listing.end_as_text(row))
