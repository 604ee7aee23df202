"""`snowlane rollback`: take an environment back to a restore point, its data included."""

from typing import TYPE_CHECKING

import click

from snowlane.confirmation import confirm_by_name
from snowlane.invocation import Invocation, global_options

if TYPE_CHECKING:
    from snowlane.restore.rollback import Rollback


@click.command()
@click.argument("environment", metavar="ENV")
@click.option(
    "--to",
    default=None,
    metavar="POINT",
    help="The restore point (that before the last migration).",
)
@click.option("--list", "list_only", is_flag=True, help="List the restore points and do nothing.")
@click.option("--yes", is_flag=True, help="Do not ask; what is lost is still shown.")
@click.option(
    "--accept-stream-loss",
    is_flag=True,
    help="Let streams begin anew though rows wait in them.",
)
@global_options
@click.pass_obj
def command(
    invocation: Invocation,
    environment: str,
    to: str | None,
    list_only: bool,
    yes: bool,
    accept_stream_loss: bool,
) -> None:
    """Bring tables, objects and task states back to what they were before a deployment."""
    from snowlane.restore import show
    from snowlane.rolling_back import restore_points, roll_back

    target = invocation.target(environment)
    if list_only:
        listed = [(each.point, each.state) for each in restore_points(target)]
        data = {"environment": environment, "points": show.points_data(listed)}
        invocation.result(data, show.points_text(environment, listed))
        return

    rollback, deployed = roll_back(
        target,
        to=to,
        accept_stream_loss=accept_stream_loss,
        progress=invocation.progress,
        show=lambda rollback: invocation.progress(show.rollback_text(rollback)),
        confirm=lambda rollback: None if yes else _ask(rollback),
    )
    outcome = {
        **show.rollback_data(rollback),
        "deployment": deployed.deployment if deployed else None,
        "statements_run": deployed.statements_run if deployed else 0,
    }
    point, revision = rollback.goal.point.id, rollback.plan.target or "base"
    if deployed is None:
        text = f"{environment} is as it was at {point} ({revision}); nothing to do."
    else:
        text = (
            f"{environment} is back at {point} ({revision}); {deployed.statements_run} "
            "statements run."
        )
    invocation.result(outcome, text)


def _ask(rollback: "Rollback") -> None:
    """Data is lost only by someone who types the environment's name."""
    name = rollback.plan.environment
    confirm_by_name(
        name,
        f"a rollback of {name} must be confirmed",
        otherwise="give --yes where a person has approved what it loses",
    )
