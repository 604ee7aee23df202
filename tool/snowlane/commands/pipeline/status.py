"""`snowlane pipeline status`: tasks, streams, pipes and alerts, and what is wrong with them."""

import click

from snowlane.errors import ExitCode
from snowlane.invocation import Invocation, global_options


@click.command()
@click.argument("environment", metavar="ENV")
@click.option(
    "--exit-code", is_flag=True, help="Exit 4 when something has failed, is stale or stalled."
)
@global_options
@click.pass_obj
def command(invocation: Invocation, environment: str, exit_code: bool) -> int:
    """Show what runs by itself in an environment, by database, and what a pause remembers."""
    from snowlane.operating import standing
    from snowlane.pipeline import report
    from snowlane.pipeline.problems import problems

    target = invocation.target(environment)
    found = standing(target)
    databases = target.environment.databases
    invocation.result(
        report.as_data(environment, found.pipeline, found.parked, found.at),
        report.as_text(environment, databases, found.pipeline, found.parked),
        report.as_markdown(environment, databases, found.pipeline, found.parked),
    )
    wrong = exit_code and problems(found.pipeline)
    return ExitCode.PENDING if wrong else ExitCode.DONE
