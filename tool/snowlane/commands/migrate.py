"""`snowlane migrate`: bring an environment to a revision and its objects up to date."""

from typing import TYPE_CHECKING

import click

from snowlane.confirmation import confirm_by_name
from snowlane.invocation import Invocation, global_options
from snowlane.overriding import override_option

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
    overridden: tuple[str, ...],
    push_tag: bool | None,
) -> None:
    """Apply pending revisions in order, then changed objects in dependency order.

    A deployment that stopped half way is gone on with: what ran is not run again.
    """
    from snowlane.deploying import deploy, preview
    from snowlane.gates import report
    from snowlane.gates.lint import refuse_lint_errors
    from snowlane.gates.registry import read_overrides
    from snowlane.guarding import ground_of
    from snowlane.plan import explain
    from snowlane.step_summary import is_in_actions
    from snowlane.tagging import leave_tag

    overrides = read_overrides(overridden)
    target = invocation.target(environment)
    if dry_run:
        plan = preview(target, to=to, overrides=overrides)
        invocation.result(explain.as_data(plan), explain.as_text(plan), explain.as_markdown(plan))
        refuse_lint_errors(plan, overrides)
        return

    ground = ground_of(target)
    gates: list[Verdict] = []

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

    plan, deployed = deploy(
        target,
        to=to,
        progress=invocation.progress,
        confirm=confirm,
        overrides=overrides,
        restore_point=restore_point,
        ground=ground,
        judged=judged,
    )
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
    }
    where = f"{plan.environment} is at {plan.target or 'base'}"
    if deployed is None:
        text = f"{where}; nothing to do."
        for warning in plan.warnings:
            invocation.warn(warning)
    else:
        text = f"{where}; {deployed.statements_run} statements run."
    invocation.result(outcome, text)


def _ask(plan: "Plan") -> None:
    """A protected environment is changed only by someone who types its name."""
    confirm_by_name(
        plan.environment,
        f"{plan.environment} is protected",
        otherwise="give --yes where a person has approved the deployment",
    )
