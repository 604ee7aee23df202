"""How a clone begins, or is taken up again: registry, lock, registration, and what earlier runs left."""

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from snowlane import __version__
from snowlane.cloning.after import STAGE as AFTER
from snowlane.cloning.copying import refuse_half_applied
from snowlane.cloning.order import Order
from snowlane.cloning.run import CloneRun
from snowlane.cloning.sessions import CloneSessions
from snowlane.environments import registry
from snowlane.environments.destination import DEFAULT_TTL, check_registered
from snowlane.environments.preparation import preparation_of
from snowlane.environments.registry import Registered, State
from snowlane.environments.steps import Step
from snowlane.errors import LockedError, NotBootstrappedError, RefusedError
from snowlane.plan.bootstrap import state_creations
from snowlane.plan.facts import LastDone
from snowlane.plan.journal import Beginning, Origin, deployment_started
from snowlane.plan.unfinished import Attempt, Unfinished
from snowlane.snowflake.bootstrapping import run_bootstrap
from snowlane.snowflake.copying import refuse_existing
from snowlane.snowflake.databases import read_databases
from snowlane.snowflake.lock import Lock
from snowlane.snowflake.registry import find_registered
from snowlane.snowflake.requests import lost
from snowlane.snowflake.session import Session
from snowlane.snowflake.settling import end_session, note_ended, settle
from snowlane.snowflake.state import read_applied, read_last_done, read_unfinished
from snowlane.sql.names import literal, quote


@contextmanager
def with_registry(order: Order) -> Iterator[Session]:
    """A session of the environment's role, the registry made where it is missing.

    Raises RefusedError when it is missing and the signed-in user may not make it.
    """
    environment, target = order.environment, order.target
    try:
        session = target.open()
        try:
            find_registered(session, environment.state_database, environment.name)
        except BaseException:
            session.close()
            raise
    except NotBootstrappedError:
        order.progress("preparing the registry of clones")
        with target.open(as_administrator=True) as administrator:
            wanted = preparation_of(environment, order.source)
            run_bootstrap(administrator, environment, order.progress, wanted)
        session = target.open()
    with session:
        yield session


def look_before(order: Order, session: Session, sessions: CloneSessions) -> LastDone | None:
    """What is deployed to the source, for a clone that is new; None for one to go on with.

    Raises ConfigurationError when its databases are there or it was made already, RefusedError when
    the source is half applied or cannot be seen.
    """
    environment, source = order.environment, order.source
    row = find_registered(session, environment.state_database, environment.name)
    if row is not None:
        check_registered(order.wanted, row, environment)
        return None
    refuse_existing(read_databases(session, environment.databases.values()))
    (cloner,) = sessions.cloners()
    refuse_existing(read_databases(cloner, environment.databases.values()))
    try:
        applied = read_applied(cloner, source)
    except NotBootstrappedError as error:
        raise _not_seen(order, cloner, error) from None
    refuse_half_applied(source, applied)
    at = order.wanted.at
    return applied.last_done if at is None else read_last_done(cloner, source, at)


def _not_seen(order: Order, cloner: Session, error: NotBootstrappedError) -> RefusedError:
    """The refusal of a source whose records cannot be read: it has none, or the role may not."""
    source, role = order.source, order.environment.clone_role
    asked = f"SELECT IS_ROLE_IN_SESSION({literal(source.role)})"
    if cloner.execute(asked).rows[0][0]:
        return RefusedError(
            f"{source.name} was never deployed to",
            why="there is nothing to copy, or no record of what it is\n"
            + error.why.partition("\nin: ")[0],
            next=f"run `snowlane migrate {source.name}` first",
        )
    return RefusedError(
        f"{source.name} cannot be copied by {role or 'the user'}",
        why=f"the role {source.role}, which owns it, is not granted to {role or 'the user'}",
        next=f"an administrator runs GRANT ROLE {quote(source.role)} TO ROLE {quote(role)}"
        if role
        else f"use a user that has the role {source.role}",
    )


def make_state(order: Order, session: Session) -> None:
    """The schema and tables of the clone's own state, where they are missing, in one request."""
    statements = [each.statement for each in state_creations(order.environment)]
    lines = [f"  EXECUTE IMMEDIATE {literal(statement)};" for statement in statements]
    session.execute("\n".join(["BEGIN", *lines, "END"]), shown=statements[0])


@contextmanager
def own_lock(order: Order, session: Session) -> Iterator[Lock]:
    """The clone's lock; its refusal says how a clone goes on, not a migration."""
    with ExitStack() as stack:
        try:
            lock = stack.enter_context(Lock(order.environment, order.target.open(), session))
        except LockedError as error:
            error.next = f"wait for it, then run `{order.wanted.command}` again"
            raise
        yield lock


def register(order: Order, lock: Lock, session: Session, deployed: LastDone | None) -> Registered:
    """The row of the registry, added where there is none; what another run did meanwhile counts."""
    environment, source, wanted = order.environment, order.source, order.wanted
    known = find_registered(session, environment.state_database, environment.name)
    if known is not None:
        check_registered(wanted, known, environment)
        return known
    ttl = int((wanted.ttl or DEFAULT_TTL).total_seconds()) if environment.is_ad_hoc else None
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
    lock.execute(registry.add(environment, lock.token, row, ttl))
    added = find_registered(session, environment.state_database, environment.name)
    if added is None:
        raise lost(environment.name)
    return added


def mark_of(row: Registered) -> str:
    """What stands in the journal with every statement of a clone, whichever run sent it."""
    return row.clone_id.replace("-", "")


def take_over(order: Order, row: Registered, lock: Lock, session: Session) -> tuple[Attempt, ...]:
    """What earlier runs of this clone sent, once nothing of them runs any more.

    Their SQL that may not be repeated is settled where query history can tell. Raises SnowlaneError.
    """
    environment = order.environment
    unfinished = read_unfinished(session, environment)
    if unfinished.running:
        order.progress(f"taking over from {unfinished.running[-1].owner}, whose run stopped")
        for each in {*(each.session for each in unfinished.running), *row.sessions}:
            end_session(lock.execute, environment, each)
        unfinished = read_unfinished(session, environment)
    asked = tuple(each for each in _of(row, unfinished) if each.entry.stage == AFTER)
    if any(each.is_in_doubt for each in asked):
        settle(lock.execute, environment, lock.token, replace(unfinished, attempts=asked))
        unfinished = read_unfinished(session, environment)
    note_ended(lock.execute, environment, unfinished.running, unfinished)
    return _of(row, unfinished)


def _of(row: Registered, unfinished: Unfinished) -> tuple[Attempt, ...]:
    return tuple(each for each in unfinished.attempts if each.entry.leaves == mark_of(row))


def begin(run: CloneRun, *, is_whole: bool) -> None:
    """Write the run down as a deployment; `is_whole` says that all of the source's bundle is there.

    Raises LockedError when the lock was lost, and SnowflakeError.
    """
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
