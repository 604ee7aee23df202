"""A whole refresh: a copy made aside, the databases exchanged under the lock, mended, checked, ready.

Until the exchange nothing of the environment is changed but that its pipeline is paused, and that is
taken back; from there on the same command goes on to the end, whatever stopped it.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from snowlane import __version__
from snowlane.cloning.beginning import mark_of
from snowlane.cloning.checking import check_copy
from snowlane.cloning.copying import refuse_half_applied
from snowlane.cloning.mending import repoint_copy
from snowlane.cloning.run import Findings
from snowlane.cloning.sessions import CloneSessions
from snowlane.config.environment import Environment
from snowlane.environments import registry
from snowlane.environments.comparison import Unlike, compare
from snowlane.environments.databases import account_names
from snowlane.environments.foreign import foreign_to
from snowlane.environments.mending.model import Copy
from snowlane.environments.refresh_steps import RefreshStep
from snowlane.environments.registry import Registered, State
from snowlane.errors import HalfAppliedError, LockedError, NotBootstrappedError, SnowlaneError
from snowlane.lifecycle import Kept, drop
from snowlane.locating import not_ready
from snowlane.plan.journal import Beginning, Origin, deployment_started
from snowlane.plan.refreshing import REFRESH_STAGE
from snowlane.plan.unfinished import Attempt
from snowlane.refreshing.access import Given, keep_grants, take_back
from snowlane.refreshing.aside import Refresh, make_aside, refuse_kept, refuse_other
from snowlane.refreshing.dynamic_tables import resume_dynamic_tables
from snowlane.refreshing.ending import end, forget_points, stopped
from snowlane.refreshing.looking import look_at, take_over
from snowlane.refreshing.run import Aside, RefreshRun
from snowlane.refreshing.swapping import (
    label_databases,
    pause_pipeline,
    resume_pipeline,
    swap_databases,
)
from snowlane.snowflake.contents import read_contents
from snowlane.snowflake.interruption import interruptible
from snowlane.snowflake.lock import Lock
from snowlane.snowflake.parking import Restored
from snowlane.snowflake.registry import find_registered
from snowlane.snowflake.requests import Requests, lost
from snowlane.snowflake.session import Session
from snowlane.snowflake.state import read_applied


@dataclass(frozen=True)
class Refreshed:
    """A refresh that came to its end; `row` and `kept` are the registrations as they stand now.

    `kept` is what the environment held before. `points` are the restore points that went with it.
    """

    environment: Environment
    row: Registered
    kept: Registered
    is_dropped: bool
    findings: Findings
    differences: tuple[str, ...]
    grants: Given
    restored: Restored
    points: int

    @property
    def is_whole(self) -> bool:
        """Whether it holds all that the source holds, its grants are kept and its pipeline runs."""
        return not (
            self.findings.left_out
            or self.differences
            or self.grants.refused
            or self.restored.refused
        )


def refresh(wanted: Refresh, confirm: Callable[[], None]) -> Refreshed:
    """Make an environment anew from its source, or go on with what stopped.

    `confirm` may raise before anything is done. Raises RefusedError for an environment that is half
    applied or not there, LockedError when it or its source is at work, what a clone raises while the
    environment is untouched, and HalfAppliedError once databases were exchanged.
    """
    with interruptible():
        with wanted.target.open() as session:
            row, aside = _rows(session, wanted)
            step = look_at(wanted, session, row)
            if row is None or row.state is not State.REFRESHING:
                refuse_kept(wanted, aside)
                refuse_other(wanted, aside)
        confirm()
        if step.number < RefreshStep.SWAP.number:
            make_aside(wanted, aside)
        done = _exchange(wanted)
        if not wanted.grace:
            drop(Kept(wanted.order.target, done.kept), wanted.order.progress)
        return done


def _rows(session: Session, wanted: Refresh) -> tuple[Registered | None, Registered | None]:
    state = wanted.environment.state_database
    try:
        return (
            find_registered(session, state, wanted.environment.name),
            find_registered(session, state, wanted.order.environment.name),
        )
    except NotBootstrappedError:
        # Nothing was ever cloned.
        return None, None


def _exchange(wanted: Refresh) -> Refreshed:
    """All that happens under the environment's lock."""
    target = wanted.target
    with (
        target.open() as session,
        CloneSessions(target, session) as sessions,
        _locks(wanted, session) as (lock, aside_lock),
    ):
        row, aside_row = _rows(session, wanted)
        if aside_row is None or aside_row.state not in (State.READY, State.REFRESHING):
            raise not_ready(aside_row) if aside_row else lost(wanted.order.environment.name)
        step = look_at(wanted, session, row)
        if step.number < RefreshStep.SWAP.number:
            aside_environment = wanted.order.environment
            refuse_half_applied(aside_environment, read_applied(session, aside_environment))
        applied = take_over(wanted, row, lock, session)
        aside = Aside(wanted.order.environment, aside_row, aside_lock)
        run = RefreshRun(
            target=target,
            source=aside.environment,
            row=row or _registered(wanted, lock, session),
            lock=lock,
            session=session,
            sessions=sessions,
            requests=Requests(lock, str(uuid.uuid4()), mark_of(aside_row)),
            progress=wanted.order.progress,
            accept_incomplete=wanted.accept_incomplete,
            findings=Findings(instant=aside_row.instant, left_out=aside_row.left_out),
            aside=aside,
            origin=wanted.order.source,
            applied=applied,
            at=step,
            # A registration that has no instant is one of a refresh that never ended.
            is_new=row is None or row.instant is None,
        )
        return _guarded(run, wanted)


