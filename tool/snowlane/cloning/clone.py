"""A whole clone: what is asked for, looked at before anything is made, then step by step to the end.

State and step are in the registry before each step begins, so that the same command goes on after
whatever stopped it, and no half-made copy passes for a good one.
"""

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime

from snowlane import __version__
from snowlane.cloning.after import attempts_at_after, refuse_doubt, run_after
from snowlane.cloning.checking import check_copy
from snowlane.cloning.copying import copy_source, refuse_half_applied
from snowlane.cloning.granting import grant_access
from snowlane.cloning.handing_over import give_to_environment
from snowlane.cloning.mending import repoint_copy
from snowlane.cloning.run import CloneRun, Findings, NotMadeError, Progress
from snowlane.cloning.sessions import CloneSessions
from snowlane.config.environment import Environment
from snowlane.config.project import Project
from snowlane.deploying import Target
from snowlane.environments import registry
from snowlane.environments.after import read_after
from snowlane.environments.destination import (
    DEFAULT_TTL,
    Wanted,
    check_registered,
    destination_of,
)
from snowlane.environments.preparation import preparation_of
from snowlane.environments.registry import Registered, State
from snowlane.environments.steps import Step, is_past_copying
from snowlane.errors import (
    ConfigurationError,
    HalfAppliedError,
    LockedError,
    NotBootstrappedError,
    RefusedError,
    SnowlaneError,
)
from snowlane.locating import environment_named
from snowlane.plan.bootstrap import state_creations
from snowlane.plan.facts import LastDone
from snowlane.plan.journal import (
    Beginning,
    Origin,
    deployment_ended,
    deployment_started,
    end_and_release,
)
from snowlane.plan.model import Statement
from snowlane.plan.unfinished import Unfinished
from snowlane.snowflake.bootstrapping import run_bootstrap
from snowlane.snowflake.copying import drop_copies, refuse_existing
from snowlane.snowflake.databases import read_databases
from snowlane.snowflake.interruption import interruptible, undisturbed
from snowlane.snowflake.lock import Lock
from snowlane.snowflake.registry import find_registered
from snowlane.snowflake.requests import Requests, lost
from snowlane.snowflake.session import REFUSED_BY_SNOWFLAKE, Session
from snowlane.snowflake.settling import end_session, note_ended, settle
from snowlane.snowflake.signin import sign_in_for
from snowlane.snowflake.state import read_applied, read_last_done, read_unfinished
from snowlane.sql.names import qualified, quote

_LONGEST = 4000


@dataclass(frozen=True)
class Cloned:
    """A clone that came to its end; `row` is its registration as it stands now."""

    environment: Environment
    row: Registered
    findings: Findings

    @property
    def is_whole(self) -> bool:
        """Whether the copy holds all that the source holds, as the source holds it."""
        return not self.findings.left_out and not self.findings.differences


def clone(project: Project, wanted: Wanted, *, local: bool, progress: Progress) -> Cloned:
    """Make an environment from another one, or go on with one whose making stopped.

    Raises ConfigurationError and RefusedError before anything is made, LockedError when a deployment
    to the source or another run of the same clone is at work, HalfAppliedError when it stopped on the
    way, and NotMadeError when the copy is there and something in it is not right.
    """
    source = environment_named(project, wanted.source, local=local)
    others = [project.environment(name) for name in project.environment_names()]
    environment = destination_of(wanted, source, others)
    after = read_after(project.root, environment)
    target = Target(project, environment, local)
    _refuse_other_account(target, source)
    with (
        interruptible(),
        _registry(target, source, progress) as session,
        CloneSessions(target, session) as sessions,
    ):
        row = find_registered(session, environment.state_database, environment.name)
        if row is None:
            refuse_existing(read_databases(session, environment.databases.values()))
            deployed = _deployed(target, source, sessions.cloners()[0], wanted.at)
        else:
            check_registered(wanted, row, environment)
            deployed = None
        for creation in state_creations(environment):
            session.execute(creation.statement)
        with _own_lock(target, session, wanted) as lock:
            return _locked(
                target, source, wanted, lock, session, sessions, deployed, after, others, progress
            )


