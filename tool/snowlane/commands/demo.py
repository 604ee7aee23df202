"""`snowlane demo`: the main job done once, on made-up sales and a local account of its own."""

from pathlib import Path

import click

from snowlane.errors import ConfigurationError, ExitCode
from snowlane.invocation import Invocation, global_options


@click.command()
@click.option(
    "--keep",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Keep the copy of the project and its account in DIR, which is empty or new.",
)
@global_options
@click.pass_obj
def command(invocation: Invocation, keep: Path | None) -> int:
    """Deploy the platform, load sales, change its schema twice, and carry that to prod and back."""
    import sys

    from snowlane.demo import report
    from snowlane.demo.scratch import open_scratch
    from snowlane.demo.story import tell

    try:
        project = invocation.project()
    except ConfigurationError as error:
        raise ConfigurationError(
            "the demo works on a copy of the project it is run in, and is run outside of one",
            why=error.why,
            next=error.next,
        ) from None
    details = invocation.progress if invocation.verbosity else _unsaid
    invocation.progress("starting a local account of the demo's own")
    with open_scratch(project, keep) as scratch:
        story = tell(scratch, invocation.progress, details)
        root = scratch.target.project.root
    text = report.as_terminal if sys.stdout.isatty() else report.as_text
    invocation.result(report.as_data(story), text(story), report.as_markdown(story))
    if keep is not None:
        invocation.progress(
            f"kept: cd {root}, snowlane local start, and every command with --local works on it"
        )
    return ExitCode.DONE if story.is_true else ExitCode.FAILED


def _unsaid(_: str) -> None:
    """What nobody asked to hear."""