@contextmanager
def _locks(wanted: Refresh, session: Session) -> Iterator[tuple[Lock, Lock]]:
    """The locks of the environment and of its copy."""
    with ExitStack() as stack:
        try:
            lock, aside = (
                stack.enter_context(Lock(each.environment, each.open(), session))
                for each in (wanted.target, wanted.order.target)
            )
        except LockedError as error:
            error.next = f"wait for it, then run `{wanted.command}` again"
            raise
        yield lock, aside


def _registered(wanted: Refresh, lock: Lock, session: Session) -> Registered:
    """The environment's registration, where it was never cloned."""
    environment, source = wanted.environment, wanted.order.source
    row = Registered(
        name=environment.name,
        clone_id=str(uuid.uuid4()),
        source=source.name,
        source_databases=source.databases,
        made_like=None,
        databases=environment.databases,
        role=environment.role,
        warehouse=environment.warehouse,
        owner=lock.owner,
        stages=environment.stages,
        state=State.REFRESHING,
        step=RefreshStep.PAUSE.value,
    )
    lock.execute(registry.add(environment, lock.token, row, None))
    added = find_registered(session, environment.state_database, environment.name)
    if added is None:
        raise lost(environment.name)
    return added


def _guarded(run: RefreshRun, wanted: Refresh) -> Refreshed:
    """All steps; whatever stops them is written down before it is raised."""
    try:
        _begin(run)
        return _steps(run, wanted)
    except KeyboardInterrupt:
        raise stopped(run, HalfAppliedError("interrupted")) from None
    except SnowlaneError as error:
        raise stopped(run, error) from None
    except Exception as error:
        unexpected = HalfAppliedError(f"{type(error).__name__}: {error}")
        raise stopped(run, unexpected) from error


def _begin(run: RefreshRun) -> None:
    """Write the run down as a deployment, and in the journal that the environment is not for others."""
    row = run.aside.row
    last = read_applied(run.session, run.aside.environment).last_done
    beginning = Beginning(
        deployment=run.requests.deployment,
        owner=run.lock.owner,
        session=run.session.session_id,
        address=run.lock.address,
        bundle=row.bundle or "unknown",
        is_whole=last is not None and last.is_whole,
        current=run.applied.version,
        target=row.revision,
        put_back="",
        version=__version__,
        origin=Origin(commit=row.commit or "", note=f"made anew from {run.origin.name}"),
    )
    started = deployment_started(run.environment, run.lock.token, beginning)
    if run.session.execute(started).row_count != 1:
        raise lost(run.environment.name)
    refreshing = registry.change(
        run.environment, run.lock.token, state=State.REFRESHING, step=run.at.value, error=""
    )
    run.requests.send(run.session, REFRESH_STAGE, run.at.value, refreshing)
    run.aside.change(
        state=State.REFRESHING, step=f"it takes the place of {run.row.name}", expires_at=None
    )
    run.change(sessions=run.sessions.ids)


def _steps(run: RefreshRun, wanted: Refresh) -> Refreshed:
    first = run.at.number
    if first < RefreshStep.SWAP.number:
        pause_pipeline(run, wanted.wait)
        run.enter(RefreshStep.ACCESS)
        keep_grants(run, run.back)
    if first <= RefreshStep.SWAP.number:
        swap_databases(run)
    if first <= RefreshStep.REPOINT.number:
        repoint_copy(run, _earlier(run))
    grants = Given()
    if first < RefreshStep.RESUME.number:
        run.enter(RefreshStep.GRANTS)
        take_back(run)
        grants = keep_grants(run, Copy(run.databases))
        others = (*wanted.order.others, run.origin, run.aside.environment)
        check_copy(run, foreign_to(run.environment, others))
        _compare(run)
    run.enter(RefreshStep.RESUME)
    label_databases(run)
    forget_points(run)
    resume_pipeline(run)
    resume_dynamic_tables(run)
    row, kept = end(run, wanted.grace)
    return Refreshed(
        run.environment,
        row,
        kept,
        not wanted.grace,
        run.findings,
        run.differences,
        grants,
        run.restored,
        run.points,
    )


def _earlier(run: RefreshRun) -> tuple[Attempt, ...]:
    """What earlier runs with this copy sent."""
    sent = run.applied.unfinished.attempts
    return tuple(each for each in sent if each.entry.leaves == run.requests.mark)


def _compare(run: RefreshRun) -> None:
    """Compare it with the source, as long as that is at the same revision."""
    cloners = run.cloners(len(run.databases))
    if read_applied(cloners[0], run.origin).version != run.aside.row.revision:
        run.progress(f"Note: {run.origin.name} was deployed to since; it is not compared with")
        return
    there = run.environment
    copy = Copy(
        {run.origin.databases[logical]: there.databases[logical] for logical in there.databases},
        account_names(run.origin.names, there.names),
    )
    source = read_contents(cloners, list(copy.databases))
    run.differences = tuple(
        f"{each.name}: {each.why or each.unlike.value}"
        for each in compare(source, run.read(cloners), copy)
        if each.unlike is not Unlike.MISSING
        or not any(line.startswith(f"{each.source}: ") for line in run.findings.left_out)
    )
