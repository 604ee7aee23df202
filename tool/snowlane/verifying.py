"""Verifies that an environment stands on its own: nothing in it refers to another, nothing is missing.

Gathers what is there; what counts as a leak or a difference, `snowlane.environments` says.
"""

from collections.abc import Callable, Iterator, Set
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from snowlane.cloning.sessions import open_cloner
from snowlane.config.environment import Environment
from snowlane.deploying import Target
from snowlane.drifting import made_by_revisions, measure_drift
from snowlane.environments.comparison import compare
from snowlane.environments.contents import Contents
from snowlane.environments.databases import account_names
from snowlane.environments.foreign import foreign_to
from snowlane.environments.leaks import leaks
from snowlane.environments.mending.model import Copy
from snowlane.environments.registry import Registered
from snowlane.environments.sight import made_paths, named, recorded_paths, unseen
from snowlane.environments.verification import Verification
from snowlane.errors import NotBootstrappedError, SnowlaneError
from snowlane.lifecycle import all_registered
from snowlane.plan.facts import Applied
from snowlane.repository import read_repository
from snowlane.snowflake.access import read_access, read_future_grants
from snowlane.snowflake.contents import read_contents
from snowlane.snowflake.copying import current_role, roles_held, running_pipes, stage_formats
from snowlane.snowflake.session import Session
from snowlane.snowflake.state import read_applied
from snowlane.sql.lineage_changes import Path

Progress = Callable[[str], None]
_SESSIONS = 4


@dataclass(frozen=True)
class _Looking:
    """An environment that is being looked at, and all others there are."""

    target: Target
    others: tuple[Environment, ...]
    row: Registered | None
    progress: Progress

    @property
    def environment(self) -> Environment:
        return self.target.environment


def verify(
    target: Target, progress: Progress, *, parked: bool, against_source: bool | None = None
) -> Verification:
    """What is wrong with an environment.

    A task, pipe or alert that runs though the environment's pipeline is paused is a finding, with
    `parked` each that runs. It is compared with the source it was
    cloned from as long as both are at one revision, else with what the revisions and objects
    produce; `against_source` says which in any case. Raises SnowflakeError and RefusedError.
    """
    kept, problems = all_registered(target.project, local=target.local)
    configured = target.project.environments()
    rows = {each.row.name: each for each in kept}
    ad_hoc = [each.target.environment for each in kept if each.row.is_ad_hoc]
    row = rows[target.environment.name].row if target.environment.name in rows else None
    looking = _Looking(target, (*configured, *ad_hoc), row, progress)
    with _sessions(target, row) as sessions:
        progress(f"reading {target.environment.name}")
        databases = sorted(target.environment.databases.values())
        contents = read_contents(sessions, databases)
        applied = _applied(looking, sessions[0])
        formats = stage_formats(sessions, contents)
        foreign = foreign_to(target.environment, looking.others)
        found = [
            replace(each, certain=False) if row is None and each.is_unseen else each
            for each in leaks(contents, foreign.databases, foreign.urls, formats)
        ]
        compared = _compared(looking, applied, sessions[0], contents, against_source)
        return Verification(
            environment=target.environment.name,
            compared_with=compared.against,
            leaks=tuple(each for each in found if each.certain),
            doubtful=tuple(each for each in found if not each.certain),
            differences=compared.differences,
            running=_running(sessions[0], contents, None if parked else _paused(applied)),
            access=_access(sessions, target.environment, foreign.roles.keys()),
            notes=(*problems, *compared.notes, *_of_others(sessions[0], contents)),
            seen_by=current_role(sessions[0]),
            unseen=compared.unseen,
        )


@contextmanager
def _sessions(target: Target, row: Registered | None) -> Iterator[list[Session]]:
    """Sessions of the role that copies, which sees the policies of a clone, or of the environment's."""
    count = target.environment.clone.sessions if target.environment.clone else _SESSIONS
    with ExitStack() as stack:
        yield [
            stack.enter_context(open_cloner(target) if row else target.open()) for _ in range(count)
        ]


def _running(session: Session, contents: Contents, of: Set[str] | None) -> tuple[str, ...]:
    """What runs by itself, all of it or what is among `of`."""
    if of is not None and not of:
        return ()
    started = [
        str(each) for each in contents.of("TASK", "ALERT") if each.says("state") == "started"
    ]
    found = (*started, *(f"pipe {name}" for name in running_pipes(session, contents)))
    return tuple(each for each in found if of is None or each in of)


def _applied(looking: _Looking, session: Session) -> Applied | None:
    """What the environment says of itself; None where it has no records that can be read."""
    try:
        return read_applied(session, looking.environment)
    except NotBootstrappedError:
        return None


