"""What in an account is another environment's: databases, stage addresses and roles, and whose. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from snowlane.config.claims import refuse_shared_databases
from snowlane.config.environment import Environment
from snowlane.environments.addresses import addresses_of_others


@dataclass(frozen=True)
class Foreign:
    """Names as the account stores them, each with the environment it belongs to.

    `urls` are those of stages; one that this environment has too is among them.
    """

    databases: Mapping[str, str]
    urls: Mapping[str, str]
    roles: Mapping[str, str]


def foreign_to(environment: Environment, others: Iterable[Environment]) -> Foreign:
    """What belongs to other environments; of databases and roles what is not this one's, too.

    A database that has the name of one of this environment is in another account; raises
    ConfigurationError where that cannot be.
    """
    rest = [each for each in others if each.name != environment.name]
    refuse_shared_databases([environment, *rest])
    databases = {name: each.name for each in rest for name in each.databases.values()}
    roles = {name: each.name for each in rest for name in _roles(each)}
    return Foreign(
        _without(databases, environment.databases.values()),
        addresses_of_others(environment, rest),
        _without(roles, _roles(environment)),
    )


def _roles(environment: Environment) -> tuple[str, ...]:
    """Its deploy role, and whatever [names] calls: which of these are roles, no file says."""
    return (environment.role, *environment.names.values())


def _without(names: Mapping[str, str], own: Iterable[str]) -> dict[str, str]:
    kept = set(own)
    return {name: whose for name, whose in names.items() if name not in kept}
