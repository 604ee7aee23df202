"""`snowlane promote`: carry one environment's branch to the next, through the gates."""

import sys
from typing import TYPE_CHECKING

import click

from snowlane.confirmation import confirm_by_name
from snowlane.invocation import Invocation, global_options
from snowlane.overriding import override_option

if TYPE_CHECKING:
    from snowlane.plan.model import Plan
    from snowlane.promotion.model import Promotion


@click.command()
@click.argument("source", metavar="SRC")
@click.argument("target", metavar="DST")
@click.option(
    "--push", is_flag=True, help="Push the merge to the remote, and only if nobody else did."
)
@click.option("--deploy", "deploys", is_flag=True, help="Migrate DST to what was merged, at once.")
@click.option("--yes", is_flag=True, help="Do not ask before a protected environment.")
@override_option
@global_options
@click.pass_obj
def command(
    invocation: Invocation,
    source: str,
    target: str,
    push: bool,
    deploys: bool,
    yes: bool,
    overridden: tuple[str, ...],
) -> None:
    """Merge SRC's branch into DST's when every gate passes; files and index stay as they are.

    What is promoted is the commit that the remote's branch of SRC is at, whatever is checked out.
    """
    from snowlane.errors import SnowlaneError
    from snowlane.gates.registry import read_overrides
    from snowlane.plan import explain
    from snowlane.promoting import promote
    from snowlane.promotion import report

    overrides = read_overrides(overridden)
    seen: list[Promotion] = []

    def confirm(promotion: "Promotion") -> None:
        invocation.progress(report.table(promotion))
        confirm_by_name(target, f"{target} is protected", otherwise="give --yes")

    def planned(plan: "Plan") -> None:
        invocation.progress(explain.as_text(plan))
        invocation.summarize(explain.as_markdown(plan))

    def show(promotion: "Promotion") -> None:
        invocation.result(
            report.as_data(promotion), report.as_text(promotion), report.as_markdown(promotion)
        )

    try:
        promotion = promote(
            invocation.project(),
            source,
            target,
            local=invocation.local,
            push=push,
            deploys=deploys,
            overrides=overrides,
            is_confirmed=yes,
            can_ask=sys.stdin.isatty(),
            progress=invocation.progress,
            heard=seen.append,
            confirm=confirm,
            planned=planned,
        )
    except SnowlaneError:
        for last in seen[-1:]:
            show(last)
        raise
    for note in promotion.notes:
        invocation.annotate("warning", note)
    show(promotion)
