"""Ad-hoc environments: what they may be called, and what they take from the one they are made like.

An ad-hoc environment has no file. It is never protected, has no branch and no window, and its
databases are called after it: RAW of `qa_ana` is QA_ANA_RAW.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from snowlane.config.environment import Environment
from snowlane.config.reading import check_environment_name
from snowlane.environments.refresh_steps import aside_name
from snowlane.environments.registry import Registered
from snowlane.errors import ConfigurationError
from snowlane.sql.names import problem_with

# Their state schemas would be the registry's own, or look like a restore point's.
_RESERVED = ("ad_hoc",)
_RESERVED_PREFIX = "restore_"


def ad_hoc_environment(
    like: Environment, name: str, databases: Mapping[str, str], stages: Mapping[str, str]
) -> Environment:
    """An environment without a file: the settings of `like`, with databases and stages of its own."""
    return replace(
        like,
        name=name,
        databases=dict(databases),
        stages=dict(stages),
        promotes_from=None,
        branch=None,
        protected=False,
        window=None,
        made_like=like.name,
    )


def environment_of(row: Registered, like: Environment) -> Environment:
    """The environment that a row of the registry stands for."""
    return ad_hoc_environment(like, row.name, row.databases, row.stages)


def databases_of(name: str, logical: Iterable[str]) -> dict[str, str]:
    """What the databases of an ad-hoc environment are called, by logical name."""
    return {each: f"{name.upper()}_{each}" for each in logical}


def check_ad_hoc_name(
    name: str, like: Environment, others: Iterable[Environment], refreshes: str = ""
) -> str:
    """Give the name back, or raise ConfigurationError when no ad-hoc environment may have it.

    `others` are the environments that have a file: a clone's databases must not be called as theirs,
    and none is called as the copy with which one of them is made anew, but that of `refreshes`.
    """
    check_environment_name(name)
    others = tuple(others)
    if name in _RESERVED or name.startswith(_RESERVED_PREFIX):
        raise _not_usable(name, "snowlane keeps this name for schemas of its own")
    if name in [each.name for each in others]:
        raise _not_usable(name, f"envs/{name}.toml describes an environment of this name")
    for each in others:
        if name == aside_name(each.name) and each.name != refreshes:
            raise _not_usable(name, f"`snowlane env refresh {each.name}` gives its copy this name")
    theirs = {database: each.name for each in others for database in each.databases.values()}
    theirs |= {each.state_database: each.name for each in others}
    for database in databases_of(name, like.databases).values():
        if why := problem_with(database):
            raise _not_usable(name, f"its database would be called {database}: {why}")
        if database in theirs:
            raise _not_usable(name, f"{database} is a database of {theirs[database]}")
    return name


def _not_usable(name: str, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"{name!r} cannot name a clone", why=why, next="choose another name, such as 'qa_ana'"
    )
