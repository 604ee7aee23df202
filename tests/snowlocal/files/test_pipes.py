"""Pipes: their states, REFRESH, what a pause keeps back, clones, and whose rights they load with."""

from __future__ import annotations

import json
from typing import Any

import pytest
import snowflake.connector
from tests.snowlocal.conftest import Connect, Sql, error_of
from tests.snowlocal.files.conftest import Drop

from snowlocal.server import LocalAccount


@pytest.fixture(autouse=True)
def pipe(sql: Sql, schema: str, bucket: str) -> None:
    """A pipe p from a stage st into a table t."""
    sql(
        "CREATE TABLE t (a INT, b VARCHAR)",
        f"CREATE STAGE st URL = '{bucket}'",
        "CREATE PIPE p AUTO_INGEST = TRUE COMMENT = 'orders' AS"
        " COPY INTO t FROM @st PATTERN = '.*[.]csv' ON_ERROR = CONTINUE;",
    )


def state(sql: Sql, name: str = "p") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(sql(f"SELECT SYSTEM$PIPE_STATUS('{name}')")[0][0])
    return found


def test_refresh_loads_new_files_once(sql: Sql, drop: Drop) -> None:
    assert state(sql)["executionState"] == "RUNNING"
    drop("a.csv", "1,x\n")
    drop("sub/b.csv", "2,y\noops,z\n")
    drop("c.txt", "3,z\n")
    assert sql("ALTER PIPE p REFRESH") == [("a.csv", "SENT"), ("sub/b.csv", "SENT")]
    assert sql("SELECT * FROM t ORDER BY a") == [(1, "x"), (2, "y")]
    assert sql("ALTER PIPE p REFRESH") == []
    drop("a.csv", "4,w\n")  # a pipe goes by the name alone
    assert sql("ALTER PIPE p REFRESH") == []
    found = state(sql)
    assert (found["pendingFileCount"], found["lastIngestedFilePath"]) == (0, "sub/b.csv")


def test_refresh_by_prefix_and_time(sql: Sql, drop: Drop) -> None:
    drop("d1/a.csv", "1,x\n")
    drop("d2/a.csv", "2,y\n")
    assert sql("ALTER PIPE p REFRESH PREFIX = 'd2/'") == [("d2/a.csv", "SENT")]
    assert sql("ALTER PIPE p REFRESH MODIFIED_AFTER = '2999-01-01T00:00:00Z'") == []
    assert sql("ALTER PIPE p REFRESH MODIFIED_AFTER = '2020-01-01'") == [("d1/a.csv", "SENT")]
    bad = error_of(lambda: sql("ALTER PIPE p REFRESH MODIFIED_AFTER = 'yesterday'"))
    assert bad[0] == 100035


def test_a_paused_pipe_keeps_files_until_it_is_resumed(sql: Sql, drop: Drop) -> None:
    sql("ALTER PIPE p SET PIPE_EXECUTION_PAUSED = TRUE")
    assert state(sql)["executionState"] == "PAUSED"
    drop("a.csv", "1,x\n")
    assert sql("ALTER PIPE p REFRESH") == [("a.csv", "SENT")]
    assert sql("ALTER PIPE p REFRESH") == []  # it is queued already
    found = state(sql)
    assert found["pendingFileCount"] == 1
    assert found["oldestPendingFilePath"].endswith("/a.csv")
    assert sql("SELECT count(*) FROM t") == [(0,)]
    sql("ALTER PIPE p SET PIPE_EXECUTION_PAUSED = FALSE")
    assert state(sql)["pendingFileCount"] == 0
    assert sql("SELECT * FROM t") == [(1, "x")]


def test_force_resume(sql: Sql, drop: Drop) -> None:
    sql("ALTER PIPE p SET PIPE_EXECUTION_PAUSED = TRUE")
    drop("a.csv", "1,x\n")
    sql("ALTER PIPE p REFRESH")
    overrides = "staleness_check_override, ownership_transfer_check_override"
    sql(f"SELECT SYSTEM$PIPE_FORCE_RESUME('p', '{overrides}')")
    assert state(sql)["executionState"] == "RUNNING"
    assert sql("SELECT a FROM t") == [(1,)]
    bad = error_of(lambda: sql("SELECT SYSTEM$PIPE_FORCE_RESUME('p', 'please')"))
    assert bad[0] == 1008


def test_the_name_alone_overrides_a_change_of_owner(sql: Sql) -> None:
    sql("ALTER PIPE p SET PIPE_EXECUTION_PAUSED = TRUE", "CREATE ROLE IF NOT EXISTS pipe_owner")
    sql("GRANT OWNERSHIP ON PIPE p TO ROLE pipe_owner COPY CURRENT GRANTS")
    sql("GRANT ROLE pipe_owner TO ROLE SYSADMIN", "SELECT SYSTEM$PIPE_FORCE_RESUME('p')")
    assert state(sql)["executionState"] != "PAUSED"