@contextmanager
def _own_lock(target: Target, session: Session, wanted: Wanted) -> Iterator[Lock]:
    """The clone's lock; its refusal says how a clone goes on, not a migration."""
    with ExitStack() as stack:
        try:
            lock = stack.enter_context(Lock(target.environment, target.open(), session))
        except LockedError as error:
            error.next = f"wait for it, then run `{wanted.command}` again"
            raise
        yield lock


def _refuse_other_account(target: Target, source: Environment) -> None:
    accounts = [
        str(sign_in_for(each, target.project.root, local=target.local).parameters.get("account"))
        for each in (source, target.environment)
    ]
    if accounts[0].upper() != accounts[1].upper():
        raise ConfigurationError(
            f"{target.environment.name} cannot be a copy of {source.name}",
            why=f"{source.name} is in account {accounts[0]}, the copy would be in {accounts[1]}, and "
            "Snowflake copies within one account only",
            next="choose a source in the same account",
        )


@contextmanager
def _registry(target: Target, source: Environment, progress: Progress) -> Iterator[Session]:
    """A session of the environment's role, the registry made where it is missing.

    Raises RefusedError when it is missing and the signed-in user may not make it.
    """
    environment = target.environment
    try:
        session = target.open()
        try:
            find_registered(session, environment.state_database, environment.name)
        except BaseException:
            session.close()
            raise
    except NotBootstrappedError:
        progress("preparing the registry of clones")
        with target.open(as_administrator=True) as administrator:
            wanted = preparation_of(environment, source)
            run_bootstrap(administrator, environment, progress, wanted)
        session = target.open()
    with session:
        yield session


def _deployed(
    target: Target, source: Environment, cloner: Session, at: datetime | None
) -> LastDone | None:
    """What was deployed to the source; a half-applied one is refused before anything is made."""
    refuse_existing(read_databases(cloner, target.environment.databases.values()))
    try:
        applied = read_applied(cloner, source)
    except NotBootstrappedError as error:
        role = target.environment.clone_role
        raise RefusedError(
            f"{source.name} cannot be copied by {role or 'the user'}",
            why=f"its tables of applied revisions are not seen\n{error.why}",
            next=f"an administrator runs GRANT ROLE {quote(source.role)} TO ROLE {quote(role)}"
            if role
            else f"use a user that has the role {source.role}",
        ) from None
    refuse_half_applied(source, applied)
    return applied.last_done if at is None else read_last_done(cloner, source, at)


def _locked(
    target: Target,
    source: Environment,
    wanted: Wanted,
    lock: Lock,
    session: Session,
    sessions: CloneSessions,
    deployed: LastDone | None,
    after: tuple[Statement, ...],
    others: list[Environment],
    progress: Progress,
) -> Cloned:
    environment = target.environment
    row = _registered(environment, source, wanted, lock, session, deployed)
    attempts = attempts_at_after(_taken_over(environment, row, lock, session, progress))
    refuse_doubt(environment, attempts)
    requests = Requests(lock, str(uuid.uuid4()))
    run = CloneRun(
        target, source, row, lock, session, sessions, requests, progress, wanted.accept_incomplete
    )
    run.findings.left_out = row.left_out
    run.findings.instant = row.instant
    try:
        _begin(run, is_whole=deployed is not None and deployed.is_whole)
        if not is_past_copying(row.step):
            copy_source(run)
        give_to_environment(run)
        repoint_copy(run)
        run_after(run, after, attempts)
        grant_access(run)
        check_copy(run, *_foreign(source, environment, others))
        return _end(run)
    except KeyboardInterrupt:
        raise _stopped(run, HalfAppliedError("interrupted"), wanted) from None
    except SnowlaneError as error:
        raise _stopped(run, error, wanted) from None
    except Exception as error:
        # Whatever it was, statements may have run: that must be said and noted.
        unexpected = HalfAppliedError(f"{type(error).__name__}: {error}")
        raise _stopped(run, unexpected, wanted) from error


