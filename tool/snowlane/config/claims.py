"""Which environment a database belongs to: to one only. Pure.

Names compare as Snowflake stores them, which is how an environment holds them. The same name in two
accounts is two databases.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping

from snowlane.config.environment import Environment
from snowlane.errors import ConfigurationError

# What tells the account of an environment from others.
Account = Callable[[Environment], Hashable]


def refuse_shared_databases(
    environments: Iterable[Environment], account_of: Account | None = None
) -> None:
    """Raise ConfigurationError where a database is claimed by two environments of one account.

    Without `account_of` the connections that the files name tell the accounts apart. The database
    that holds the state of one may be that of the state of others, but none that belongs to another.
    Two descriptions of one name are one environment.
    """
    known = {each.name: each for each in environments}
    accounts = accounts_of(known, account_of or _named_connection)
    claimed: dict[tuple[Hashable, str], Environment] = {}
    for each in known.values():
        for name in each.databases.values():
            other = claimed.setdefault((accounts[each.name], name), each)
            if other is not each:
                raise _shared(name, other, each)
    for each in known.values():
        other = claimed.get((accounts[each.name], each.state_database), each)
        if other is not each:
            raise _shared(each.state_database, other, each)


def accounts_of(
    environments: Mapping[str, Environment], account_of: Account
) -> dict[str, Hashable]:
    """What tells apart the accounts of some environments, by their names.

    It is the same for a copy and its source, which Snowflake makes within one account only.
    """
    found = {name: account_of(each) for name, each in environments.items()}
    for name, each in environments.items():
        if each.clone is not None and each.clone.source in found:
            one, other = found[name], found[each.clone.source]
            found = {key: one if label == other else label for key, label in found.items()}
    return found


def _named_connection(environment: Environment) -> str:
    # Those without one all sign in by the default connection or the SNOWFLAKE_* variables.
    return environment.snowflake.connection or ""


def _shared(database: str, one: Environment, other: Environment) -> ConfigurationError:
    # What is protected, or was there before a copy, is what it should be, more likely than not.
    kept, slip = sorted((one, other), key=lambda each: (each.is_ad_hoc, not each.protected))
    return ConfigurationError(
        f"{database} is claimed by two environments, {kept.name} and {slip.name}",
        why="\n".join(
            [*(_claim(database, each) for each in (kept, slip)), _same_account(kept, slip)]
        ),
        next=_remedy(database, kept, slip),
    )


def _claim(database: str, environment: Environment) -> str:
    logical = [name for name, there in environment.databases.items() if there == database]
    if not logical:
        return f"{_described(environment)} has it as the database of its state"
    return f'{_described(environment)} has {logical[0]} = "{database}"'


def _same_account(one: Environment, other: Environment) -> str:
    """Why the two count as environments of one account."""
    connections = [each.snowflake.connection for each in (one, other)]
    if connections[0] == connections[1]:
        named = connections[0]
        if named is None:
            return (
                "neither names a connection, so both are in the account of the default connection or "
                "the SNOWFLAKE_* variables"
            )
        return f"both are in the account of connection {named!r}"
    if any(each.clone is not None for each in (one, other)):
        return "both are in one account, in which [clone] copies"
    return "their connections lead to one account"


def _remedy(database: str, kept: Environment, slip: Environment) -> str:
    if slip.is_ad_hoc:
        drop = f"drop the clone, `snowlane env drop {slip.name}`"
        return drop if kept.is_ad_hoc else f"correct {_described(kept)}, or {drop}"
    section = "databases" if database in slip.databases.values() else "state"
    remedy = f"give {slip.name} a database of its own: correct [{section}] in {_described(slip)}"
    if slip.snowflake.connection == kept.snowflake.connection:
        remedy += (
            "; where they are in two accounts, give each a connection of its own, for which the "
            "SNOWFLAKE_* variables count where connections.toml does not have it"
        )
    return remedy


def _described(environment: Environment) -> str:
    name = environment.name
    return f"the clone {name}" if environment.is_ad_hoc else f"envs/{name}.toml"
