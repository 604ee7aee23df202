"""A downgrade leaves no object behind that names what is not there any more."""

from snowlane.gates.registry import OBJECTS
from snowlane.gates.verdict import Verdict, failed, passed
from snowlane.plan.model import Plan


def judge(plan: Plan) -> Verdict:
    """Whether the objects of the environment fit the revision that a downgrade ends at."""
    target = plan.target or "the base"
    if not plan.stranded:
        return passed(OBJECTS, f"no object names what is not there at {target}")
    lines = [f"objects of {plan.environment} are not those of {target}, and would fail there:"]
    return failed(
        OBJECTS,
        "\n".join([*lines, *(f"  {each}" for each in plan.stranded)]),
        f"take it back as it was, objects and all: snowlane rollback {plan.environment} --list; where no "
        "point is listed, deploy the objects of that revision next, and say so: --override objects=WHY",
    )
