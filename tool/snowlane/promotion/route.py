"""Finds the two branches of a promotion, where the remote has them now."""

from dataclasses import dataclass

from snowlane.config.environment import Environment
from snowlane.config.project import Project
from snowlane.errors import ConfigurationError, RefusedError, SnowlaneError
from snowlane.gates.branch import WHOLE_HISTORY
from snowlane.git.branches import remote_of, tip_of
from snowlane.git.checkout import open_repository
from snowlane.git.command import Git
from snowlane.git.fetching import fetch_branches
from snowlane.git.pushing import Outcome, Pushed
from snowlane.promotion.model import End


@dataclass(frozen=True)
class Route:
    """From where to where, in which repository; `stale` says why the remote was not asked."""

    git: Git
    remote: str | None
    source: End
    target: End
    stale: str = ""


def find_route(project: Project, source: str, target: str, *, push: bool) -> Route:
    """The branches of both environments.

    Raises ConfigurationError where files, repository, remote or a branch do not allow it,
    RefusedError for a shallow checkout, and SnowlaneError when a push is wanted and the remote does
    not answer.
    """
    ends = [project.environment(name) for name in (source, target)]
    _check_direction(*ends)
    git = open_repository(project.root)
    if git is None:
        raise ConfigurationError(
            "no commit holds this project",
            why="a promotion merges branches of its git repository",
            next="commit it: git init, git add --all, git commit",
        )
    if git.run("rev-parse", "--is-shallow-repository").out == "true":
        raise RefusedError(
            "this checkout is shallow",
            why="where two branches parted cannot be told without their history",
            next=WHOLE_HISTORY,
        )
    branches = tuple(_branch(each) for each in ends)
    remote = remote_of(git, branches[1])
    if push and remote is None:
        raise ConfigurationError(
            "there is no remote to push to", next="add it: git remote add origin URL"
        )
    stale = _update(git, remote, branches, push=push)
    found = [
        _end(git, remote, environment, branch)
        for environment, branch in zip(ends, branches, strict=True)
    ]
    return Route(git, remote, found[0], found[1], stale)


def _check_direction(source: Environment, target: Environment) -> None:
    name = target.name
    if target.promotes_from is None:
        raise ConfigurationError(
            f"nothing is promoted to {name}",
            why=f"envs/{name}.toml has no promotes_from",
            next=f'add promotes_from = "{source.name}" to it',
        )
    if target.promotes_from != source.name:
        raise ConfigurationError(
            f"{name} is promoted from {target.promotes_from}, not from {source.name}",
            why=f"promotes_from of envs/{name}.toml",
            next=f"snowlane promote {target.promotes_from} {name}",
        )
    if _branch(source) == _branch(target):
        raise ConfigurationError(
            f"{source.name} and {name} have one branch, {target.branch}",
            why="there is nothing to merge",
            next=f"give each a branch of its own, or deploy: snowlane migrate {name}",
        )


def _branch(environment: Environment) -> str:
    if environment.branch is None:
        name = environment.name
        raise ConfigurationError(
            f"{name} has no branch",
            why=f"envs/{name}.toml does not name one",
            next=f'add branch = "{name}" to it',
        )
    return environment.branch


def _update(git: Git, remote: str | None, branches: tuple[str, ...], *, push: bool) -> str:
    """Fetch both branches; why that did not work, where it is no matter."""
    if remote is None:
        return ""
    answer = fetch_branches(git, remote, branches)
    if isinstance(answer, Pushed):
        if push:
            raise no_answer(remote, answer)
        return (
            f"{remote} could not be asked ({answer.outcome.value}): its branches are as last seen"
        )
    for branch in answer:
        local = tip_of(git, f"refs/heads/{branch}")
        raise ConfigurationError(
            f"{remote} has no branch {branch}",
            why=f"there is a local branch {branch}" if local else "there is no local one either",
            next=f"git push {remote} {branch if local else f'START:refs/heads/{branch}'}"
            + ("" if local else ", START being the commit where it begins"),
        )
    return ""


def _end(git: Git, remote: str | None, environment: Environment, branch: str) -> End:
    local = tip_of(git, f"refs/heads/{branch}")
    shown = f"{remote}/{branch}" if remote else branch
    tip = tip_of(git, f"refs/remotes/{shown}") if remote else local
    if tip is None:
        raise ConfigurationError(
            f"there is no branch {shown}",
            why=f"it is the branch of {environment.name}",
            next=f"git fetch {remote} {branch}"
            if remote
            else f"git branch {branch} START, START being the commit where it begins",
        )
    return End(environment.name, branch, shown, tip, local)


def no_answer(remote: str, answer: Pushed) -> SnowlaneError:
    """The error for a remote that lets nobody in, or does not answer."""
    if answer.outcome is Outcome.NO_ACCESS:
        return ConfigurationError(
            f"{remote} does not let this user in",
            why=answer.why,
            next="sign in to it; in GitHub Actions the job needs `permissions: contents: write` and "
            "git its token (actions/checkout with persist-credentials, or a credential helper)",
        )
    return SnowlaneError(
        f"{remote} did not answer",
        why=answer.why,
        next="run it again: it begins with what is there then",
    )
