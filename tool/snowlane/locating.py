"""Finds environments by name: those that have a file, and ad-hoc ones in the registry.

Asks an account only for a name that has no file.
"""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from snowlane.config.environment import Environment
from snowlane.config.project import Project
from snowlane.config.reading import check_environment_name
from snowlane.environments.ad_hoc import environment_of
from snowlane.environments.refresh_steps import aside_name
from snowlane.environments.registry import Registered, State
from snowlane.errors import ConfigurationError, NotBootstrappedError, RefusedError, SnowlaneError
from snowlane.snowflake.registry import read_registry
from snowlane.snowflake.session import open_session
from snowlane.snowflake.signin import sign_in_for


@dataclass(frozen=True)
class Located:
    """An environment that may be used; `row` is its registration, None for one never cloned."""

    environment: Environment
    row: Registered | None = None


def environment_named(project: Project, name: str, *, local: bool) -> Environment:
    """The environment of this name, ready to be used.

    Raises ConfigurationError for a name that neither a file nor a registry knows, and RefusedError
    for a clone that is not finished.
    """
    if name in project.environment_names():
        return project.environment(name)
    located = located_clone(project, name, local=local)
    assert located.row is not None
    if located.row.state is not State.READY:
        raise not_ready(located.row)
    return located.environment


def located_clone(project: Project, name: str, *, local: bool, otherwise: str = "") -> Located:
    """The ad-hoc environment of this name, in whatever state it is.

    Raises ConfigurationError when no registry that can be read knows it; it says to go on with the
    name that is nearest, or by `otherwise`.
    """
    check_environment_name(name)
    known: list[str] = []
    problems: list[str] = []
    for like, answer in registries(project, local=local):
        if isinstance(answer, SnowlaneError):
            problems.append(f"{like.name} could not be asked: {answer.what}")
            continue
        for row in answer:
            if row.name == name and row.made_like is not None:
                made_like = project.environment(row.made_like)
                return Located(environment_of(row, made_like), row)
        known += [row.name for row in answer if row.made_like is not None]
    raise _unknown(project, name, known, problems, otherwise or f"add envs/{name}.toml")


def registries(
    project: Project, *, local: bool
) -> Iterator[tuple[Environment, tuple[Registered, ...] | SnowlaneError]]:
    """What each registry of the project holds, or why it could not be asked.

    One for each account and state database of the environments that are not protected: only like
    these clones are made. Each comes with the environment by whose role it was read.
    """
    asked: set[tuple[object, str]] = set()
    for name in project.environment_names():
        environment = project.environment(name)
        where = (None if local else environment.snowflake.connection, environment.state_database)
        if environment.protected or where in asked:
            continue
        try:
            sign_in = sign_in_for(environment, project.root, local=local)
            with open_session(environment, sign_in, role=environment.role) as session:
                rows = read_registry(session, environment.state_database)
        except NotBootstrappedError:
            # Nothing was ever cloned like this environment; another may know the same registry.
            continue
        except SnowlaneError as error:
            if local:
                raise
            yield environment, error
            continue
        asked.add(where)
        yield environment, rows


def not_ready(row: Registered) -> RefusedError:
    """The refusal of an environment that is half made or half gone, with the way on."""
    drop = f"`snowlane env drop {row.name}` removes it"
    is_aside = row.made_like is not None and row.name == aside_name(row.made_like)
    way = f"refresh {row.made_like}" if is_aside else f"clone {row.source} {row.name}"
    clone = f"finish it: `snowlane env {way}`; {drop}"
    ways = {
        State.CLONING: (f"it is being cloned, or its clone stopped: {row.step}", clone),
        State.FAILED: (f"its clone failed: {row.error or row.step}", clone),
        State.DROPPING: (f"it is being dropped: {row.step}", drop),
        State.REFRESHING: (
            f"it is being made anew, or that stopped: {row.step}",
            # The copy from which it is made anew is made like it.
            f"finish it: `snowlane env refresh {row.made_like or row.name}`",
        ),
        State.REPLACED: (f"it is {row.step}", drop),
    }
    why, way_on = ways.get(row.state, ("", ""))
    return RefusedError(f"{row.name} is not ready", why=why, next=way_on)


def _unknown(
    project: Project, name: str, clones: list[str], problems: list[str], otherwise: str
) -> ConfigurationError:
    files = project.environment_names()
    near = difflib.get_close_matches(name, [*files, *clones], n=1)
    lines = [f"known are: {', '.join(files) or 'none'} (the files in envs/)"]
    lines += [f"clones: {', '.join(clones)}"] if clones else []
    return ConfigurationError(
        f"there is no environment {name!r}",
        why="\n".join([*lines, *problems]),
        next=f"did you mean {near[0]!r}?" if near else otherwise,
    )
