"""`snowlane migrate`: bring an environment to a revision and its objects up to date."""

from typing import TYPE_CHECKING

import click

from snowlane.confirmation import confirm_by_name
from snowlane.invocation import Invocation, global_options
from snowlane.overriding import override_option
from snowlane.window_options import read_terms, run_deployment, show_plan, window_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from snowlane.gates.verdict import Verdict
    from snowlane.plan.model import Plan


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
@window_options
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

    from snowlane.deploying import deploy
    from snowlane.gates import report
    from snowlane.gates.registry import read_overrides
    from snowlane.gates.verdict import refuse_failed
    from snowlane.guarding import ground_of
    from snowlane.plan import explain
    from snowlane.previewing import preview
    from snowlane.step_summary import is_in_actions
    from snowlane.tagging import leave_tag

    overrides = read_overrides(overridden)
    terms = read_terms(in_window, scale_warehouse, wait)
    target = invocation.target(environment)
    gates: list[Verdict] = []
    if dry_run:
        plan = preview(
            target,
            to=to,
            overrides=overrides,
            parked=in_window,
            restore_point=restore_point,
            judged=gates.extend,
        )
        show_plan(invocation, target, plan, terms, gates)
        refuse_failed(gates, f"a deployment to {environment}")
        return

    ground = ground_of(target)

    def judged(verdicts: "Sequence[Verdict]") -> None:
        # A first deployment is judged before its account is prepared, and once more after it.
        is_told = gates == list(verdicts)
        gates[:] = verdicts
        if not is_told:
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
    plan, deployed, put_back = run_deployment(invocation, target, terms, run)
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
        **({} if put_back is None else {"put_back": put_back}),
    }
    where = f"{plan.environment} is at {plan.target or 'base'}"
    if deployed is None:
        text = f"{where}; nothing to do."
        for warning in plan.warnings:
            invocation.warn(warning)
    else:
        count = deployed.statements_run
        text = f"{where}; {count} statement{'' if count == 1 else 's'} run."
    if put_back:
        text += f" {len(put_back)} that were parked run again."
    invocation.result(outcome, text)


def _ask(plan: "Plan") -> None:
    """A protected environment is changed only by someone who types its name."""
    confirm_by_name(
        plan.environment,
        f"{plan.environment} is protected",
        otherwise="give --yes where a person has approved the deployment",
    )
