"""The fourth step: the SQL of `[clone] after`, before anyone but the environment's role has access.

Its statements may not be repeated: what ran of them the journal tells.
"""

from collections.abc import Sequence

from snowlane.cloning.run import CloneRun
from snowlane.config.environment import Environment
from snowlane.environments.steps import Step
from snowlane.errors import HalfAppliedError, RefusedError
from snowlane.plan.model import Statement
from snowlane.plan.unfinished import Attempt, Event

STAGE = "after"


def run_after(run: CloneRun, statements: Sequence[Statement], attempts: Sequence[Attempt]) -> None:
    """Run the statements, going on behind those that an attempt before says are done.

    Raises RefusedError when what ran is not what the file says now, and SnowlaneError.
    """
    if not statements:
        run.pass_over(Step.AFTER)
        return
    run.begin(Step.AFTER)
    done = {
        each.entry.index: each.entry.hash
        for each in attempts
        if each.entry.stage == STAGE and each.event is Event.DONE
    }
    clone = run.environment.clone
    file = clone.after if clone and clone.after else ""
    for statement in statements:
        if statement.index not in done:
            run.requests.send(
                run.session,
                STAGE,
                file,
                statement.text,
                index=statement.index,
                count=len(statements),
            )
        elif done[statement.index] != statement.hash:
            raise RefusedError(
                f"{file} was edited after a part of it ran in {run.environment.name}",
                why=f"its statement {statement.index} is not the one that ran",
                next=_anew(run.environment),
            )


def refuse_doubt(environment: Environment, attempts: Sequence[Attempt]) -> None:
    """Raise HalfAppliedError for SQL of which nobody can tell whether it ran: a copy is cheap."""
    for each in attempts:
        if each.is_in_doubt and each.entry.stage == STAGE:
            entry = each.entry
            raise HalfAppliedError(
                f"{environment.name}: it is not known whether a statement of {entry.name} ran",
                why=f"statement {entry.index} of {entry.count} was sent, and neither the journal nor "
                "query history tells what became of it",
                next=_anew(environment),
            )


def _anew(environment: Environment) -> str:
    return f"begin anew: `snowlane env drop {environment.name}`, then clone it again"
