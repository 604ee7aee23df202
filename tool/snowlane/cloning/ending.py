"""How a run of a clone ends: ready, undone, or stopped in a state from which the same command goes on."""

from contextlib import suppress

from snowlane.cloning.run import CloneRun, NotMadeError
from snowlane.environments import registry
from snowlane.environments.destination import Wanted
from snowlane.environments.registry import Registered, State
from snowlane.environments.steps import Step
from snowlane.errors import (
    ConfigurationError,
    HalfAppliedError,
    LockedError,
    RefusedError,
    SnowlaneError,
)
from snowlane.plan.journal import deployment_ended, end_and_release
from snowlane.snowflake.copying import drop_copies
from snowlane.snowflake.interruption import undisturbed
from snowlane.snowflake.registry import find_registered
from snowlane.snowflake.requests import lost
from snowlane.snowflake.session import REFUSED_BY_SNOWFLAKE
from snowlane.snowflake.state import read_applied
from snowlane.sql.names import qualified

_LONGEST = 4000


def end(run: CloneRun) -> Registered:
    """Ready, and the lock given back, in one request; the registration as it stands then.

    Raises LockedError when the lock was lost, and SnowflakeError.
    """
    revision = read_applied(run.session, run.environment).version
    ended = deployment_ended(
        run.environment,
        deployment=run.requests.deployment,
        outcome="done",
        statements_run=run.requests.done,
        error="",
    )
    ready = registry.change(
        run.environment,
        run.lock.token,
        state=State.READY,
        step=Step.READY.value,
        revision=revision,
        error="",
        sessions=[],
    )
    run.session.execute(end_and_release(run.environment, run.lock.token, ended, [ready]))
    run.lock.released()
    row = find_registered(run.session, run.environment.state_database, run.environment.name)
    if row is None or row.state is not State.READY:
        raise lost(run.environment.name)
    return row


def stopped(run: CloneRun, error: SnowlaneError, wanted: Wanted) -> SnowlaneError:
    """The error to raise, after it was written down as far as that is possible."""
    name = run.environment.name
    parts = [part for part in (error.what, error.why) if part and part != REFUSED_BY_SNOWFLAKE]
    why = "\n".join(parts)
    with undisturbed():
        if run.step is Step.DATABASES and not isinstance(error, HalfAppliedError) and _undone(run):
            error.next = error.next or f"correct it, then run `{wanted.command}` again"
            return error
        with suppress(SnowlaneError):
            run.change(state=State.FAILED, error=why[:_LONGEST])
            run.lock.execute(
                deployment_ended(
                    run.environment,
                    deployment=run.requests.deployment,
                    outcome="half-applied" if run.requests.done else "failed",
                    statements_run=run.requests.done,
                    error=why[:_LONGEST],
                )
            )
    if isinstance(error, LockedError | RefusedError | ConfigurationError | NotMadeError):
        return error
    again = f"run `{wanted.command}` again: it goes on; `snowlane env drop {name}` removes it"
    return HalfAppliedError(f"the clone {name} is not finished", why=why, next=again)


def _undone(run: CloneRun) -> bool:
    """Take back what there is of a clone whose databases were refused, as if it had never begun.

    False when that is not possible, or an environment that has a file is left registered.
    """
    with suppress(SnowlaneError):
        (cloner,) = run.sessions.cloners()
        drop_copies(cloner, run.requests, run.copies, run.row.clone_id)
        run.session.execute(registry.forget(run.environment.state_database, run.row))
        if run.environment.is_ad_hoc:
            run.session.execute(f"DROP SCHEMA IF EXISTS {qualified(*run.environment.state)}")
            # It went with the schema it lies in.
            run.lock.released()
        return True
    return False
