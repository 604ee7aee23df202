"""Asks the accounts where environments stand, and has drift measured and written down.

Decides nothing: what is pending follows from the checkout and the answers.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from snowlane.config.environment import Environment
from snowlane.config.project import Project
from snowlane.drift.finding import Drift
from snowlane.drifting import measure_drift
from snowlane.errors import ConfigurationError, NotBootstrappedError, SnowlaneError
from snowlane.git.branches import count_between, is_ancestor, is_known, remote_of, tip_of
from snowlane.git.checkout import open_repository
from snowlane.git.command import Git
from snowlane.git.content import bundle_at
from snowlane.locating import environment_named
from snowlane.objects.source import Identity
from snowlane.plan.due import due_objects
from snowlane.plan.facts import Applied
from snowlane.plan.removal import removals
from snowlane.repository import Repository, read_repository
from snowlane.snowflake.session import open_session
from snowlane.snowflake.signin import SignIn, sign_in_for
from snowlane.snowflake.standing import read_standings, record_drift, unreached
from snowlane.status.model import Behind, Measured, Pending, Reach, Standing
from snowlane.target import Target

Progress = Callable[[str], None]
_NOT_MEASURED = "its drift was not measured"
_ACCOUNT = ("account", "host", "port", "user")


@dataclass(frozen=True)
class Survey:
    """The environments in the order asked for, and the drift of those that were measured."""

    standings: tuple[Standing, ...]
    drifts: tuple[Drift, ...] = ()

    @property
    def is_behind(self) -> bool:
        """Whether something is pending or drifted anywhere."""
        return any(each.is_behind for each in self.standings)

    @property
    def is_half_applied(self) -> bool:
        """Whether a part of a deployment is there anywhere, and its end is not."""
        return any(each.half_applied for each in self.standings)

    @property
    def is_whole(self) -> bool:
        """Whether all that was asked for was answered; what is not bootstrapped is an answer."""
        return all(not each.why or each.reach is Reach.NOT_BOOTSTRAPPED for each in self.standings)


def survey(
    project: Project, names: Sequence[str], *, local: bool, measure: bool, progress: Progress
) -> Survey:
    """Where the named environments stand, or all that have a file.

    Environments that cannot be asked are part of the answer. Raises ConfigurationError for a name
    or file that is not usable.
    """
    environments = [
        environment_named(project, name, local=local)
        for name in names or project.environment_names()
    ]
    standings = _asked(project, environments, local=local)
    repository, problem = _repository(project, environments)
    drifts: list[Drift] = []
    if measure:
        for environment in environments:
            progress(f"measuring the drift of {environment.name}")
            target = Target(project, environment, local)
            at = environment.name
            standings[at], drift = _recorded(target, standings[at], repository, problem)
            drifts += [drift] if drift else []
    git = _git(project)
    found = (
        _with_behind(_with_pending(standings[each.name], repository, problem), each, git)
        for each in environments
    )
    return Survey(tuple(found), tuple(drifts))


def measured(target: Target) -> Drift | None:
    """The drift of one environment now, not written down; None for one that is not bootstrapped.

    Raises RefusedError for a checkout that cannot be used, and SnowflakeError.
    """
    repository = read_repository(target.project, target.environment)
    try:
        with target.open() as session:
            return measure_drift(session, target.environment, repository)
    except NotBootstrappedError:
        return None


def _asked(
    project: Project, environments: Iterable[Environment], *, local: bool
) -> dict[str, Standing]:
    """The standings by name; environments of one account and user are asked together."""
    standings: dict[str, Standing] = {}
    together: dict[tuple[str, ...], list[tuple[Environment, SignIn]]] = {}
    for environment in environments:
        try:
            sign_in = sign_in_for(environment, project.root, local=local)
        except ConfigurationError as error:
            if local:
                raise
            standings[environment.name] = _unreachable(environment, error)
            continue
        key = tuple(str(sign_in.parameters.get(name, "")).upper() for name in _ACCOUNT)
        together.setdefault(key, []).append((environment, sign_in))
    for group in together.values():
        members = [environment for environment, _ in group]
        try:
            found = _ask(group[0][1], members)
        except SnowlaneError as error:
            found = [_unreachable(environment, error) for environment in members]
        standings |= {each.environment: each for each in found}
    return standings


def _ask(sign_in: SignIn, environments: list[Environment]) -> list[Standing]:
    """One session by the user's own roles, because no environment's role reads all of them."""
    first = environments[0]
    given = {**sign_in.parameters, "warehouse": first.warehouse}
    with open_session(first, SignIn(given, sign_in.described), role=None) as session:
        return read_standings(session, environments)


def _unreachable(environment: Environment, error: SnowlaneError) -> Standing:
    return unreached(environment, Reach.UNREACHABLE, _in_short(error))


def _in_short(error: SnowlaneError) -> str:
    return "; ".join(part for part in (error.what, *error.why.splitlines()[:1]) if part)


def _repository(
    project: Project, environments: Sequence[Environment]
) -> tuple[Repository | None, str]:
    """The checkout, or why it cannot be read: that must not hide where environments stand."""
    if not environments:
        return None, ""
    try:
        return read_repository(project, environments[0]), ""
    except SnowlaneError as error:
        return None, error.what


def _with_pending(standing: Standing, repository: Repository | None, problem: str) -> Standing:
    if repository is None or standing.reach is not Reach.READY:
        return replace(standing, pending=Pending(note=problem))
    applied = Applied(
        standing.revision,
        {_identity(*key): applied_hash for key, applied_hash in standing.objects.items()},
    )
    try:
        at = repository.history.position(standing.revision)
    except SnowlaneError as error:
        return replace(standing, pending=Pending(note=error.what))
    revisions = len(repository.history.line) - at
    objects = len(due_objects(repository.objects, applied))
    objects += len(removals(repository.objects, repository.tombstones, applied))
    return replace(standing, pending=Pending(revisions, objects))


def _git(project: Project) -> Git | None:
    """The project's repository; one that cannot be read must not hide where environments stand."""
    try:
        return open_repository(project.root)
    except SnowlaneError:
        return None


