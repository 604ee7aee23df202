"""Where a clone goes: which environment it is made like, and what it is then. Pure.

Errors say which names there are, and what decides where nothing was said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from snowlane.config.environment import Environment
from snowlane.environments.ad_hoc import ad_hoc_environment, check_ad_hoc_name, databases_of
from snowlane.environments.addresses import refuse_shared_addresses
from snowlane.environments.registry import Registered, State
from snowlane.errors import ConfigurationError, RefusedError
from snowlane.sql.names import parse_path

DEFAULT_TTL = timedelta(days=7)


@dataclass(frozen=True)
class Wanted:
    """What `env clone` was asked for; None and empty where nothing was said.

    `urls` are those of stages, by logical path; `at` is in UTC. With `accept_incomplete` a copy that
    lacks something counts as made. `refreshes` is the environment whose place, stages included, it is
    to take.
    """

    source: str
    name: str
    like: str | None = None
    ttl: timedelta | None = None
    at: datetime | None = None
    urls: Mapping[str, str] = field(default_factory=dict)
    accept_incomplete: bool = False
    refreshes: str = ""

    @property
    def command(self) -> str:
        """The command that goes on with it."""
        if self.refreshes:
            return f"snowlane env refresh {self.refreshes}"
        return f"snowlane env clone {self.source} {self.name}"


def destination_of(
    wanted: Wanted, source: Environment, others: Sequence[Environment]
) -> Environment:
    """The environment that the clone will be; `others` are those that have a file.

    Raises ConfigurationError for a name that cannot be used, when nothing says what it is made like,
    or when its databases would be the source's or its stages another environment's, and RefusedError
    for a protected environment.
    """
    configured = next((each for each in others if each.name == wanted.name), None)
    if configured is not None:
        found = _configured(wanted, configured)
    else:
        like = _like(wanted, source, others)
        check_ad_hoc_name(wanted.name, like, others, wanted.refreshes)
        stages = _stages(wanted.urls, like)
        databases = databases_of(wanted.name, like.databases)
        found = ad_hoc_environment(like, wanted.name, databases, stages)
    _check_databases(wanted, source, found)
    refuse_shared_addresses(found, others)
    return found


def _configured(wanted: Wanted, configured: Environment) -> Environment:
    name = configured.name
    if configured.protected:
        raise RefusedError(
            f"{name} is protected", why="it is never made anew", next="choose another name"
        )
    said = [word for word, given in (("--like", wanted.like), ("--ttl", wanted.ttl)) if given]
    if said or wanted.urls:
        raise ConfigurationError(
            f"{' and '.join(said) or '--stage'} cannot be given for {name}",
            why=f"envs/{name}.toml says what it is",
            next="leave it out",
        )
    return configured


def _like(wanted: Wanted, source: Environment, others: Sequence[Environment]) -> Environment:
    open_ones = {each.name: each for each in others if not each.protected}
    if wanted.like is not None:
        if wanted.like in open_ones:
            return open_ones[wanted.like]
        known = [each.name for each in others]
        is_protected = wanted.like in known
        raise ConfigurationError(
            f"a clone cannot be made like {wanted.like}",
            why="it is protected, and its role may change it"
            if is_protected
            else f"there is no file of it; known are: {', '.join(known)}",
            next=f"choose one of {', '.join(open_ones) or 'none'}",
        )
    if source.made_like in open_ones:
        return open_ones[source.made_like]
    made_from = [
        each for each in open_ones.values() if each.clone and each.clone.source == source.name
    ]
    if len(made_from) == 1:
        return made_from[0]
    if not made_from and source.name in open_ones:
        return source
    raise ConfigurationError(
        f"nothing says what a clone of {source.name} is made like",
        why=f"[clone] from = {source.name!r} is in {', '.join(each.name for each in made_from)}"
        if made_from
        else f"no environment has [clone] from = {source.name!r}",
        next="give --like ENV: its role, warehouse and names are taken",
    )


def _stages(urls: Mapping[str, str], like: Environment) -> dict[str, str]:
    found = {}
    for written, url in urls.items():
        path = parse_path(written)
        if path is None or len(path) != 3 or path[0] not in like.databases:
            raise ConfigurationError(
                f"{written!r} does not name a stage",
                why="a stage is named by its logical database, schema and name",
                next="write --stage RAW.BRONZE.STAGE_POS_DATA=s3://bucket/path/",
            )
        found[".".join(path)] = url
    return found


def _check_databases(wanted: Wanted, source: Environment, found: Environment) -> None:
    if set(source.databases) != set(found.databases):
        raise ConfigurationError(
            f"{found.made_like or found.name} has other databases than {source.name}",
            why=f"{source.name}: {', '.join(sorted(source.databases))}; "
            f"{found.made_like or found.name}: {', '.join(sorted(found.databases))}",
            next="give both the same logical databases",
        )
    if set(source.databases.values()) & set(found.databases.values()):
        raise ConfigurationError(
            f"{wanted.name} would have databases of {source.name}", next="choose another name"
        )


def check_registered(wanted: Wanted, row: Registered, found: Environment) -> None:
    """Whether the environment that is registered already is this clone, and may be gone on with.

    Raises ConfigurationError for one that is ready, or that was begun otherwise, and RefusedError
    for one that is being dropped or made anew.
    """
    name = row.name
    if row.state is State.READY:
        raise ConfigurationError(
            f"{name} exists already",
            why=f"it is a copy of {row.source} that {row.owner} made",
            next=f"choose another name, or drop it: `snowlane env drop {name}`",
        )
    if row.state not in (State.CLONING, State.FAILED):
        raise RefusedError(
            f"{name} is {row.state.value}", why=row.step, next=f"`snowlane env show {name}`"
        )
    begun = (row.source, row.made_like, dict(row.databases), dict(row.stages))
    same = (wanted.source, found.made_like, dict(found.databases), dict(found.stages))
    if begun != same or (wanted.at is not None and wanted.at != row.instant):
        raise ConfigurationError(
            f"{name} was begun otherwise",
            why=f"it is a copy of {row.source} made like {row.made_like or name}",
            next=f"give what it was begun with, or drop it first: `snowlane env drop {name}`",
        )