def _paused(applied: Applied | None) -> Set[str]:
    """What the environment itself says is paused, by `pipeline pause`."""
    return {str(each) for each in applied.parked} if applied else frozenset()


def _of_others(session: Session, contents: Contents) -> tuple[str, ...]:
    """The schemas in which others make what the role need not see."""
    held, _ = roles_held(session, contents)
    return tuple(
        f"{schema} belongs to {schema.owner}: what is in it is seen as far as it was granted"
        for schema in contents.of("SCHEMA")
        if schema.owner and schema.owner not in held
    )


def _access(sessions: list[Session], environment: Environment, roles: Set[str]) -> tuple[str, ...]:
    """What takes from the roles what they have, and what they would get on objects made from now on."""
    if not roles:
        return ()
    databases = sorted(environment.databases.values())
    found = read_access(sessions[0], databases, roles)
    future = read_future_grants(sessions, databases)
    return (
        *(each.revocation(environment.role) for each in found),
        *(each.revoke for each in future if each.role in roles),
    )


@dataclass(frozen=True)
class _Compared:
    """With what an environment was compared, how it differs, and what neither side was seen to have."""

    against: str
    differences: tuple[str, ...]
    unseen: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def _compared(
    looking: _Looking,
    applied: Applied | None,
    session: Session,
    contents: Contents,
    against_source: bool | None,
) -> _Compared:
    source = _source(looking)
    if source is not None and against_source is not False:
        with open_cloner(looking.target) as cloner:
            own = applied.version if applied else _version(session, looking.environment)
            if against_source or _version(cloner, source) == own:
                looking.progress(f"reading its source, {source.name}")
                return _from_source(looking, applied, source, cloner, contents)
    looking.progress("comparing with its revisions and objects")
    repository = read_repository(looking.target.project, looking.environment)
    drift = measure_drift(session, looking.environment, repository)
    found = tuple(f"{each.kind} {each.name}: {each.problem}" for each in drift.findings)
    return _Compared(f"its revisions at {drift.revision or 'base'}", found)


def _source(looking: _Looking) -> Environment | None:
    row = looking.row
    if row is None:
        return None
    return next((each for each in looking.others if each.name == row.source), None)


def _version(session: Session, environment: Environment) -> str | None:
    try:
        return read_applied(session, environment).version
    except NotBootstrappedError as error:
        raise SnowlaneError(
            f"{environment.name} cannot be compared", why=error.why, next=error.next
        ) from None


def _from_source(
    looking: _Looking,
    applied: Applied | None,
    source: Environment,
    cloner: Session,
    contents: Contents,
) -> _Compared:
    there = looking.environment
    copy = Copy(
        {source.databases[logical]: there.databases[logical] for logical in there.databases},
        account_names(source.names, there.names),
    )
    before = read_contents([cloner], sorted(source.databases.values()))
    expected = _expected(looking, applied)
    # What one side alone lacks is a difference.
    seen = {copy.path(path) for path in before.by_path}
    wanted = {**expected.made, **expected.recorded}
    lacking = [path for path in unseen(wanted, contents) if path not in seen]
    certain = [path for path in lacking if path in expected.recorded or not expected.not_followed]
    doubtful = [path for path in lacking if path not in certain]
    return _Compared(
        source.name,
        tuple(
            f"{each.name}: {each.unlike.value}{f', {each.why}' if each.why else ''}"
            for each in compare(before, contents, copy)
        ),
        named(certain, wanted),
        (
            *(
                f"{each} is not seen; the revisions make it, unless one of {expected.not_followed} "
                "statement(s) of theirs that cannot be followed takes it away"
                for each in named(doubtful, wanted)
            ),
            *expected.notes,
        ),
    )


@dataclass(frozen=True)
class _Expected:
    """What records and revisions say must be there; of `not_followed` statements nobody knows what they do."""

    recorded: dict[Path, str]
    made: dict[Path, str]
    not_followed: int = 0
    notes: tuple[str, ...] = ()


def _expected(looking: _Looking, applied: Applied | None) -> _Expected:
    if applied is None:
        return _Expected({}, {})
    environment = looking.environment
    recorded = recorded_paths(environment, applied.objects)
    try:
        repository = read_repository(looking.target.project, environment)
        made = made_by_revisions(repository, environment, applied.version)
    except SnowlaneError as error:
        # A copy may be of a revision that this checkout has not.
        why = f"what its revisions make was not looked for: {error.what}"
        return _Expected(recorded, {}, notes=(why,))
    return _Expected(recorded, made_paths(made), len(made.not_followed))
