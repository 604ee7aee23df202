"""`snowlane env refresh`: a standing environment made anew from its source."""

from datetime import timedelta

import click

from snowlane.confirmation import confirm_by_name
from snowlane.errors import ExitCode
from snowlane.invocation import Invocation, global_options
from snowlane.span import Span


@click.command()
@click.argument("environment", metavar="ENV")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--grace",
    type=Span(zero=True),
    default="1d",
    show_default=True,
    help="How long what it held before is kept; 0 drops it at once.",
)
@click.option(
    "--wait",
    type=Span(zero=True),
    default="10m",
    show_default=True,
    help="How long task graphs and loads under way are waited for.",
)
@click.option(
    "--accept-incomplete",
    is_flag=True,
    help="Take a copy that lacks something, and leave out what cannot be re-pointed.",
)
@global_options
@click.pass_obj
def command(
    invocation: Invocation,
    environment: str,
    yes: bool,
    grace: timedelta,
    wait: timedelta,
    accept_incomplete: bool,
) -> int:
    """Make ENV anew from the source that its file names, and keep its grants.

    The copy is made and checked aside while ENV stays in use; then their databases change places.
    The same command goes on with a refresh that stopped. Never a protected environment.
    """
    from snowlane.refreshing.aside import refresh_of
    from snowlane.refreshing.refresh import refresh
    from snowlane.refreshing.report import as_data, as_text

    wanted = refresh_of(
        invocation.target(environment),
        grace=grace,
        wait=wait,
        accept_incomplete=accept_incomplete,
        progress=invocation.progress,
    )

    def confirm() -> None:
        if yes:
            return
        source = wanted.order.source.name
        invocation.progress(f"The data of {environment} is replaced by that of {source}.")
        confirm_by_name(
            environment,
            f"making {environment} anew must be confirmed",
            otherwise="give --yes where a person or a schedule has decided it",
        )

    done = refresh(wanted, confirm)
    invocation.result(as_data(done), as_text(done))
    return ExitCode.DONE if done.is_whole or accept_incomplete else ExitCode.FAILED
