"""`snowlane history`: what was deployed to an environment."""

import click

from snowlane.invocation import Invocation, global_options


@click.command()
@click.argument("environment", metavar="ENV")
@click.option(
    "--limit", default=20, show_default=True, type=click.IntRange(1, 10_000), help="How many."
)
@global_options
@click.pass_obj
def command(invocation: Invocation, environment: str, limit: int) -> None:
    """Show the deployments to an environment, newest first."""
    from snowlane.snowflake.standing import read_history
    from snowlane.status import report

    target = invocation.target(environment)
    with target.open() as session:
        deployments = read_history(session, target.environment, limit)
    data = {
        "environment": environment,
        "deployments": [report.deployment_data(each) for each in deployments],
    }
    invocation.result(
        data,
        report.history_text(environment, deployments),
        report.history_markdown(environment, deployments),
    )