def _registered(
    environment: Environment,
    source: Environment,
    wanted: Wanted,
    lock: Lock,
    session: Session,
    deployed: LastDone | None,
) -> Registered:
    """The row of the registry, added where there is none; what another run did meanwhile counts."""
    known = find_registered(session, environment.state_database, environment.name)
    if known is not None:
        check_registered(wanted, known, environment)
        return known
    ttl = (wanted.ttl or DEFAULT_TTL).total_seconds() if environment.is_ad_hoc else None
    row = Registered(
        name=environment.name,
        clone_id=str(uuid.uuid4()),
        source=source.name,
        source_databases=source.databases,
        made_like=environment.made_like,
        databases=environment.databases,
        role=environment.role,
        warehouse=environment.warehouse,
        owner=lock.owner,
        stages=environment.stages,
        step=Step.REGISTERED.value,
        instant=wanted.at,
        revision=deployed.revision if deployed else None,
        bundle=deployed.bundle if deployed else None,
        commit=deployed.commit if deployed else None,
    )
    seconds = None if ttl is None else int(ttl)
    lock.execute(registry.add(environment, lock.token, row, seconds))
    added = find_registered(session, environment.state_database, environment.name)
    if added is None:
        raise lost(environment.name)
    return added


def _taken_over(
    environment: Environment, row: Registered, lock: Lock, session: Session, progress: Progress
) -> Unfinished:
    """What earlier runs left, once nothing of them runs any more and their SQL is settled."""
    unfinished = read_unfinished(session, environment)
    if unfinished.running:
        progress(f"taking over from {unfinished.running[-1].owner}, whose run stopped")
        for each in {*(each.session for each in unfinished.running), *row.sessions}:
            end_session(lock.execute, environment, each)
        unfinished = read_unfinished(session, environment)
    asked = replace(unfinished, attempts=attempts_at_after(unfinished))
    if asked.in_doubt:
        settle(lock.execute, environment, lock.token, asked)
        unfinished = read_unfinished(session, environment)
    note_ended(lock.execute, environment, unfinished.running, unfinished)
    return unfinished


def _begin(run: CloneRun, *, is_whole: bool) -> None:
    beginning = Beginning(
        deployment=run.requests.deployment,
        owner=run.lock.owner,
        session=run.session.session_id,
        address=run.lock.address,
        bundle=run.row.bundle or "unknown",
        is_whole=is_whole,
        current=None,
        target=run.row.revision,
        put_back="",
        version=__version__,
        origin=Origin(commit=run.row.commit or "", note=f"clone of {run.row.source}"),
    )
    started = deployment_started(run.environment, run.lock.token, beginning)
    if run.session.execute(started).row_count != 1:
        raise lost(run.environment.name)
    run.change(state=State.CLONING, error="", sessions=run.sessions.ids)


def _foreign(
    source: Environment, environment: Environment, others: list[Environment]
) -> tuple[dict[str, str], dict[str, str]]:
    """The databases and stage addresses that are another environment's, and whose."""
    rest = [each for each in others if each.name != environment.name]
    databases = {
        database: each.name for each in (*rest, source) for database in each.databases.values()
    }
    urls = {url: each.name for each in (*rest, source) for url in each.stages.values()}
    own = {*environment.databases.values(), *environment.stages.values()}
    return (
        {name: whose for name, whose in databases.items() if name not in own},
        {url: whose for url, whose in urls.items() if url not in own},
    )


def _end(run: CloneRun) -> Cloned:
    """Ready, and the lock given back, in one request."""
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
    return Cloned(run.environment, row, run.findings)


def _stopped(run: CloneRun, error: SnowlaneError, wanted: Wanted) -> SnowlaneError:
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
