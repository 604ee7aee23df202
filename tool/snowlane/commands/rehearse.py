"""`snowlane rehearse`: the pending plan is tried on a throw-away copy of an environment."""

import click

from snowlane.errors import ExitCode
from snowlane.invocation import Invocation, global_options
from snowlane.overriding import override_option


@click.command()
@click.argument("environment", metavar="ENV")
@click.option("--to", default="head", metavar="REV", help="Revision to end at (head).")
@click.option(
    "--like",
    metavar="OTHER",
    help="Whose role, warehouse and names the copy has (the environment with [clone] from = ENV).",
)
@click.option(
    "--from",
    "source",
    metavar="SRC",
    help="Rehearse what `promote SRC ENV` would merge, whatever is checked out.",
)
@click.option("--if-needed", is_flag=True, help="Only what the gate asks for and has not yet.")
@click.option("--keep", is_flag=True, help="Do not drop the copy; it expires after six hours.")
@click.option(
    "--accept-incomplete",
    is_flag=True,
    help="Rehearse on a copy that lacks what cannot be copied or re-pointed.",
)
@override_option
@global_options
@click.pass_obj
def command(
    invocation: Invocation,
    environment: str,
    to: str,
    like: str | None,
    source: str | None,
    if_needed: bool,
    keep: bool,
    accept_incomplete: bool,
    overridden: tuple[str, ...],
) -> ExitCode:
    """Run what is pending for ENV on a throw-away copy of it, and check what comes out.

    The result is kept, and is a gate of promote and of a protected migrate. ENV is not changed.
    Exits 1 when a statement or a check fails.
    """
    from contextlib import ExitStack

    from snowlane.gates.registry import read_overrides
    from snowlane.promoting import merged_target
    from snowlane.rehearsal import report
    from snowlane.rehearsal.model import NotNeeded
    from snowlane.rehearsing import Terms, rehearse

    terms = Terms(to, like, keep, if_needed, accept_incomplete, read_overrides(overridden))
    with ExitStack() as stack:
        if source is None:
            target = invocation.target(environment)
        else:
            project, local = invocation.project(), invocation.local
            target = stack.enter_context(
                merged_target(
                    project, source, environment, local=local, progress=invocation.progress
                )
            )
        done = rehearse(target, terms, invocation.progress)
    if isinstance(done, NotNeeded):
        data = {"environment": environment, "outcome": "not needed", "why": done.why}
        invocation.result(data, f"{environment}: nothing to rehearse: {done.why}.")
        return ExitCode.DONE
    invocation.result(report.as_data(done), report.as_text(done), report.as_markdown(done))
    if not done.is_passed:
        first = report.as_text(done).splitlines()[0]
        invocation.annotate("error", first)
    if done.copy.left and not keep:
        invocation.warn(f"the copy {done.copy.name} is {done.copy.left}")
    return ExitCode.DONE if done.is_passed else ExitCode.FAILED
