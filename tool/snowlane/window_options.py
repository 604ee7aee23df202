"""The options of `migrate` for a maintenance window, and what they do around a deployment and its plan."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from snowlane.invocation import Invocation
from snowlane.pipeline.sizes import SIZES

if TYPE_CHECKING:
    from snowlane.gates.verdict import Verdict
    from snowlane.maintaining import Terms
    from snowlane.plan.model import Plan
    from snowlane.snowflake.executor import Deployed
    from snowlane.target import Target

_F = TypeVar("_F", bound=Callable[..., Any])
_AROUND = "Before it, and put back after it:"


def window_options(command: _F) -> _F:
    """Add the options; their parameters are `in_window`, `scale_warehouse` and `wait`."""
    options = (
        click.option(
            "--window",
            "in_window",
            is_flag=True,
            help="Park tasks, pipes and alerts meanwhile, verify, and put back what ran.",
        ),
        click.option(
            "--scale-warehouse",
            type=click.Choice(list(SIZES), case_sensitive=False),
            help="With --window: the warehouse's size until the window is over.",
        ),
        click.option(
            "--wait",
            metavar="TIME",
            help="With --window: how long to wait for graphs and loads under way (10m).",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def read_terms(in_window: bool, size: str | None, wait: str | None) -> "Terms | None":
    """How the window is held, None without one.

    Raises click.UsageError for terms without a window and ConfigurationError for a time that cannot
    be read.
    """
    if not in_window:
        if size or wait:
            raise click.UsageError("--scale-warehouse and --wait go with --window")
        return None
    from snowlane.maintaining import Terms
    from snowlane.pipeline.waiting import longest_wait

    return Terms(longest_wait(wait or "10m"), (size or "").upper())


def show_plan(
    invocation: Invocation,
    target: "Target",
    plan: "Plan",
    terms: "Terms | None",
    gates: "Sequence[Verdict]",
) -> None:
    """Print the plan of a dry run, what a window does around it, and what the gates say."""
    from snowlane.gates import report
    from snowlane.plan import explain

    data, text, markdown = explain.as_data(plan), explain.as_text(plan), explain.as_markdown(plan)
    if terms is not None and not plan.is_empty:
        from snowlane.maintaining import statements_before

        statements = statements_before(target, terms)
        data["window"] = statements
        if statements:
            around = _AROUND, *(f"  {each}" for each in statements)
            text = "\n".join([text, "", *around])
            listed = (f"- `{each}`" for each in statements)
            markdown = "\n".join([markdown, "", _AROUND, "", *listed])
    if gates:
        text += f"\n\nGates of {plan.environment}\n{report.as_text(gates)}"
        markdown += f"\n\n### Gates of {plan.environment}\n\n{report.as_markdown(gates)}"
    invocation.result({**data, "gates": report.as_data(gates)}, text, markdown)


def run_deployment(
    invocation: Invocation,
    target: "Target",
    terms: "Terms | None",
    run: "Callable[..., tuple[Plan, Deployed | None]]",
) -> "tuple[Plan, Deployed | None, list[str] | None]":
    """Deploy by `run`, within a window where there is one; then also what runs again after it."""
    if terms is None:
        return (*run(), None)
    from snowlane.maintaining import deploy_in_window

    plan, deployed, closed = deploy_in_window(target, terms, run, invocation.progress)
    return plan, deployed, [str(each) for each in closed.restored.changes]
