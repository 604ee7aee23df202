"""What has no file any more is dropped only where a tombstone says so; no reason passes this."""

from snowlane.gates.verdict import Verdict, failed, passed
from snowlane.plan.model import Plan

GATE = "tombstone"


def judge(plan: Plan) -> Verdict:
    """Whether every object that the plan would drop has its tombstone."""
    missing = plan.missing_tombstones
    if not missing:
        return passed(GATE, "nothing is dropped that has no tombstone")
    lines = [f"applied to {plan.environment}, and no file has it any more:"]
    ways = [
        "update a checkout that is behind, restore the file, or say by a file with its DROP that it is "
        "to go:"
    ]
    for each in missing:
        lines.append(f"  {each.identity}")
        ways += [f"  {each.file}:", f"    {each.text};"]
    return failed(GATE, "\n".join(lines), "\n".join(ways))
