"""What an account needs before environments are cloned: registry, roles and grants, as statements.

Pure: the same list is printed by `bootstrap --sql` and run. Every statement may be repeated. Rules:
docs.snowflake.com/en/sql-reference/sql/create-clone (access control) and sql/grant-ownership.
"""

from snowlane.config.environment import Environment
from snowlane.environments.registry import (
    AD_HOC_SCHEMA,
    REGISTRY_COLUMNS,
    REGISTRY_TABLE,
    registry_table,
)
from snowlane.plan.bootstrap import Bootstrap, creation, role_grants, warehouse_creation
from snowlane.sql.names import qualified, quote

# Who may not apply them all does not see which of them are attached, either (GET_DDL, usage notes).
_ATTACHED = ("MASKING POLICY", "ROW ACCESS POLICY", "TAG")


def preparation_of(like: Environment, source: Environment) -> Bootstrap:
    """The registry, and the grants by which clones of `source` can be made like `like`.

    The role that copies has all that the source's role has: a copy holds only what its maker may
    read and, of streams, tasks, pipes and alerts, owns; and only an owner hands copies over. It has
    the environment's role, too, whose copies are copied again.
    """
    registry = (like.state_database, AD_HOC_SCHEMA)
    creations = [
        creation("ROLE", (like.role,)),
        warehouse_creation(like),
        creation("DATABASE", (like.state_database,)),
        creation("SCHEMA", registry),
        creation(
            "TABLE",
            (*registry, REGISTRY_TABLE),
            f"({' '.join(REGISTRY_COLUMNS.split())})",
        ),
    ]
    if like.clone_role is not None:
        roles = dict.fromkeys((like.clone_role, source.role))
        creations[1:1] = [creation("ROLE", (role,)) for role in roles]
    use = f"USE WAREHOUSE {quote(like.warehouse)}"
    return Bootstrap(tuple(creations), use, tuple(_grants(like, source)))


def both(first: Bootstrap, second: Bootstrap) -> Bootstrap:
    """Two bootstraps as one; what both make is made once."""
    creations = dict.fromkeys((*first.creations, *second.creations))
    grants = dict.fromkeys((*first.grants, *second.grants))
    return Bootstrap(tuple(creations), first.use_warehouse, tuple(grants))


def _grants(like: Environment, source: Environment) -> list[str]:
    role, state = quote(like.role), quote(like.state_database)
    grants = [*role_grants(like), f"GRANT CREATE SCHEMA ON DATABASE {state} TO ROLE {role}"]
    if like.clone_role is not None:
        cloner = quote(like.clone_role)
        grants += [
            f"GRANT ROLE {cloner} TO ROLE SYSADMIN",
            f"GRANT CREATE DATABASE ON ACCOUNT TO ROLE {cloner}",
            *(f"GRANT APPLY {each} ON ACCOUNT TO ROLE {cloner}" for each in _ATTACHED),
            *(f"GRANT ROLE {quote(role)} TO ROLE {cloner}" for role in (source.role, like.role)),
            f"GRANT USAGE ON WAREHOUSE {quote(like.warehouse)} TO ROLE {cloner}",
            f"GRANT USAGE ON DATABASE {state} TO ROLE {cloner}",
        ]
    return [
        *grants,
        f"GRANT USAGE ON SCHEMA {qualified(like.state_database, AD_HOC_SCHEMA)} TO ROLE {role}",
        # Last of all: whoever can write the registry counts as prepared.
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE {registry_table(like.state_database)} "
        f"TO ROLE {role}",
    ]
