"""Looks after environments that were cloned: lists them, puts off their end, takes them away.

What may be dropped, `snowlane.environments.dropping` decides.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from snowlane.cloning.sessions import open_cloner
from snowlane.config.environment import Environment
from snowlane.config.project import Project
from snowlane.deploying import Target
from snowlane.environments import registry
from snowlane.environments.ad_hoc import environment_of
from snowlane.environments.dropping import Dropping, Owned, dropping_of, renamed_of
from snowlane.environments.listing import Listed
from snowlane.environments.registry import Registered, State
from snowlane.errors import LockedError, RefusedError, SnowflakeError, SnowlaneError
from snowlane.locating import located_clone, not_ready, registries
from snowlane.snowflake.databases import read_all_databases, read_databases, read_own_bytes
from snowlane.snowflake.interruption import interruptible
from snowlane.snowflake.lock import Lock
from snowlane.snowflake.registry import read_registry
from snowlane.snowflake.session import DOES_NOT_EXIST, Session

Progress = Callable[[str], None]
# A policy cannot be dropped while it is associated with an object.
_IN_USE = 3531
_LIST = "choose one of the clones: `snowlane env list` shows them"


@dataclass(frozen=True)
class Kept:
    """A registered environment and what it takes to act on it."""

    target: Target
    row: Registered

    @property
    def state_database(self) -> str:
        """Where its registration is."""
        return self.target.environment.state_database


@dataclass(frozen=True)
class Collected:
    """What a collection of expired environments came to.

    `left` says what is still there of those that were dropped, `unseen` which of their databases
    were gone, or not to be seen by their role.
    """

    dropped: tuple[str, ...]
    problems: tuple[tuple[str, SnowlaneError], ...]
    left: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()


def all_registered(project: Project, *, local: bool) -> tuple[tuple[Kept, ...], tuple[str, ...]]:
    """Every registered environment by name, and why some registries could not be asked."""
    found: dict[str, Kept] = {}
    problems: list[str] = []
    for like, answer in registries(project, local=local):
        if isinstance(answer, SnowlaneError):
            problems.append(f"{like.name}: {answer.what}")
            continue
        for row in answer:
            if (environment := _environment(project, row)) is None:
                file = f"envs/{row.made_like or row.name}.toml"
                problems.append(
                    f"{row.name} ({', '.join(sorted(row.databases.values()))}) is registered and made "
                    f"by {file}, which is not there any more; put it back, then `snowlane env drop "
                    f"{row.name}` takes the clone away"
                )
                continue
            found[row.name] = Kept(Target(project, environment, local), row)
    return tuple(found[name] for name in sorted(found)), tuple(problems)


def _environment(project: Project, row: Registered) -> Environment | None:
    wanted = row.made_like or row.name
    if wanted not in project.environment_names():
        return None
    configured = project.environment(wanted)
    return environment_of(row, configured) if row.is_ad_hoc else configured


def registered(project: Project, name: str, *, local: bool) -> Kept:
    """One registered environment.

    Raises ConfigurationError for a name nobody knows, RefusedError for an environment that has a
    file and was never cloned.
    """
    if name not in project.environment_names():
        located = located_clone(project, name, local=local, otherwise=_LIST)
        assert located.row is not None
        return Kept(Target(project, located.environment, local), located.row)
    kept, _ = all_registered(project, local=local)
    for each in kept:
        if each.row.name == name:
            return each
    raise RefusedError(
        f"{name} was not made by snowlane",
        why=f"it has a file, envs/{name}.toml, and no registry of clones names it",
        next="only clones are listed, extended and dropped here",
    )


def with_sizes(kept: tuple[Kept, ...], project: Project, *, local: bool) -> tuple[Listed, ...]:
    """The environments with the data they share with no other, as far as a role may see that.

    Asked with each user's default role, once an account. Raises SnowflakeError.
    """
    sizes: dict[str, int] = {}
    asked: set[str | None] = set()
    for each in kept:
        connection = each.target.environment.snowflake.connection
        if connection in asked:
            continue
        asked.add(connection)
        names = [
            name
            for other in kept
            if other.target.environment.snowflake.connection == connection
            for name in other.row.databases.values()
        ]
        with each.target.open(as_administrator=True) as session:
            sizes |= read_own_bytes(session, read_databases(session, names))
    return tuple(_listed(each.row, sizes) for each in kept)


def _listed(row: Registered, sizes: dict[str, int]) -> Listed:
    known = [sizes[name] for name in row.databases.values() if name in sizes]
    return Listed(row, sum(known) if known else None)


def extend(kept: Kept, seconds: int) -> Registered:
    """Put an ad-hoc environment's end to `seconds` from now. Gives its new registration back.

    Raises RefusedError for one that has a file, which has no end, and one that is being dropped.
    """
    row = kept.row
    if not row.is_ad_hoc:
        raise RefusedError(
            f"{row.name} has no end to put off",
            why=f"envs/{row.name}.toml describes it, so it stands until somebody drops it",
            next="nothing is to be done",
        )
    with _as_registrar(kept) as session:
        changed = session.execute(registry.extend(kept.state_database, row, seconds)).row_count
        if changed != 1:
            raise RefusedError(
                f"{row.name} is gone or being dropped",
                next=f"`snowlane env drop {row.name}` finishes that; then clone it anew",
            )
        rows = session.execute(registry.one_row(kept.state_database, row.name)).rows
    return registry.read_row(rows[0])


def drop(kept: Kept, progress: Progress) -> Dropping:
    """Take an environment away: its databases, its state, its registration. May be repeated.

    Gives back what was dropped, and which databases were gone, renamed or not to be seen.
    Raises RefusedError, before anything is dropped, for a protected environment, for one that is
    being made anew, and for databases that are somebody else's; LockedError when a deployment or a
    clone is at work in it; SnowlaneError for a database that something outside of it still needs.
    """
    environment, row = kept.target.environment, kept.row
    if environment.protected:
        raise RefusedError(
            f"{row.name} is protected",
            why=f"envs/{row.name}.toml says so",
            next="it is not dropped",
        )
    if row.state is State.REFRESHING:
        # Some of its databases are the other's by now.
        raise not_ready(row)
    with interruptible(), ExitStack() as stack:
        session = stack.enter_context(_as_registrar(kept))
        lock = stack.enter_context(_lease(kept, session))
        databases = read_databases(session, row.databases.values())
        if row.state is not State.READY and len(databases) < len(row.databases):
            # What is not handed over yet only the role that copies may see.
            with open_cloner(kept.target) as cloner:
                databases |= read_databases(cloner, row.databases.values())
        present = {
            name: Owned(each.owner, each.created_at, each.comment)
            for name, each in databases.items()
        }
        wanted = dropping_of(environment, row, present)
        if wanted.kept:
            raise RefusedError(
                f"{row.name} has databases that are not its own",
                why="\n".join(wanted.kept),
                next="rename or drop them by hand, then run the command again",
            )
        if wanted.unseen:
            wanted = replace(wanted, renamed=_renamed(kept, session))
        session.execute(registry.begin_drop(kept.state_database, row))
        roles = stack.enter_context(_sessions(kept, session))
        drops = wanted.statements[: len(wanted.databases)]
        try:
            _drop_databases(drops, roles, progress)
        except SnowflakeError as error:
            if error.number != _IN_USE:
                raise
            raise _in_use(kept, session, wanted, error) from None
        for role, statement in wanted.statements[len(drops) :]:
            progress(statement)
            if lock is not None:
                # It goes with the schema it lies in.
                lock.released()
            roles(role).execute(statement)
        session.execute(registry.forget(kept.state_database, row))
        return wanted


def _renamed(kept: Kept, session: Session) -> dict[str, str]:
    """Those of an environment's databases that have another name now. Raises SnowflakeError."""
    row = kept.row
    claimed = {
        database
        for each in kept.target.project.environments()
        for database in each.databases.values()
    }
    for each in read_registry(session, kept.state_database):
        claimed |= set(each.databases.values()) if each.name != row.name else set()
    seen = read_all_databases(session)
    if row.state is not State.READY:
        with open_cloner(kept.target) as cloner:
            seen |= read_all_databases(cloner)
    return renamed_of(row, {name: each.comment for name, each in seen.items()}, claimed)


