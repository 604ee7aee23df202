"""What an environment needs before its first revision, as statements an administrator can read.

Pure: the same list is printed by `bootstrap --sql` and run by `bootstrap`. Every statement may be
repeated. Rules: docs.snowflake.com/en/user-guide/security-access-control-privileges.
"""

from dataclasses import dataclass

from snowlane.config.environment import Environment
from snowlane.plan.lease import lease_table_creation
from snowlane.plan.state_tables import LEASE_TABLE, METADATA_TABLES, STATE_TABLES
from snowlane.sql.names import qualified, quote


@dataclass(frozen=True)
class Creation:
    """One thing to make: its kind and stored path tell whether it is there already.

    `has_rows` says that making it takes a warehouse.
    """

    kind: str
    path: tuple[str, ...]
    statement: str
    has_rows: bool = False

    @property
    def full_name(self) -> str:
        """The path as it is written in SQL."""
        return qualified(*self.path)


@dataclass(frozen=True)
class Bootstrap:
    """All that is made, and what is granted to the role.

    `use_warehouse` goes before what has rows: an administrator's session may have no warehouse.
    """

    creations: tuple[Creation, ...]
    use_warehouse: str
    grants: tuple[str, ...]

    def sql(self) -> str:
        """The whole as a script for an administrator."""
        statements: list[str] = []
        for creation in self.creations:
            statements += [self.use_warehouse] if creation.has_rows else []
            statements.append(creation.statement)
        return "\n".join(f"{each};" for each in [*statements, *self.grants])


def bootstrap_of(environment: Environment) -> Bootstrap:
    """Everything the environment needs: role, warehouse, databases, schemas, tables, grants."""
    metadata = environment.metadata
    creations = [
        creation("ROLE", (environment.role,)),
        warehouse_creation(environment),
        *(creation("DATABASE", (name,)) for name in environment.databases.values()),
        creation("SCHEMA", metadata),
        *_tables(metadata, METADATA_TABLES),
        creation("DATABASE", (environment.state_database,)),
        *state_creations(environment),
    ]
    use = f"USE WAREHOUSE {quote(environment.warehouse)}"
    return Bootstrap(tuple(creations), use, tuple(_grants(environment)))


def state_creations(environment: Environment) -> list[Creation]:
    """The schema of an environment's state, and the tables in it."""
    schema = creation("SCHEMA", environment.state)
    return [schema, *_tables(environment.state, STATE_TABLES)]


def creation(kind: str, path: tuple[str, ...], rest: str = "") -> Creation:
    """Something to make where it is missing; `rest` follows its name."""
    statement = f"CREATE {kind} IF NOT EXISTS {qualified(*path)} {rest}".rstrip()
    return Creation(kind, path, statement)


def _tables(schema: tuple[str, str], tables: dict[str, str]) -> list[Creation]:
    return [_table((*schema, name), columns) for name, columns in tables.items()]


def _table(path: tuple[str, str, str], columns: str) -> Creation:
    if path[-1] == LEASE_TABLE:
        return Creation("TABLE", path, lease_table_creation(qualified(*path)), has_rows=True)
    return creation("TABLE", path, f"({' '.join(columns.split())})")


def role_grants(environment: Environment) -> list[str]:
    """What the environment's role needs beside its databases and state."""
    role = quote(environment.role)
    return [
        f"GRANT ROLE {role} TO ROLE SYSADMIN",
        f"GRANT USAGE, OPERATE ON WAREHOUSE {quote(environment.warehouse)} TO ROLE {role}",
        *_scaling(environment),
        f"GRANT EXECUTE TASK, EXECUTE ALERT ON ACCOUNT TO ROLE {role}",
        f"GRANT USAGE ON DATABASE {quote(environment.state_database)} TO ROLE {role}",
    ]


def warehouse_creation(environment: Environment) -> Creation:
    """The environment's warehouse, where it is missing."""
    settings = "WAREHOUSE_SIZE = 'MEDIUM' AUTO_SUSPEND = 60 INITIALLY_SUSPENDED = TRUE"
    return creation("WAREHOUSE", (environment.warehouse,), settings)


def _grants(environment: Environment) -> list[str]:
    role = quote(environment.role)
    grants = role_grants(environment)
    grants += [
        _ownership(f"DATABASE {quote(name)}", role) for name in environment.databases.values()
    ]
    metadata, state = qualified(*environment.metadata), qualified(*environment.state)
    grants += [
        _ownership(f"ALL TABLES IN SCHEMA {metadata}", role),
        _ownership(f"SCHEMA {metadata}", role),
        _ownership(f"SCHEMA {state}", role),
        # Last of all: an environment whose state the role can read counts as prepared.
        _ownership(f"ALL TABLES IN SCHEMA {state}", role),
    ]
    return grants


def _scaling(environment: Environment) -> list[str]:
    """Where there is a maintenance window, `migrate --window --scale-warehouse` may change the size."""
    if environment.window is None:
        return []
    warehouse, role = quote(environment.warehouse), quote(environment.role)
    return [f"GRANT MODIFY ON WAREHOUSE {warehouse} TO ROLE {role}"]


def _ownership(what: str, role: str) -> str:
    return f"GRANT OWNERSHIP ON {what} TO ROLE {role} COPY CURRENT GRANTS"
