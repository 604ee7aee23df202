"""`snowlane pipeline`: one file a subcommand, loaded by its name when it is called."""

import click

from snowlane.invocation import global_options
from snowlane.lazy_group import LazyGroup


@click.group(cls=LazyGroup, package=__name__)
@global_options
def command() -> None:
    """Show, pause, resume and run tasks, streams, pipes and alerts."""
