"""Which stages load the same files: what their addresses say, however they are spelled. Pure.

Files and notifications of a folder are shared by every stage on it, below it and above it.
"""

from collections.abc import Iterable, Mapping

from snowlane.config.environment import Environment
from snowlane.environments.refresh_steps import aside_name
from snowlane.errors import ConfigurationError


def addresses_of_others(environment: Environment, others: Iterable[Environment]) -> dict[str, str]:
    """The stage addresses of other environments, each with the name of one whose it is.

    The copy with which an environment is made anew takes its place, so these two share theirs.
    """
    return {
        url: each.name
        for each in others
        if each.name != environment.name and not _is_aside(each, environment)
        for url in each.stages.values()
    }


def overlapping(url: str, addresses: Iterable[str]) -> str | None:
    """The first of some addresses that is the same as `url`, below it or above it; None without one."""
    own = _parts(url)
    for each in addresses:
        theirs = _parts(each)
        shorter = min(len(own), len(theirs))
        if own[:shorter] == theirs[:shorter]:
            return each
    return None


def is_same_address(one: str, other: str) -> bool:
    """Whether two addresses are spellings of one."""
    return _parts(one) == _parts(other)


def refuse_shared_addresses(environment: Environment, others: Iterable[Environment]) -> None:
    """Raise ConfigurationError where a stage of an environment would load what another one loads."""
    theirs: Mapping[str, str] = addresses_of_others(environment, others)
    for stage, url in environment.stages.items():
        place = overlapping(url, theirs)
        if place is not None:
            raise ConfigurationError(
                f"{url} is no address of its own",
                why=f"{stage} of {environment.name} would load what {theirs[place]} loads from "
                f"{place}: its files and notifications would be shared",
                next=_remedy(environment),
            )


def _remedy(environment: Environment) -> str:
    if not environment.is_ad_hoc:
        return f"correct [stages] in envs/{environment.name}.toml"
    if _is_named_aside(environment):
        return f"correct [stages] in envs/{environment.made_like}.toml"
    return "give the stage another address, or none: then it is an internal one"


def _is_aside(one: Environment, other: Environment) -> bool:
    """Whether one of two is the copy with which the other is made anew."""
    pairs = ((one, other), (other, one))
    return any(_is_named_aside(copy) and copy.made_like == made.name for copy, made in pairs)


def _is_named_aside(environment: Environment) -> bool:
    like = environment.made_like
    return like is not None and environment.name == aside_name(like)


def _parts(url: str) -> tuple[str, ...]:
    """Scheme, bucket and folders; case counts in the folders only."""
    scheme, _, rest = url.partition("://")
    bucket, *folders = rest.split("/")
    return (scheme.lower(), bucket.lower(), *(each for each in folders if each))