def test_recreating_a_pipe_loses_its_history(sql: Sql, drop: Drop) -> None:
    drop("a.csv", "1,x\n")
    sql("ALTER PIPE p REFRESH")
    assert sql("COPY INTO t FROM @st")[0][1] == "LOADED"  # COPY has a history of its own
    sql("CREATE OR REPLACE PIPE p AS COPY INTO t FROM @st", "ALTER PIPE p REFRESH")
    assert sql("SELECT count(*) FROM t") == [(3,)]


def test_broken_files_are_reported_in_copy_history(sql: Sql, drop: Drop) -> None:
    drop("a.csv", "oops,x\n")
    drop("b.csv", "2,y\n")
    sql("ALTER PIPE p REFRESH")
    history = (
        "SELECT file_name, status, first_error_message, pipe_name FROM TABLE(INFORMATION_SCHEMA.COPY_HISTORY("
        "TABLE_NAME => 'T', START_TIME => DATEADD(hour, -1, CURRENT_TIMESTAMP()))) ORDER BY file_name"
    )
    assert sql(history) == [
        ("a.csv", "Load failed", "Numeric value 'oops' is not recognized", "P"),
        ("b.csv", "Loaded", None, "P"),
    ]
    assert state(sql)["executionState"] == "RUNNING"


def test_a_pipe_skips_a_file_with_an_error_by_default(sql: Sql, drop: Drop) -> None:
    drop("a.csv", "1,x\noops,x\n")
    sql("CREATE OR REPLACE PIPE p AS COPY INTO t FROM @st", "ALTER PIPE p REFRESH")
    assert sql("SELECT count(*) FROM t") == [(0,)]


def test_states_of_missing_and_altered_things(sql: Sql, schema: str, bucket: str) -> None:
    sql("ALTER TABLE t RENAME TO t_old")
    assert state(sql)["executionState"] == "STOPPED_MISSING_TABLE"
    assert error_of(lambda: sql("ALTER PIPE p REFRESH"))[0] == 2003
    sql("ALTER TABLE t_old RENAME TO t")
    assert state(sql)["executionState"] == "RUNNING"
    sql("ALTER STAGE st SET COMMENT = 'the same place'")
    assert state(sql)["executionState"] == "RUNNING"
    sql("ALTER STAGE st SET URL = 's3://elsewhere/'")
    assert state(sql)["executionState"] == "STOPPED_STAGE_ALTERED"
    sql("ALTER PIPE p SET PIPE_EXECUTION_PAUSED = FALSE")
    assert state(sql)["executionState"] == "STOPPED_STAGE_ALTERED"
    sql("CREATE OR REPLACE PIPE p AS COPY INTO t FROM @st", "DROP STAGE st")
    assert state(sql)["executionState"] == "STOPPED_STAGE_DROPPED"
    sql(f"CREATE STAGE st URL = '{bucket}'")
    assert state(sql)["executionState"] == "STOPPED_STAGE_DROPPED"


def test_clones_do_not_run_and_have_no_history(
    sql: Sql, schema: str, bucket: str, drop: Drop
) -> None:
    drop("a.csv", "1,x\n")
    sql(
        "CREATE STAGE inner_st",
        "CREATE PIPE quiet AS COPY INTO t FROM @st",
        "CREATE PIPE inner_p AS COPY INTO t FROM @inner_st",
        f"CREATE PIPE far AUTO_INGEST = TRUE AS COPY INTO {schema}.t FROM @{schema}.st",
        "ALTER PIPE p REFRESH",
        f"CREATE OR REPLACE SCHEMA tests.cloned CLONE {schema}",
    )
    assert [row[1] for row in sql("SHOW PIPES IN SCHEMA tests.cloned")] == ["FAR", "P", "QUIET"]
    assert state(sql, "tests.cloned.p")["executionState"] == "STOPPED_CLONED"
    assert state(sql, "tests.cloned.quiet")["executionState"] == "PAUSED"
    sql("ALTER PIPE tests.cloned.p SET PIPE_EXECUTION_PAUSED = FALSE")
    assert state(sql, "tests.cloned.p")["executionState"] == "RUNNING"
    sql("ALTER PIPE tests.cloned.p REFRESH")
    assert sql("SELECT count(*) FROM tests.cloned.t") == [(2,)]
    assert sql(f"SELECT count(*) FROM {schema}.t") == [(1,)]
    # A qualified name still leads to the source.
    sql("ALTER PIPE tests.cloned.far SET PIPE_EXECUTION_PAUSED = FALSE")
    sql("ALTER PIPE tests.cloned.far REFRESH")
    assert sql(f"SELECT count(*) FROM {schema}.t") == [(2,)]
    assert sql("SELECT count(*) FROM tests.cloned.t") == [(2,)]