def _in_use(kept: Kept, session: Session, wanted: Dropping, error: SnowflakeError) -> SnowlaneError:
    """The error for what is left because something outside of it has a policy of it."""
    left = read_databases(session, wanted.databases)
    outside = ", ".join(wanted.renamed.values())
    users = f"drop {outside}, or take" if outside else "take"
    return SnowlaneError(
        f"{', '.join(left)} cannot be dropped",
        why="\n".join(("something outside has a policy of it", error.why, *wanted.left)),
        next=f"{users} the policies off what has them (POLICY_REFERENCES tells), then run "
        f"`snowlane env drop {kept.row.name}` again",
    )


@contextmanager
def _sessions(kept: Kept, session: Session) -> Iterator[Callable[[str], Session]]:
    """A session of a role, opened when it is first asked for."""
    with ExitStack() as stack:
        opened = {kept.target.environment.role: session}

        def of(role: str) -> Session:
            if role not in opened:
                opened[role] = stack.enter_context(kept.target.open(role=role))
            return opened[role]

        yield of


def _drop_databases(
    statements: tuple[tuple[str, str], ...], roles: Callable[[str], Session], progress: Progress
) -> None:
    """Drop databases, those with a policy that is used in another one after that one.

    Raises SnowflakeError when two of them use policies of each other.
    """
    waiting = list(statements)
    while waiting:
        refused: list[tuple[str, str]] = []
        for role, statement in waiting:
            progress(statement)
            try:
                roles(role).execute(statement)
            except SnowflakeError as error:
                if error.number != _IN_USE or len(waiting) == 1:
                    raise
                refused.append((role, statement))
                last = error
        if len(refused) == len(waiting):
            raise last
        waiting = refused


