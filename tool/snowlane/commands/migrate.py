"""`snowlane migrate`: bring an environment to a revision and its objects up to date."""

from typing import TYPE_CHECKING

import click

from snowlane.confirmation import confirm_by_name
from snowlane.invocation import Invocation, global_options
from snowlane.overriding import override_option
from snowlane.pipeline.sizes import SIZES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from snowlane.gates.verdict import Verdict
    from snowlane.maintaining import Terms
    from snowlane.plan.model import Plan
    from snowlane.target import Target


@click.command()
@click.argument("environment", metavar="ENV")
@click.option("--to", default="head", metavar="REV", help="Revision to end at (head).")
@click.option("--dry-run", is_flag=True, help="Show the plan and do nothing.")
@click.option("--yes", is_flag=True, help="Do not ask before changing a protected environment.")
@click.option(
    "--restore-point",
    is_flag=True,
    help="Keep what the plan touches, for rollback; always so in a protected environment.",
)
@click.option(
    "--window",
    "in_window",
    is_flag=True,
    help="Park tasks, pipes and alerts meanwhile, verify, and put back what ran.",
)
@click.option(
    "--scale-warehouse",
    type=click.Choice(list(SIZES), case_sensitive=False),
    help="With --window: the warehouse's size until the window is over.",
)
@click.option(
    "--wait",
    metavar="TIME",
    help="With --window: how long to wait for graphs and loads under way, such as 10m (10m).",
)
@override_option
@click.option(
    "--push-tag/--no-push-tag",
    default=None,
    help="Push the tag that says what was deployed; by itself only in GitHub Actions.",
)
@global_options
@click.pass_obj
def command(
    invocation: Invocation,
    environment: str,
    to: str,
    dry_run: bool,
    yes: bool,
    restore_point: bool,
    in_window: bool,
    scale_warehouse: str | None,
    wait: str | None,
    overridden: tuple[str, ...],
    push_tag: bool | None,
) -> None:
    """Apply pending revisions in order, then changed objects in dependency order.

    A deployment that stopped half way is gone on with: what ran is not run again.
    """
    from functools import partial

    from snowlane.deploying import deploy, preview
    from snowlane.gates import report
    from snowlane.gates.registry import read_overrides
    from snowlane.gates.verdict import refuse_failed
    from snowlane.guarding import ground_of
    from snowlane.plan import explain
    from snowlane.step_summary import is_in_actions
    from snowlane.tagging import leave_tag

    overrides = read_overrides(overridden)
    terms = _terms(in_window, scale_warehouse, wait)
    target = invocation.target(environment)
    gates: list[Verdict] = []
    if dry_run:
        plan = preview(target, to=to, overrides=overrides, parked=in_window, judged=gates.extend)
        _show(invocation, plan, _around(target, plan, terms), gates)
        refuse_failed(gates, f"a deployment to {environment}")
        return

    ground = ground_of(target)

    def judged(verdicts: "Sequence[Verdict]") -> None:
        gates[:] = verdicts
        if verdicts:
            invocation.progress(f"Gates of {environment}\n{report.as_text(verdicts)}")
            invocation.summarize(f"### Gates of {environment}\n\n{report.as_markdown(verdicts)}")

    def confirm(plan: "Plan") -> None:
        invocation.progress(explain.as_text(plan))
        invocation.summarize(explain.as_markdown(plan))
        for warning in plan.warnings:
            invocation.annotate("warning", warning)
        if plan.is_protected and not yes:
            _ask(plan)

    run = partial(
        deploy,
        target,
        to=to,
        progress=invocation.progress,
        confirm=confirm,
        overrides=overrides,
        restore_point=restore_point,
        ground=ground,
        judged=judged,
    )
    if terms is None:
        plan, deployed = run()
        put_back = []
    else:
        from snowlane.maintaining import deploy_in_window

        plan, deployed, closed = deploy_in_window(target, terms, run, invocation.progress)
        put_back = [str(each) for each in closed.restored.changes]
    tagged = leave_tag(
        target.environment,
        ground,
        plan,
        deployed.deployment if deployed else None,
        push=(is_in_actions() and ground.has_remote) if push_tag is None else push_tag,
    )
    if tagged.problem:
        invocation.warn(tagged.problem)
    outcome = {
        "environment": plan.environment,
        "revision": plan.target,
        "bundle": plan.bundle,
        "deployment": deployed.deployment if deployed else None,
        "statements_run": deployed.statements_run if deployed else 0,
        "gates": report.as_data(gates),
        "tag": {"name": tagged.name, "pushed": tagged.is_pushed} if tagged.name else None,
        "warnings": list(plan.warnings),
        **({"put_back": put_back} if in_window else {}),
    }
    where = f"{plan.environment} is at {plan.target or 'base'}"
    if deployed is None:
        text = f"{where}; nothing to do."
        for warning in plan.warnings:
            invocation.warn(warning)
    else:
        text = f"{where}; {deployed.statements_run} statements run."
    if put_back:
        text += f" {len(put_back)} that were parked run again."
    invocation.result(outcome, text)


def _terms(in_window: bool, size: str | None, wait: str | None) -> "Terms | None":
    if not in_window:
        if size or wait:
            raise click.UsageError("--scale-warehouse and --wait go with --window")
        return None
    from snowlane.maintaining import Terms
    from snowlane.pipeline.waiting import longest_wait

    return Terms(longest_wait(wait or "10m"), (size or "").upper())


def _around(target: "Target", plan: "Plan", terms: "Terms | None") -> "Mapping[str, list[str]]":
    """What a window does before the plan and takes back after it."""
    if terms is None or plan.is_empty:
        return {}
    from snowlane.maintaining import statements_before

    return {"window": statements_before(target, terms)}


def _show(
    invocation: Invocation,
    plan: "Plan",
    around: "Mapping[str, list[str]]",
    gates: "Sequence[Verdict]",
) -> None:
    from snowlane.gates import report
    from snowlane.plan import explain

    text, markdown = explain.as_text(plan), explain.as_markdown(plan)
    for statements in around.values():
        title = "Before it, and put back after it:"
        text = "\n".join([text, "", title, *(f"  {each}" for each in statements)])
        markdown = "\n".join([markdown, "", title, "", *(f"- `{each}`" for each in statements)])
    if gates:
        text += f"\n\nGates of {plan.environment}\n{report.as_text(gates)}"
        markdown += f"\n\n### Gates of {plan.environment}\n\n{report.as_markdown(gates)}"
    data = {**explain.as_data(plan), **around, "gates": report.as_data(gates)}
    invocation.result(data, text, markdown)


def _ask(plan: "Plan") -> None:
    """A protected environment is changed only by someone who types its name."""
    confirm_by_name(
        plan.environment,
        f"{plan.environment} is protected",
        otherwise="give --yes where a person has approved the deployment",
    )