def test_show_describe_and_ddl(connect: Connect, sql: Sql, schema: str) -> None:
    cursor = connect().cursor()
    cursor.execute(f"SHOW PIPES IN SCHEMA {schema}")
    names = [column[0] for column in cursor.description]
    row = dict(zip(names, cursor.fetchone(), strict=True))
    assert (row["name"], row["comment"], row["pattern"]) == ("P", "orders", ".*[.]csv")
    assert row["definition"] == "COPY INTO t FROM @st PATTERN = '.*[.]csv' ON_ERROR = CONTINUE"
    assert row["notification_channel"]
    assert sql("DESCRIBE PIPE p")[0][1] == "P"
    ((ddl,),) = sql("SELECT GET_DDL('PIPE', 'p')")
    sql(ddl)
    assert sql("SELECT GET_DDL('PIPE', 'p')") == [(ddl,)]
    sql("DROP PIPE p")
    assert sql(f"SHOW PIPES IN SCHEMA {schema}") == []


def test_a_pipe_loads_with_its_owners_rights(
    connect: Connect, sql: Sql, schema: str, drop: Drop
) -> None:
    sql(
        "CREATE OR REPLACE ROLE operator",
        "GRANT ROLE operator TO USER snowlane",
        "GRANT USAGE ON DATABASE tests TO ROLE operator",
        f"GRANT USAGE ON SCHEMA {schema} TO ROLE operator",
        "GRANT OPERATE ON PIPE p TO ROLE operator",
    )
    drop("a.csv", "1,x\n")
    cursor = connect(role="OPERATOR").cursor()
    cursor.execute("USE SECONDARY ROLES NONE")
    assert error_of(lambda: cursor.execute(f"COPY INTO {schema}.t FROM @{schema}.st"))[0] == 2003
    assert cursor.execute(f"ALTER PIPE {schema}.p REFRESH").fetchall() == [("a.csv", "SENT")]
    assert sql("SELECT count(*) FROM t") == [(1,)]
    assert error_of(lambda: cursor.execute(f"DROP PIPE {schema}.p"))[0] == 3001


@pytest.mark.parametrize(
    ("statement", "number", "words"),
    [
        ("CREATE PIPE x AS COPY INTO nowhere FROM @st", 2003, "NOWHERE"),
        ("CREATE PIPE x AS COPY INTO t FROM @nowhere", 2003, "NOWHERE"),
        ("CREATE PIPE x AS COPY INTO t FROM @st FORCE = TRUE", 2, "FORCE"),
        ("CREATE PIPE x AS COPY INTO t FROM @st PURGE = TRUE", 2, "PURGE"),
        ("CREATE PIPE x AS COPY INTO t FROM @st ON_ERROR = ABORT_STATEMENT", 2, "ABORT_STATEMENT"),
        ("CREATE PIPE x AS COPY INTO t FROM @st FILES = ('a')", 2, "FILES"),
        ("CREATE PIPE x INTEGRATION = 'NOWHERE' AS COPY INTO t FROM @st", 2003, "NOWHERE"),
        ("CREATE PIPE x AWS_SNS_TOPIC = 'arn' AS COPY INTO t FROM @st", 2, "AWS_SNS_TOPIC"),
        ("CREATE PIPE x AS SELECT 1", 1003, "unexpected"),
        ("CREATE PIPE p AS COPY INTO t FROM @st", 2002, "already exists"),
        ("ALTER PIPE p SET PIPE_EXECUTION_PAUSED = PERHAPS", 1003, "unexpected"),
        ("SELECT SYSTEM$PIPE_STATUS('nowhere')", 2003, "NOWHERE"),
    ],
)
def test_refusals(sql: Sql, statement: str, number: int, words: str) -> None:
    refused = error_of(lambda: sql(statement))
    assert refused[0] == number
    assert words in refused[1]


def test_the_queue_and_history_survive_a_restart(tmp_path: Any) -> None:
    bucket = tmp_path / "account" / "buckets" / "b"
    with LocalAccount(tmp_path / "account") as running:
        run = snowflake.connector.connect(**running.connection).cursor().execute
        run("CREATE DATABASE d")
        run("CREATE TABLE t (a INT)")
        run("CREATE STAGE st URL = 's3://b/'")
        run("CREATE PIPE p AS COPY INTO t FROM @st")
        bucket.mkdir(parents=True)
        (bucket / "a.csv").write_text("1\n")
        run("ALTER PIPE p REFRESH")
        run("ALTER PIPE p SET PIPE_EXECUTION_PAUSED = TRUE")
        (bucket / "b.csv").write_text("2\n")
        run("ALTER PIPE p REFRESH")
    with LocalAccount(tmp_path / "account") as running:
        cursor = snowflake.connector.connect(
            **running.connection, database="D", schema="PUBLIC"
        ).cursor()
        cursor.execute("ALTER PIPE p SET PIPE_EXECUTION_PAUSED = FALSE")
        assert cursor.execute("ALTER PIPE p REFRESH").fetchall() == []
        assert cursor.execute("SELECT a FROM t ORDER BY a").fetchall() == [(1,), (2,)]
