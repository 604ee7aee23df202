"""`snowlane status`: where each environment stands."""

import click

from snowlane.errors import ExitCode
from snowlane.invocation import Invocation, global_options


@click.command()
@click.argument("environments", metavar="[ENV]...", nargs=-1)
@click.option("--drift", is_flag=True, help="Measure drift now and write it down.")
@click.option(
    "--exit-code",
    is_flag=True,
    help="Exit 6 when one is half applied, 4 when something is pending or has drifted.",
)
@global_options
@click.pass_obj
def command(
    invocation: Invocation, environments: tuple[str, ...], drift: bool, exit_code: bool
) -> int:
    """Show revision, bundle, who deployed, what is pending, drift and lock of environments."""
    from snowlane.drift import report as drift_report
    from snowlane.status import report
    from snowlane.surveying import survey

    found = survey(
        invocation.project(),
        environments,
        local=invocation.local,
        measure=drift,
        progress=invocation.progress,
    )
    data = {
        "environments": report.standings_data(found.standings),
        "drift": [drift_report.as_data(each) for each in found.drifts],
    }
    drifted = [each for each in found.drifts if not each.is_none or each.not_followed]
    text = [report.standings_text(found.standings), *map(drift_report.as_text, drifted)]
    markdown = [report.standings_markdown(found.standings), *map(drift_report.as_markdown, drifted)]
    invocation.result(data, "\n\n".join(text), "\n\n".join(markdown))
    if not found.is_whole:
        return ExitCode.FAILED
    if exit_code and found.is_half_applied:
        return ExitCode.HALF_APPLIED
    return ExitCode.PENDING if exit_code and found.is_behind else ExitCode.DONE
