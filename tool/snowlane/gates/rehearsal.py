"""What touches data, changes types or drops something was tried on a clone of the target, as it is now."""

from collections.abc import Iterable

from snowlane.gates.facts import Rehearsal
from snowlane.gates.registry import REHEARSAL
from snowlane.gates.verdict import Verdict, failed, passed, warned
from snowlane.plan.actions import Action, Verb, actions_of
from snowlane.plan.facts import Applied
from snowlane.plan.model import Plan, Stage, StageKind

_OWN = (StageKind.SUSPEND, StageKind.RESUME, StageKind.ACCEPT, StageKind.RESTORE)
# What goes with all that is in it when it is replaced.
_WITH_CONTENT = ("TABLE", "SCHEMA", "DATABASE", "STAGE", "SEQUENCE")


def judge(
    plan: Plan | None,
    applied: Applied | None,
    rehearsals: Iterable[Rehearsal],
    unknown: str = "",
    options: str = "",
) -> Verdict:
    """Whether the plan needs a rehearsal and had one that holds for it.

    It holds for the same logical statements against the revision that the target is at and the
    objects applied there. `unknown` is why plan and rehearsals cannot be told: that only warns, for
    the deployment asks again. `options` are those that the rehearsal needs. What is half applied
    cannot be copied, and is not kept from its end.
    """
    if plan is None or applied is None:
        return warned(REHEARSAL, f"not known: {unknown}", "run it where the account can be asked")
    if plan.current is None:
        return passed(REHEARSAL, f"not needed: nothing is in {plan.environment} yet")
    reasons = needed_for(plan)
    if not reasons:
        return passed(
            REHEARSAL, "not needed: no data is touched, no type changes, nothing is dropped"
        )
    name = plan.environment
    if applied.is_half_applied:
        found = f"not asked: a deployment to {name} stopped half way, and is gone on with"
        return warned(REHEARSAL, found)
    fitting = [
        each
        for each in rehearsals
        if (each.statements, each.revision, each.objects)
        == (plan.logical_hash, plan.current, applied.objects_hash)
    ]
    newest = max(fitting, key=lambda each: each.at, default=None)
    if newest is not None and newest.is_passed:
        return passed(REHEARSAL, f"these statements were rehearsed against {name} {newest.at}")
    what = (
        "failed when rehearsed"
        if newest is not None
        else "were not rehearsed against it as it is now"
    )
    lines = [f"statements for {name} {what}:", *(f"  {each}" for each in reasons)]
    way_out = f"snowlane rehearse {name}{options}"
    return failed(REHEARSAL, "\n".join(lines), way_out)


def needed_for(plan: Plan) -> tuple[str, ...]:
    """What of a plan asks for a rehearsal, a line each; nothing for a plan that only adds."""
    found: dict[str, None] = {}
    for stage in plan.stages:
        for why in dict.fromkeys(_reasons(stage)):
            found[f"{stage.kind.value} {stage.name} {why}"] = None
    return tuple(found)


def _reasons(stage: Stage) -> Iterable[str]:
    if stage.kind in _OWN:
        return
    for statement in stage.pending:
        for action in actions_of(statement.text):
            if why := _reason(action):
                yield why


def _reason(action: Action) -> str:
    match action.verb:
        case Verb.WRITES | Verb.EMPTIES:
            return "touches data"
        case Verb.RUNS | Verb.UNKNOWN:
            return "runs code"
        case Verb.DROPS:
            return "drops something"
        case Verb.REPLACES if action.kind in _WITH_CONTENT:
            return "drops something"
        case Verb.CHANGES_TYPE:
            return "changes a type"
    return ""
