"""`snowlane env verify`: an environment stands on its own, and is what it should be."""

import click

from snowlane.errors import ExitCode
from snowlane.invocation import Invocation, global_options


@click.command()
@click.argument("environment", metavar="ENV")
@click.option(
    "--parked",
    is_flag=True,
    help="Fail for every task, pipe and alert that runs, not only for what is paused.",
)
@click.option(
    "--against",
    type=click.Choice(["source", "revisions"]),
    help="What it is compared with (its source while both are at one revision, else revisions).",
)
@global_options
@click.pass_obj
def command(
    invocation: Invocation, environment: str, parked: bool, against: str | None
) -> ExitCode:
    """Look for references to other environments, for what is missing, and for foreign access.

    Exits 1 when something is found.
    """
    from snowlane.environments import verification
    from snowlane.verifying import verify

    found = verify(
        invocation.target(environment),
        invocation.progress,
        parked=parked,
        against_source=None if against is None else against == "source",
    )
    invocation.result(
        verification.as_data(found), verification.as_text(found), verification.as_markdown(found)
    )
    return ExitCode.DONE if found.is_sound else ExitCode.FAILED
