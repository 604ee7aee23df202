"""`snowlane pipeline run`: execute task graphs and refresh pipes by hand."""

import click

from snowlane.errors import SnowlaneError
from snowlane.invocation import Invocation, global_options


@click.command()
@click.argument("environment", metavar="ENV")
@click.argument("names", metavar="[TASK|PIPE]...", nargs=-1)
@click.option("--pipes", is_flag=True, help="Refresh all pipes first, and wait for their loads.")
@click.option(
    "--wait",
    default="30m",
    metavar="TIME",
    help="How long to wait for all of it to end, such as 45m (30m).",
)
@global_options
@click.pass_obj
def command(
    invocation: Invocation, environment: str, names: tuple[str, ...], pipes: bool, wait: str
) -> None:
    """Run task graphs once and show what became of each task.

    Without names: all graphs whose root is started, or was before a pause, in the order in which
    they feed one another. A pipe is refreshed.
    """
    from snowlane.pipeline import run_report
    from snowlane.pipeline.waiting import longest_wait
    from snowlane.running import run

    found = run(
        invocation.target(environment),
        names,
        pipes=pipes,
        wait=longest_wait(wait),
        progress=invocation.progress,
    )
    invocation.result(
        run_report.as_data(environment, found.pipes, found.graphs, found.left),
        run_report.as_text(environment, found.pipes, found.graphs, found.left),
        run_report.as_markdown(environment, found.pipes, found.graphs),
    )
    if not found.is_well:
        raise SnowlaneError(
            f"{environment}: not everything came through",
            why="\n".join(run_report.troubles(found.pipes, found.graphs)),
            next="what still runs goes on by itself: see `snowlane pipeline status "
            f"{environment}`; correct what failed and run it again",
        )
