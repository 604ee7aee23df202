"""Makes the plan of an environment for readers, and for whoever runs it.

Imports only what a plan needs: `plan` is asked often, and pays for each import.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from snowlane.config.environment import Environment
from snowlane.errors import NotBootstrappedError
from snowlane.gates.registry import WINDOW
from snowlane.plan.facts import Applied
from snowlane.plan.model import Plan
from snowlane.plan.parked import Cause, Parked
from snowlane.plan.refreshing import refuse_refreshing
from snowlane.plan.unfinished import Attempt
from snowlane.planning import plan_deployment
from snowlane.repository import read_repository
from snowlane.snowflake.state import read_applied
from snowlane.target import Target

if TYPE_CHECKING:
    from snowlane.gates.verdict import Verdict
    from snowlane.snowflake.session import Session

_NOT_PREPARED = "{0} is not prepared yet: migrate does what `snowlane bootstrap {0}` does first"


def preview(
    target: Target,
    *,
    to: str = "head",
    overrides: Mapping[str, str] | None = None,
    parked: bool = False,
    restore_point: bool = False,
    judged: Callable[[Sequence["Verdict"]], None] | None = None,
) -> Plan:
    """The plan as it stands now; an environment that is not prepared counts as empty.

    With `parked` it is the plan for a pipeline that is parked before, with `restore_point` one that
    keeps what it touches; what that would be is looked at. `judged` hears what the gates
    would say of its deployment; without it they are not asked.
    """
    reasons = overrides or {}
    planned = planner(target, to=to, overrides=reasons, parked=parked, restore_point=restore_point)

    def judge(plan: Plan, applied: Applied, session: "Session | None") -> None:
        if judged is not None and (not plan.is_empty or is_news(plan, applied)):
            # Git and the gates cost what a plan alone need not pay.
            from snowlane.guarding import ground_of, judge_deployment

            ground = ground_of(target)
            judged(judge_deployment(target, ground, plan, applied, session, reasons))

    try:
        with target.open() as session:
            applied = read_applied(session, target.environment)
            refuse_refreshing(target.environment, applied.unfinished)
            plan = planned(applied, session)
            if plan.keeps:
                from snowlane.snowflake.restore_survey import foresee_point

                plan = replace(plan, foreseen=foresee_point(session, target.environment, plan))
            judge(plan, applied, session)
            notes = _notes(target.environment, applied)
            if not plan.is_empty and WINDOW not in reasons:
                notes += _window_notes(session, target.environment)
            return replace(plan, warnings=(*notes, *plan.warnings))
    except NotBootstrappedError:
        plan = planned(Applied(), None)
        judge(plan, Applied(), None)
        return replace(plan, warnings=(_NOT_PREPARED.format(plan.environment), *plan.warnings))


def offline(target: Target, *, to: str = "head") -> Plan:
    """The plan for an environment in which nothing is yet; asks no account."""
    return planner(target, to=to, overrides={})(Applied(), None)


def planner(
    target: Target,
    *,
    to: str,
    overrides: Mapping[str, str],
    with_objects: bool = True,
    parked: bool = False,
    restore_point: bool = False,
) -> Callable[[Applied, "Session | None"], Plan]:
    """Reads the checkout, and gives what makes the plan from that and from what is applied."""
    repository = read_repository(target.project, target.environment)

    def planned(applied: Applied, session: "Session | None") -> Plan:
        plan = plan_deployment(
            repository,
            target.environment,
            applied,
            session=session,
            to=to,
            with_objects=with_objects,
            overrides=overrides,
            parked=parked,
            is_judged=True,
        )
        left = [each for each in applied.parked if not parked or each.cause is Cause.PAUSE]
        return replace(
            plan,
            warnings=(*_parked_notes(target.environment, left), *plan.warnings),
            keeps=not plan.is_empty and (restore_point or plan.is_protected),
            upkeep=_upkeep(target.environment, applied),
        )

    return planned


def _upkeep(environment: Environment, applied: Applied) -> int:
    """The requests under the lock that no statement of the plan asks for: see `deploy`."""
    expired = len(applied.expired_points) * (len(environment.databases) + 1)
    return expired + (environment.window is not None)


def _parked_notes(environment: Environment, parked: Sequence[Parked]) -> list[str]:
    """What a pause remembers stays parked whatever is deployed; a window puts back its own."""
    if not parked:
        return []
    count, first = len(parked), parked[0]
    are = "object is" if count == 1 else "objects are"
    since = f" since {first.since:%Y-%m-%d %H:%M} UTC" if first.since else ""
    return [
        f"{count} {are} parked{since} by {first.by or 'somebody'}: `snowlane pipeline resume "
        f"{environment.name}` puts back what ran"
    ]


def _notes(environment: Environment, applied: Applied) -> list[str]:
    """What a reader of the plan must know of deployments that did not end."""
    notes = [
        f"a deployment of {each.owner} is at work or was killed; migrate finds out which"
        for each in applied.unfinished.running
    ]
    return notes + [said_of(each, environment) for each in applied.unfinished.in_doubt]


def _window_notes(session: "Session", environment: Environment) -> list[str]:
    if environment.window is None:
        return []
    from snowlane.gates.window import shut
    from snowlane.snowflake.restore_facts import server_time

    if not (opens := shut(environment, server_time(session))):
        return []
    return [f"the maintenance window is shut: migrate is refused until {opens}"]


def is_news(plan: Plan, applied: Applied) -> bool:
    """Whether an environment that needs no statement has a bundle that it does not know of yet.

    A comment in a revision makes another bundle; only one that is recorded can be promoted.
    """
    if not plan.is_whole or not (applied.version or applied.objects):
        return False
    last = applied.last_done
    return last is None or last.bundle != plan.bundle or not last.is_whole


def said_of(attempt: Attempt, environment: Environment) -> str:
    entry = attempt.entry
    return (
        f"{entry.stage} {entry.name}, statement {entry.index} of {entry.count} was sent to "
        f"{environment.name}, and neither the journal nor query history tells whether it ran"
    )
