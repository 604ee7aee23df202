"""The tables of the tool's own state: what each holds, and where it lies.

In RAW.METADATA, so that a clone carries it: what is applied. In the state database: who deploys,
and what each statement came to. Pure.
"""

from snowlane.config.environment import Environment
from snowlane.sql.names import qualified

VERSION_TABLE = "ALEMBIC_VERSION"
OBJECTS_TABLE = "SNOWLANE_OBJECTS"
REVISIONS_TABLE = "SNOWLANE_REVISIONS"
DEPLOYMENTS_TABLE = "DEPLOYMENTS"
JOURNAL_TABLE = "JOURNAL"
LEASE_TABLE = "LEASE"
RESTORE_POINTS_TABLE = "RESTORE_POINTS"
DRIFT_TABLE = "DRIFT"
REHEARSALS_TABLE = "REHEARSALS"
PARKED_TABLE = "PARKED"

METADATA_TABLES = {
    VERSION_TABLE: "VERSION_NUM VARCHAR(32) NOT NULL",
    OBJECTS_TABLE: """KIND VARCHAR(100) NOT NULL, NAME VARCHAR(800) NOT NULL,
        ARGUMENTS VARCHAR NOT NULL, HASH VARCHAR(64) NOT NULL, TEXT VARCHAR NOT NULL,
        APPLIED_AT TIMESTAMP_NTZ NOT NULL""",
    REVISIONS_TABLE: """REVISION VARCHAR(32) NOT NULL, HASH VARCHAR(64) NOT NULL,
        APPLIED_AT TIMESTAMP_NTZ NOT NULL""",
}
# NUMBER orders deployments without a clock. IS_WHOLE says that all of BUNDLE was there at the end.
# PUT_BACK lists what a deployment must set going again. The journal is only ever added to: STARTED
# or BEGUN, then DONE or FAILED. A rehearsal's REVISION is where the environment was, its
# STATEMENTS_HASH `Plan.logical_hash`, its OBJECTS_HASH `Applied.objects_hash`, its OUTCOME passed or failed.
STATE_TABLES = {
    DEPLOYMENTS_TABLE: """ID VARCHAR(36) NOT NULL, NUMBER NUMBER(10,0) NOT NULL,
        STARTED_AT TIMESTAMP_NTZ NOT NULL, FINISHED_AT TIMESTAMP_NTZ,
        OUTCOME VARCHAR(20) NOT NULL, DEPLOYED_BY VARCHAR(500), SESSION_ID VARCHAR(50),
        ADDRESS VARCHAR(2000), BUNDLE VARCHAR(64) NOT NULL, FROM_REVISION VARCHAR(32),
        TO_REVISION VARCHAR(32), STATEMENTS_RUN NUMBER(10,0) NOT NULL, PUT_BACK VARCHAR,
        TOOL_VERSION VARCHAR(50), NOTE VARCHAR, ERROR VARCHAR, COMMIT_ID VARCHAR(64),
        BRANCH VARCHAR(500), OVERRIDES VARCHAR, IS_WHOLE BOOLEAN""",
    JOURNAL_TABLE: """DEPLOYMENT_ID VARCHAR(36) NOT NULL, ORDINAL NUMBER(10,0) NOT NULL,
        EVENT VARCHAR(20) NOT NULL, RECORDED_AT TIMESTAMP_NTZ NOT NULL, STAGE VARCHAR(20),
        NAME VARCHAR(1000), LEAVES VARCHAR(32), STATEMENT_INDEX NUMBER(10,0),
        STATEMENT_COUNT NUMBER(10,0), HASH VARCHAR(64), QUERY_ID VARCHAR(50), ERROR VARCHAR""",
    LEASE_TABLE: """OWNER VARCHAR(500), TOKEN VARCHAR(36), SESSION_ID VARCHAR(50),
        ACQUIRED_AT TIMESTAMP_NTZ, EXPIRES_AT TIMESTAMP_NTZ, ADDRESS VARCHAR(2000)""",
    RESTORE_POINTS_TABLE: """ID VARCHAR(36) NOT NULL, DEPLOYMENT_ID VARCHAR(36),
        REVISION VARCHAR(32), BUNDLE VARCHAR(64), TAKEN_AT TIMESTAMP_NTZ NOT NULL,
        EXPIRES_AT TIMESTAMP_NTZ, CONTENT VARCHAR""",
    DRIFT_TABLE: """MEASURED_AT TIMESTAMP_NTZ NOT NULL, MEASURED_BY VARCHAR(500),
        REVISION VARCHAR(32), FINDINGS NUMBER(10,0) NOT NULL, NOT_FOLLOWED NUMBER(10,0) NOT NULL,
        CONTENT VARCHAR""",
    PARKED_TABLE: """KIND VARCHAR(20) NOT NULL, NAME VARCHAR(1000) NOT NULL,
        WAS VARCHAR(100) NOT NULL, OWNER VARCHAR(500), CAUSE VARCHAR(20) NOT NULL,
        PARKED_BY VARCHAR(500), PARKED_AT TIMESTAMP_NTZ NOT NULL""",
    REHEARSALS_TABLE: """ID VARCHAR(36) NOT NULL, REHEARSED_AT TIMESTAMP_NTZ NOT NULL,
        REHEARSED_BY VARCHAR(500), BUNDLE VARCHAR(64) NOT NULL, REVISION VARCHAR(32),
        STATEMENTS_HASH VARCHAR(64) NOT NULL, OUTCOME VARCHAR(20) NOT NULL, CONTENT VARCHAR,
        OBJECTS_HASH VARCHAR(64)""",
}
# Columns that tables made by an earlier release lack.
_LATER_COLUMNS = {
    DEPLOYMENTS_TABLE: {
        "COMMIT_ID": "VARCHAR(64)",
        "BRANCH": "VARCHAR(500)",
        "OVERRIDES": "VARCHAR",
        "IS_WHOLE": "BOOLEAN",
    },
    REHEARSALS_TABLE: {"OBJECTS_HASH": "VARCHAR(64)"},
}


def state_table(environment: Environment, name: str) -> str:
    """The full name of a table of the state schema."""
    return qualified(*environment.state, name)


def metadata_table(environment: Environment, name: str) -> str:
    """The full name of a table that says what is applied."""
    return qualified(*environment.metadata, name)


def state_upgrade(environment: Environment) -> list[str]:
    """The statements that bring state tables of an earlier release up to this one; all repeatable."""
    statements = [
        f"CREATE TABLE IF NOT EXISTS {state_table(environment, name)} ({' '.join(columns.split())})"
        for name, columns in STATE_TABLES.items()
        # The lease is made with its row, by the bootstrap alone.
        if name != LEASE_TABLE
    ]
    return statements + [
        f"ALTER TABLE {state_table(environment, name)} ADD COLUMN IF NOT EXISTS {column} {kind}"
        for name, columns in _LATER_COLUMNS.items()
        for column, kind in columns.items()
    ]
