"""How a refresh ends: ready, undone before anything was exchanged, or stopped where it goes on."""

from contextlib import suppress
from datetime import timedelta

from snowlane.environments import registry
from snowlane.environments.registry import Registered, State
from snowlane.environments.steps import Step
from snowlane.errors import HalfAppliedError, LockedError, NotBootstrappedError, SnowlaneError
from snowlane.plan.journal import deployment_ended
from snowlane.plan.lease import release_lease
from snowlane.refreshing.run import RefreshRun
from snowlane.refreshing.swapping import resume_pipeline
from snowlane.snowflake.interruption import undisturbed
from snowlane.snowflake.registry import find_registered
from snowlane.snowflake.requests import lost
from snowlane.snowflake.restore_points import drop_points, read_points
from snowlane.snowflake.session import REFUSED_BY_SNOWFLAKE
from snowlane.snowflake.state import read_applied

_LONGEST = 4000
# How long a copy that was made and not used is kept.
UNUSED = timedelta(days=1)


def forget_points(run: RefreshRun) -> None:
    """Strike off restore points: what they kept goes with the old databases. Raises SnowflakeError."""
    points = [each.id for each in read_points(run.session, run.environment)]
    drop_points(run.session, run.environment, points, lambda _: None)
    run.points = len(points)


def end(run: RefreshRun, grace: timedelta) -> tuple[Registered, Registered]:
    """Ready, the old databases given an end, and the locks back, in one request; both registrations.

    Raises LockedError when a lock was lost, and SnowflakeError.
    """
    environment, aside = run.environment, run.aside
    ready = registry.change(
        environment,
        run.lock.token,
        state=State.READY,
        step=Step.READY.value,
        source=run.origin.name,
        source_databases=run.origin.databases,
        instant=aside.row.instant,
        revision=read_applied(run.session, environment).version,
        bundle=aside.row.bundle,
        commit=aside.row.commit,
        left_out=run.findings.left_out,
        error="",
        sessions=[],
    )
    before = run.applied.last_done
    replaced = registry.change(
        aside.environment,
        aside.lock.token,
        state=State.REPLACED,
        step=f"what {environment.name} held before it was made anew",
        source=environment.name,
        source_databases=environment.databases,
        instant=None,
        revision=_old_version(run),
        bundle=before.bundle if before else None,
        commit=before.commit if before else None,
        left_out=[],
        sessions=[],
    )
    state = environment.state_database
    ending = registry.extend(state, aside.row, int(grace.total_seconds()))
    ended, release = _ended(run, "done", ""), release_lease(environment, run.lock.token)
    # All or none: half of it would have the next refresh take the old databases for a copy.
    whole = ("BEGIN TRANSACTION", replaced, ending, ready, ended, release, "COMMIT")
    lines = [f"  {statement};" for statement in (*whole, "RETURN 'done'")]
    run.session.execute("\n".join(["BEGIN", *lines, "END"]))
    run.lock.released()
    rows = [find_registered(run.session, state, each) for each in (run.row.name, aside.row.name)]
    if rows[0] is None or rows[1] is None or rows[0].state is not State.READY:
        raise lost(environment.name)
    return rows[0], rows[1]


def _old_version(run: RefreshRun) -> str | None:
    try:
        return read_applied(run.session, run.aside.environment).version
    except NotBootstrappedError:
        return None


def stopped(run: RefreshRun, error: SnowlaneError) -> SnowlaneError:
    """The error to raise, after it was written down as far as that is possible."""
    parts = [part for part in (error.what, error.why) if part and part != REFUSED_BY_SNOWFLAKE]
    why = "\n".join(parts)
    name = run.environment.name
    again = f"run `snowlane env refresh {name}` again"
    with undisturbed():
        if isinstance(error, LockedError):
            error.next = f"see what the other run does, then {again}"
            return error
        if not run.is_exchanging and _undone(run, why):
            if isinstance(error, HalfAppliedError):
                return SnowlaneError(
                    f"the refresh of {name} stopped before anything was exchanged",
                    why=why,
                    next=f"{again}: the copy that was made is used",
                )
            error.next = error.next or again
            return error
        with suppress(SnowlaneError):
            run.change(error=why[:_LONGEST])
            run.lock.execute(_ended(run, "half-applied", why[:_LONGEST]))
    advice = f"; {error.next}" if error.next else ""
    return HalfAppliedError(
        f"the refresh of {name} is not finished", why=why, next=f"{again}: it goes on{advice}"
    )


def _undone(run: RefreshRun, why: str) -> bool:
    """Have everything run as before; False when that is not possible."""
    with suppress(SnowlaneError):
        resume_pipeline(run)
        if run.restored.refused:
            return False
        run.aside.change(state=State.READY, step=Step.READY.value)
        state, seconds = run.environment.state_database, int(UNUSED.total_seconds())
        run.session.execute(registry.extend(state, run.aside.row, seconds))
        run.lock.execute(_ended(run, "failed", why[:_LONGEST]))
        if run.is_new:
            run.session.execute(registry.forget(state, run.row))
        else:
            run.change(state=State.READY, step=Step.READY.value, sessions=[])
        return True
    return False


def _ended(run: RefreshRun, outcome: str, error: str) -> str:
    return deployment_ended(
        run.environment,
        deployment=run.requests.deployment,
        outcome=outcome,
        statements_run=run.requests.done,
        error=error,
    )
