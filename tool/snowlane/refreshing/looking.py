"""What a refresh looks at before it touches an environment, and how it takes over from one that stopped."""

from snowlane.environments.refresh_steps import RefreshStep, step_of
from snowlane.environments.registry import Registered, State
from snowlane.errors import RefusedError
from snowlane.locating import not_ready
from snowlane.plan.facts import Applied
from snowlane.plan.refreshing import refreshes_of
from snowlane.refreshing.aside import Refresh
from snowlane.snowflake.databases import read_databases
from snowlane.snowflake.lock import Lock
from snowlane.snowflake.session import Session
from snowlane.snowflake.settling import end_session, note_ended
from snowlane.snowflake.signin import account_of
from snowlane.snowflake.state import read_applied, read_unfinished
from snowlane.sql.names import quote


def look_at(wanted: Refresh, session: Session, row: Registered | None) -> RefreshStep:
    """Where the refresh begins or goes on.

    Raises RefusedError for an environment that is not there, not its role's own, half applied, or
    half cloned, or has a database of its source or of a protected environment;
    NotBootstrappedError where it was never deployed to.
    """
    environment = wanted.environment
    _refuse_databases_of_others(wanted)
    if row is not None and row.state not in (State.READY, State.REFRESHING):
        raise not_ready(row)
    there = read_databases(session, environment.databases.values())
    if missing := [name for name in environment.databases.values() if name not in there]:
        raise RefusedError(
            f"{environment.name} is not there to be made anew",
            why=f"{environment.role} sees no database {', '.join(missing)}",
            next=f"make it: `snowlane env clone {wanted.order.source.name} {environment.name}`",
        )
    foreign = [each for each in there.values() if each.owner != environment.role]
    if foreign:
        raise RefusedError(
            f"the databases of {environment.name} cannot be exchanged",
            why="\n".join(f"{each.name} belongs to {each.owner or 'nobody'}" for each in foreign),
            next="an administrator runs "
            + "; ".join(
                f"GRANT OWNERSHIP ON DATABASE {quote(each.name)} TO ROLE "
                f"{quote(environment.role)} COPY CURRENT GRANTS"
                for each in foreign
            ),
        )
    _refuse_half_applied(wanted, read_applied(session, environment))
    return step_of(row)


def _refuse_databases_of_others(wanted: Refresh) -> None:
    """Refuse to swap away what is the source's or a protected environment's, whatever owns it."""
    environment, source = wanted.environment, wanted.order.source
    account = account_of(environment, local=wanted.target.local)
    for each in (source, *wanted.order.others):
        is_near = each is source or account_of(each, local=wanted.target.local) == account
        taken = set(environment.databases.values()) & set(each.databases.values())
        is_kept = each.protected or each is source
        if each.name != environment.name and is_kept and is_near and taken:
            raise RefusedError(
                f"{environment.name} would take {', '.join(sorted(taken))} away from {each.name}",
                why=f"{each.name} has that database, and "
                + ("it is protected" if each.protected else "the copy is made from it"),
                next=f"correct [databases] in envs/{environment.name}.toml",
            )


def _refuse_half_applied(wanted: Refresh, applied: Applied) -> None:
    """Refuse what another deployment left; one that sent nothing left nothing."""
    unfinished, refreshes = applied.unfinished, refreshes_of(applied.unfinished)
    sent = {each.entry.deployment for each in unfinished.attempts} - refreshes
    in_doubt = [each for each in unfinished.in_doubt if each.entry.deployment not in refreshes]
    is_whole = (
        unfinished.half_applied(applied.version) is None
        and not in_doubt
        and all(each.outcome == "failed" for each in unfinished.deployments if each.id in sent)
    )
    name = wanted.environment.name
    if not is_whole:
        raise RefusedError(
            f"{name} is half applied, or a deployment is at work",
            why="it is made anew only from a state that is known",
            next=f"finish it first: `snowlane migrate {name}`",
        )


def take_over(wanted: Refresh, row: Registered | None, lock: Lock, session: Session) -> Applied:
    """What is applied, once nothing of a run that stopped runs any more. Raises SnowlaneError."""
    environment = wanted.environment
    applied = read_applied(session, environment)
    running = applied.unfinished.running
    if running:
        wanted.order.progress(f"taking over from {running[-1].owner}, whose run stopped")
        for each in {*(each.session for each in running), *(row.sessions if row else ())}:
            end_session(lock.execute, environment, each)
        note_ended(lock.execute, environment, running, read_unfinished(session, environment))
        applied = read_applied(session, environment)
    return applied
