"""What an environment needs before its first revision, as statements an administrator can read.

Pure: the same list is printed by `bootstrap --sql` and run by `bootstrap`. Every statement may be
repeated. Rules: docs.snowflake.com/en/user-guide/security-access-control-privileges.
"""

from dataclasses import dataclass

from snowlane.config.environment import Environment
from snowlane.plan.records import OBJECTS_TABLE, VERSION_TABLE
from snowlane.sql.names import literal, qualified, quote

DEPLOYMENTS_TABLE = "DEPLOYMENTS"
LEASE_TABLE = "LEASE"

_METADATA_TABLES = {
    VERSION_TABLE: "VERSION_NUM VARCHAR(32) NOT NULL",
    OBJECTS_TABLE: """KIND VARCHAR(100) NOT NULL, NAME VARCHAR(800) NOT NULL,
        ARGUMENTS VARCHAR NOT NULL, HASH VARCHAR(64) NOT NULL, TEXT VARCHAR NOT NULL,
        APPLIED_AT TIMESTAMP_NTZ NOT NULL""",
}
_STATE_TABLES = {
    DEPLOYMENTS_TABLE: """ID VARCHAR(36) NOT NULL, STARTED_AT TIMESTAMP_NTZ NOT NULL,
        FINISHED_AT TIMESTAMP_NTZ, OUTCOME VARCHAR(20) NOT NULL, DEPLOYED_BY VARCHAR(255),
        BUNDLE VARCHAR(64) NOT NULL, FROM_REVISION VARCHAR(32), TO_REVISION VARCHAR(32),
        STATEMENTS_RUN NUMBER(10,0) NOT NULL, TOOL_VERSION VARCHAR(50), ERROR VARCHAR""",
    LEASE_TABLE: """OWNER VARCHAR(500), TOKEN VARCHAR(36), SESSION_ID VARCHAR(50),
        ACQUIRED_AT TIMESTAMP_NTZ, EXPIRES_AT TIMESTAMP_NTZ, ADDRESS VARCHAR(2000)""",
    "JOURNAL": """DEPLOYMENT_ID VARCHAR(36) NOT NULL, STAGE VARCHAR(1000) NOT NULL,
        STATEMENT_INDEX NUMBER(10,0) NOT NULL, HASH VARCHAR(64) NOT NULL,
        STATE VARCHAR(20) NOT NULL, ERROR VARCHAR, RECORDED_AT TIMESTAMP_NTZ NOT NULL""",
    "RESTORE_POINTS": """ID VARCHAR(36) NOT NULL, DEPLOYMENT_ID VARCHAR(36),
        TAKEN_AT TIMESTAMP_NTZ NOT NULL, EXPIRES_AT TIMESTAMP_NTZ, DATABASE_NAME VARCHAR(255),
        SCHEMA_NAME VARCHAR(255), CONTENT VARCHAR""",
}


@dataclass(frozen=True)
class Creation:
    """One thing to make: its kind and stored path tell whether it is there already."""

    kind: str
    path: tuple[str, ...]
    statement: str

    @property
    def full_name(self) -> str:
        """The path as it is written in SQL."""
        return qualified(*self.path)


@dataclass(frozen=True)
class Bootstrap:
    """All that is made, the first row of the lease, and what is granted to the role."""

    creations: tuple[Creation, ...]
    first_row: tuple[str, ...]
    grants: tuple[str, ...]

    def sql(self) -> str:
        """The whole as a script for an administrator."""
        statements = [creation.statement for creation in self.creations]
        return "\n".join(f"{each};" for each in [*statements, *self.first_row, *self.grants])


