"""The gates that look at nothing but the plan: plan and dry runs ask them, too."""

from collections.abc import Mapping

from snowlane.gates import lint, objects, tombstone
from snowlane.gates.verdict import Verdict, refuse_failed, with_overrides
from snowlane.plan.model import Plan


def judge_content(plan: Plan) -> list[Verdict]:
    """What the content of a plan comes to, where there is anything to say."""
    verdicts = []
    if plan.missing_tombstones:
        verdicts.append(tombstone.judge(plan))
    if plan.stranded:
        verdicts.append(objects.judge(plan))
    if plan.findings:
        verdicts.append(lint.judge(plan.findings))
    return verdicts


def refuse_content(plan: Plan, overrides: Mapping[str, str]) -> None:
    """Raise RefusedError, with what to paste, when migrate would refuse the plan for its content."""
    verdicts = with_overrides(judge_content(plan), overrides)
    refuse_failed(verdicts, f"a deployment to {plan.environment}")