@contextmanager
def _as_registrar(kept: Kept) -> Iterator[Session]:
    """A session that may write the registry."""
    with kept.target.open() as session:
        yield session


@contextmanager
def _lease(kept: Kept, session: Session) -> Iterator[Lock | None]:
    """The environment's lock; None where its clone stopped before there was one.

    Its refusal says how dropping goes on, not a migration.
    """
    try:
        lock = Lock(kept.target.environment, kept.target.open(), session)
        lock.__enter__()
    except LockedError as error:
        error.next = (
            f"wait for it, then run `snowlane env drop {kept.row.name}` again; of what was killed the "
            "lease runs out by itself"
        )
        raise
    except SnowflakeError as error:
        if error.number not in DOES_NOT_EXIST:
            raise
        yield None
        return
    try:
        yield lock
    finally:
        lock.__exit__(None, None, None)


def expired(kept: tuple[Kept, ...]) -> tuple[Kept, ...]:
    """Those whose time is over, and those whose dropping was broken off."""
    return tuple(
        each
        for each in kept
        if each.row.is_ad_hoc and (each.row.is_expired or each.row.state is State.DROPPING)
    )


def collect(kept: tuple[Kept, ...], progress: Progress) -> Collected:
    """Drop them one after another; what one of them fails with stops none of the others."""
    dropped: dict[str, Dropping] = {}
    problems: list[tuple[str, SnowlaneError]] = []
    for each in kept:
        progress(f"dropping {each.row.name}")
        try:
            dropped[each.row.name] = drop(each, progress)
        except SnowlaneError as error:
            problems.append((each.row.name, error))
    return Collected(
        tuple(dropped),
        tuple(problems),
        left=tuple(f"{name}: {line}" for name, done in dropped.items() for line in done.left),
        unseen=tuple(name for done in dropped.values() for name in done.gone),
    )