def bootstrap_of(environment: Environment) -> Bootstrap:
    """Everything the environment needs: role, warehouse, databases, schemas, tables, grants."""
    metadata, state = environment.metadata, environment.state
    creations = [
        _creation("ROLE", (environment.role,)),
        _creation(
            "WAREHOUSE",
            (environment.warehouse,),
            "WAREHOUSE_SIZE = 'MEDIUM' AUTO_SUSPEND = 60 INITIALLY_SUSPENDED = TRUE",
        ),
        *(_creation("DATABASE", (name,)) for name in environment.databases.values()),
        _creation("SCHEMA", metadata),
        *_tables(metadata, _METADATA_TABLES),
        _creation("DATABASE", (environment.state_database,)),
        _creation("SCHEMA", state),
        *_tables(state, _STATE_TABLES),
    ]
    return Bootstrap(tuple(creations), _first_row(environment), tuple(_grants(environment)))


def _creation(kind: str, path: tuple[str, ...], rest: str = "") -> Creation:
    statement = f"CREATE {kind} IF NOT EXISTS {qualified(*path)} {rest}".rstrip()
    return Creation(kind, path, statement)


def _tables(schema: tuple[str, str], tables: dict[str, str]) -> list[Creation]:
    return [
        _creation("TABLE", (*schema, name), f"({' '.join(columns.split())})")
        for name, columns in tables.items()
    ]


def _first_row(environment: Environment) -> tuple[str, ...]:
    """The lease row is made once; who holds it is then only ever an UPDATE."""
    lease = qualified(*environment.state, LEASE_TABLE)
    return (
        # An administrator's session may have no warehouse of its own.
        f"USE WAREHOUSE {quote(environment.warehouse)}",
        f"INSERT INTO {lease} (OWNER) SELECT NULL WHERE NOT EXISTS (SELECT 1 FROM {lease})",  # noqa: S608
    )


def _grants(environment: Environment) -> list[str]:
    role = quote(environment.role)
    grants = [
        f"GRANT ROLE {role} TO ROLE SYSADMIN",
        f"GRANT USAGE, OPERATE ON WAREHOUSE {quote(environment.warehouse)} TO ROLE {role}",
        f"GRANT EXECUTE TASK, EXECUTE ALERT ON ACCOUNT TO ROLE {role}",
        f"GRANT USAGE ON DATABASE {quote(environment.state_database)} TO ROLE {role}",
    ]
    for schema in (environment.metadata, environment.state):
        name = qualified(*schema)
        grants.append(_ownership(f"ALL TABLES IN SCHEMA {name}", role))
        grants.append(_ownership(f"SCHEMA {name}", role))
    grants += [
        _ownership(f"DATABASE {quote(name)}", role) for name in environment.databases.values()
    ]
    return grants


def _ownership(what: str, role: str) -> str:
    return f"GRANT OWNERSHIP ON {what} TO ROLE {role} COPY CURRENT GRANTS"


def deployment_started(
    environment: Environment,
    *,
    deployment: str,
    user: str,
    bundle: str,
    current: str | None,
    target: str | None,
    version: str,
) -> str:
    """The statement that records the start of a deployment."""
    table = qualified(*environment.state, DEPLOYMENTS_TABLE)
    revisions = [literal(each) if each else "NULL" for each in (current, target)]
    values = [literal(deployment), "SYSDATE()", "'running'", literal(user), literal(bundle)]
    values += [*revisions, "0", literal(version)]
    return (
        f"INSERT INTO {table} (ID, STARTED_AT, OUTCOME, DEPLOYED_BY, BUNDLE, FROM_REVISION, "
        f"TO_REVISION, STATEMENTS_RUN, TOOL_VERSION) SELECT {', '.join(values)}"
    )


def deployment_finished(
    environment: Environment, *, deployment: str, outcome: str, statements_run: int, error: str
) -> str:
    """The statement that records how a deployment ended."""
    table = qualified(*environment.state, DEPLOYMENTS_TABLE)
    return (
        f"UPDATE {table} SET FINISHED_AT = SYSDATE(), OUTCOME = {literal(outcome)}, "  # noqa: S608
        f"STATEMENTS_RUN = {int(statements_run)}, ERROR = {literal(error) if error else 'NULL'} "
        f"WHERE ID = {literal(deployment)}"
    )
