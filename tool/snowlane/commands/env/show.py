"""`snowlane env show`: all that is known of one clone."""

import click

from snowlane.invocation import Invocation, global_options


@click.command()
@click.argument("environment", metavar="ENV")
@global_options
@click.pass_obj
def command(invocation: Invocation, environment: str) -> None:
    """Show a clone's source, databases, owner, end, and what it lacks."""
    from snowlane.environments import listing
    from snowlane.lifecycle import registered, with_sizes

    project = invocation.project()
    kept = registered(project, environment, local=invocation.local)
    (listed,) = with_sizes((kept,), project, local=invocation.local)
    invocation.result(listing.as_data(listed), listing.one_as_text(listed))
