"""`snowlane env clone`: a whole environment made from another one."""

from datetime import UTC, datetime, timedelta

import click

from snowlane.errors import ExitCode
from snowlane.invocation import Invocation, global_options
from snowlane.span import Span

# How far this clock and the account's may differ.
_CLOCKS_APART = timedelta(minutes=1)


class _Moment(click.ParamType[datetime]):
    name = "time"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        try:
            found = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no time such as 2026-11-23T14:00+01:00", param, ctx)
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        if found > datetime.now(UTC) + _CLOCKS_APART:
            self.fail(f"{value!r} is in the future; choose a time that is past", param, ctx)
        return found.astimezone(UTC).replace(tzinfo=None)


@click.command()
@click.argument("source", metavar="SRC")
@click.argument("name", metavar="DST")
@click.option("--ttl", type=Span(), metavar="7d", help="How long it is kept: 12h, 7d (7 days).")
@click.option(
    "--at", type=_Moment(), metavar="TIME", help="Copy SRC as it was then; without a zone, in UTC."
)
@click.option(
    "--like",
    metavar="ENV",
    help="Whose role, warehouse and names it has (the environment with [clone] from = SRC).",
)
@click.option(
    "--stage",
    "stages",
    multiple=True,
    metavar="STAGE=URL",
    help="The address of a stage; those without one become internal.",
)
@click.option(
    "--accept-incomplete",
    is_flag=True,
    help="Take a copy that lacks something, and leave out what cannot be re-pointed.",
)
@global_options
@click.pass_obj
def command(
    invocation: Invocation,
    source: str,
    name: str,
    ttl: timedelta | None,
    at: datetime | None,
    like: str | None,
    stages: tuple[str, ...],
    accept_incomplete: bool,
) -> int:
    """Copy all databases of SRC as the environment DST, a copy that stands on its own.

    What refers to SRC is re-pointed, tasks, pipes and alerts are parked. The same command goes on
    with a clone that stopped.
    """
    from snowlane.cloning.clone import clone
    from snowlane.cloning.report import as_data, as_text
    from snowlane.environments.destination import Wanted

    wanted = Wanted(source, name, like, ttl, at, dict(map(_stage, stages)), accept_incomplete)
    cloned = clone(
        invocation.project(), wanted, local=invocation.local, progress=invocation.progress
    )
    invocation.result(as_data(cloned), as_text(cloned))
    return ExitCode.DONE if cloned.is_whole or accept_incomplete else ExitCode.FAILED


def _stage(written: str) -> tuple[str, str]:
    from snowlane.config.reading import url_problem

    path, equals, url = written.partition("=")
    problem = url_problem(url) if equals else "it is no STAGE=URL"
    if problem:
        raise click.BadParameter(
            f"{written!r}: {problem}; write RAW.BRONZE.STAGE_POS_DATA=s3://bucket/path/",
            param_hint="--stage",
        )
    return path, url
