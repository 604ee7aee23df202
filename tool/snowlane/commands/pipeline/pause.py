"""`snowlane pipeline pause`: park what runs, and remember exactly that."""

from typing import TYPE_CHECKING

import click

from snowlane.errors import SnowlaneError
from snowlane.invocation import Invocation, global_options

if TYPE_CHECKING:
    from snowlane.operating import Pausing


@click.command()
@click.argument("environment", metavar="ENV")
@click.option(
    "--wait",
    default="10m",
    metavar="TIME",
    help="How long to wait for graphs and loads under way, such as 10m (10m).",
)
@global_options
@click.pass_obj
def command(invocation: Invocation, environment: str, wait: str) -> None:
    """Suspend task graphs, roots first, pause pipes and suspend alerts; wait for what is under way.

    What ran is remembered, and `pipeline resume` puts exactly that back. Nothing is forced to end.
    """
    from snowlane.operating import pause
    from snowlane.pipeline.waiting import longest_wait

    target = invocation.target(environment)
    found = pause(target, longest_wait(wait), invocation.progress)
    role = target.environment.role
    invocation.result(_data(environment, role, found), _text(environment, role, found))
    for note in found.paused.notes:
        invocation.warn(note)
    if found.paused.refused:
        raise SnowlaneError(
            f"{environment}: {len(found.paused.refused)} could not be paused",
            why="\n".join(map(str, found.paused.refused)),
            next="let the environment's role operate them, and run `snowlane pipeline pause "
            f"{environment}` again; or go back: `snowlane pipeline resume {environment}`",
        )
    if found.running:
        raise SnowlaneError(
            f"{environment} is paused, but not everything has ended within {wait}",
            why="\n".join(found.running),
            next=f"nothing new starts: run `snowlane pipeline pause {environment}` again, which "
            f"waits for them; or go back: `snowlane pipeline resume {environment}`",
        )


def _data(environment: str, role: str, found: "Pausing") -> dict[str, object]:
    from snowlane.pipeline.report import parked_data

    return {
        "environment": environment,
        "seen_by": role,
        "paused": [parked_data(each) for each in found.paused.remembered],
        "paused_before": [parked_data(each) for each in found.before],
        "refused": [str(each) for each in found.paused.refused],
        "left": list(found.paused.notes),
        "still_running": list(found.running),
    }


def _text(environment: str, role: str, found: "Pausing") -> str:
    remembered = found.before + found.paused.remembered
    if not remembered:
        return f"{environment}: nothing runs by itself as far as {role} sees; there was nothing to pause."
    lines = [
        f"{environment} is paused, as far as {role} sees; `snowlane pipeline resume {environment}` "
        "puts back:"
    ]
    lines += [f"  {each}" for each in remembered]
    return "\n".join(lines)