def _with_behind(standing: Standing, environment: Environment, git: Git | None) -> Standing:
    """How far the deployed commit is behind the branch, as this repository last saw it."""
    deployed, branch = standing.deployed, environment.branch
    if git is None or branch is None or deployed is None or not deployed.commit:
        return standing
    try:
        remote = remote_of(git, branch)
        shown = f"{remote}/{branch}" if remote else branch
        tip = tip_of(git, f"refs/remotes/{shown}" if remote else f"refs/heads/{branch}")
        if tip is None:
            behind = Behind(shown, note=f"there is no branch {shown} here")
        elif not is_known(git, deployed.commit):
            behind = Behind(shown, note="which is not in this repository")
        elif not is_ancestor(git, deployed.commit, tip):
            behind = Behind(shown, note=f"which is not on {shown}")
        else:
            same = bundle_at(git, tip) == deployed.bundle
            behind = Behind(shown, count_between(git, deployed.commit, tip), same)
    except SnowlaneError as error:
        behind = Behind(branch, note=error.what)
    return replace(standing, behind=behind)


def _identity(kind: str, name: str, arguments: str) -> Identity:
    database, schema, last = name.split(".", 2)
    return Identity(kind, database, schema, last, arguments)


def _recorded(
    target: Target, standing: Standing, repository: Repository | None, problem: str
) -> tuple[Standing, Drift | None]:
    if standing.reach is not Reach.READY or standing.asked_at is None:
        return standing, None
    if repository is None:
        return replace(standing, why=f"{_NOT_MEASURED}: {problem}"), None
    environment = target.environment
    try:
        with target.open() as session:
            drift = measure_drift(session, environment, repository)
            record_drift(session, environment, drift)
    except SnowlaneError as error:
        return replace(standing, why=f"{_NOT_MEASURED}: {_in_short(error)}"), None
    counts = len(drift.findings), len(drift.not_followed)
    measured = Measured(standing.asked_at, timedelta(0), drift.revision, *counts)
    return replace(standing, drift=measured), drift
