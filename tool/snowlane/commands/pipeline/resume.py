"""`snowlane pipeline resume`: put back exactly what a pause remembers."""

from typing import TYPE_CHECKING

import click

from snowlane.errors import SnowlaneError
from snowlane.invocation import Invocation, global_options

if TYPE_CHECKING:
    from snowlane.snowflake.parking import Restored


@click.command()
@click.argument("environment", metavar="ENV")
@global_options
@click.pass_obj
def command(invocation: Invocation, environment: str) -> None:
    """Resume what `pipeline pause` or a deployment parked, children first, roots last.

    What was suspended on purpose before stays so. May be repeated until all is as it was.
    """
    from snowlane.operating import resume

    found = resume(invocation.target(environment), invocation.progress)
    data = {
        "environment": environment,
        "resumed": [str(each) for each in found.changes],
        "as_it_was": [str(each) for each in found.same],
        "gone": [str(each) for each in found.gone],
        "refused": [str(each) for each in found.refused],
    }
    invocation.result(data, _text(environment, found))
    if found.refused:
        raise SnowlaneError(
            f"{environment}: {len(found.refused)} could not be put back",
            why="\n".join(map(str, found.refused)),
            next="they stay remembered: correct the cause and run `snowlane pipeline resume "
            f"{environment}` again",
        )


def _text(environment: str, found: "Restored") -> str:
    if not (found.changes or found.same or found.gone or found.refused):
        return f"{environment}: nothing is paused; there was nothing to resume."
    lines = [f"resumed  {each}" for each in found.changes]
    lines += [f"runs     {each}" for each in found.same]
    lines += [f"gone     {each}: it is not there any more, or not visible" for each in found.gone]
    if not found.refused:
        lines.append(f"{environment} runs as it did before the pause.")
    return "\n".join(lines)
