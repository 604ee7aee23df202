"""EXECUTE TASK: what a graph's run does and what TASK_HISTORY tells of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector
from tests.snowlocal.code.conftest import RunTask

from snowlocal.server import LocalAccount

Sql = Callable[..., list[Any]]
_WH = "WAREHOUSE = COMPUTE_WH"


@pytest.fixture
def t(sql: Sql, schema: str) -> str:
    """A table T that tasks write; the name of its schema."""
    sql("CREATE TABLE t (a INT, who VARCHAR)")
    return schema


def test_a_suspended_task_can_be_executed(sql: Sql, t: str, run_task: RunTask) -> None:
    sql(f"CREATE TASK one {_WH} SCHEDULE = '1 MINUTE' AS INSERT INTO t SELECT 1, CURRENT_ROLE()")
    assert run_task("one") == {"ONE": ("SUCCEEDED", None, None, None)}
    assert sql("SELECT a, who FROM t") == [(1, "ACCOUNTADMIN")]


@pytest.mark.parametrize(
    "body",
    [
        "BEGIN INSERT INTO t (a) VALUES (1); INSERT INTO t (a) VALUES (2); END",
        "EXECUTE IMMEDIATE $$ BEGIN INSERT INTO t (a) VALUES (1), (2); END $$",
        "CALL fill()",
        "INSERT INTO t (a) SELECT 1 UNION ALL SELECT 2",
    ],
)
def test_bodies_of_all_forms_run_in_the_schema_of_the_task(
    sql: Sql, t: str, run_task: RunTask, body: str
) -> None:
    sql(
        "CREATE PROCEDURE fill() RETURNS INT AS $$ BEGIN INSERT INTO t (a) VALUES (1), (2); RETURN 1; END $$"
    )
    sql(
        f"CREATE TASK one {_WH} AS {body}",
        "CREATE DATABASE IF NOT EXISTS ELSEWHERE",
        "USE DATABASE TESTS",
    )
    sql(f"USE SCHEMA {t}")
    assert run_task(f"{t}.one")["ONE"][0] == "SUCCEEDED"
    assert sql(f"SELECT SUM(a) FROM {t}.t") == [(3,)]


def test_a_failed_task_says_why_and_stops_what_follows(sql: Sql, t: str, run_task: RunTask) -> None:
    sql(
        f"CREATE TASK root {_WH} SCHEDULE = '1 MINUTE' AS INSERT INTO t (a) VALUES (1)",
        f"CREATE TASK bad {_WH} AFTER root AS INSERT INTO nowhere VALUES (1)",
        f"CREATE TASK good {_WH} AFTER root AS INSERT INTO t (a) VALUES (2)",
        f"CREATE TASK last {_WH} AFTER bad, good AS INSERT INTO t (a) VALUES (3)",
        *(f"ALTER TASK {name} RESUME" for name in ("last", "good", "bad")),
    )
    ran = run_task("root")
    assert {name: row[0] for name, row in ran.items()} == {
        "ROOT": "SUCCEEDED",
        "BAD": "FAILED",
        "GOOD": "SUCCEEDED",
    }
    assert ran["BAD"][1] == "002003"
    assert "NOWHERE" in ran["BAD"][2]
    assert sql("SELECT SUM(a) FROM t") == [(3,)]


def test_suspended_children_are_left_out(sql: Sql, t: str, run_task: RunTask) -> None:
    sql(
        f"CREATE TASK root {_WH} SCHEDULE = '1 MINUTE' AS SELECT 1",
        f"CREATE TASK off {_WH} AFTER root AS SELECT 1",
        f"CREATE TASK below {_WH} AFTER off AS SELECT 1",
        f"CREATE TASK other {_WH} AFTER root, off AS SELECT 1",
        "ALTER TASK below RESUME",
        "ALTER TASK other RESUME",
    )
    assert set(run_task("root")) == {"ROOT", "OTHER"}


def test_conditions_skip(sql: Sql, t: str, run_task: RunTask) -> None:
    sql(
        "CREATE TABLE source (a INT)",
        "CREATE STREAM s ON TABLE source",
        f"CREATE TASK root {_WH} SCHEDULE = '1 MINUTE' AS SELECT 1",
        f"CREATE TASK waits {_WH} AFTER root WHEN SYSTEM$STREAM_HAS_DATA('s') AS INSERT INTO t (a) SELECT a FROM s",
        f"CREATE TASK below {_WH} AFTER waits AS INSERT INTO t (a) VALUES (100)",
        "ALTER TASK below RESUME",
        "ALTER TASK waits RESUME",
    )
    ran = run_task("root")
    assert {name: row[0] for name, row in ran.items()} == {
        "ROOT": "SUCCEEDED",
        "WAITS": "SKIPPED",
        "BELOW": "SKIPPED",
    }
    assert ran["WAITS"][2] == "Conditional expression for task evaluated to false"
    sql("INSERT INTO source VALUES (5)")
    assert {row[0] for row in run_task("root").values()} == {"SUCCEEDED"}
    assert sql("SELECT SUM(a) FROM t") == [(105,)]
    assert sql("SELECT SYSTEM$STREAM_HAS_DATA('s')") == [(False,)]


def test_return_values_reach_the_tasks_after(sql: Sql, t: str, run_task: RunTask) -> None:
    sql(
        f"CREATE TASK root {_WH} SCHEDULE = '1 MINUTE' AS BEGIN CALL SYSTEM$SET_RETURN_VALUE('hello'); END",
        f"CREATE TASK child {_WH} AFTER root AS INSERT INTO t SELECT 1, SYSTEM$GET_PREDECESSOR_RETURN_VALUE('ROOT')",
        "ALTER TASK child RESUME",
    )
    assert run_task("root")["ROOT"] == ("SUCCEEDED", None, None, "hello")
    assert sql("SELECT who FROM t") == [("hello",)]


def test_a_task_that_takes_too_long_is_stopped(sql: Sql, t: str, run_task: RunTask) -> None:
    sql(
        f"CREATE TASK slow {_WH} USER_TASK_TIMEOUT_MS = 300 AS"
        " BEGIN LET n INT := 0; WHILE (TRUE) DO n := (SELECT :n + 1); END WHILE; END"
    )
    assert run_task("slow")["SLOW"][:2] == ("FAILED", "000604")


def test_a_root_is_suspended_after_too_many_failures(sql: Sql, t: str, run_task: RunTask) -> None:
    sql(
        f"CREATE TASK bad {_WH} SCHEDULE = '1 MINUTE' SUSPEND_TASK_AFTER_NUM_FAILURES = 2 AS SELECT * FROM nowhere"
    )
    sql("ALTER TASK bad RESUME")
    states = []
    for _ in range(2):
        assert run_task("bad")["BAD"][0] == "FAILED"
        states.append(sql(f"SHOW TASKS IN SCHEMA {t}")[0][10])
    for _ in range(100):
        if (state := sql(f"SHOW TASKS IN SCHEMA {t}")[0][10]) == "suspended":
            break
        time.sleep(0.05)
    assert (states[0], state) == ("started", "suspended")


def test_the_statement_of_a_run_is_in_the_query_history(
    sql: Sql, t: str, run_task: RunTask
) -> None:
    sql(f"CREATE TASK tagged {_WH} QUERY_TAG = 'from a task' AS INSERT INTO t (a) VALUES (77)")
    run_task("tagged")
    query = sql(
        "SELECT query_id, query_text FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY(TASK_NAME => 'TAGGED'))"
    )
    rows = sql(
        "SELECT query_id, query_tag, user_name FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY())"
    )
    assert (query[0][0], "from a task", "SYSTEM") in rows


def test_a_run_cut_off_by_a_stop_has_failed_after_the_restart(tmp_path: Path) -> None:
    endless = "BEGIN LET n INT := 0; WHILE (TRUE) DO n := (SELECT :n + 1); END WHILE; END"
    with (
        LocalAccount(tmp_path) as account,
        snowflake.connector.connect(**account.connection) as connection,
    ):
        for statement in (
            "CREATE DATABASE d",
            f"CREATE TASK d.public.endless {_WH} AS {endless}",
            "EXECUTE TASK d.public.endless",
        ):
            connection.cursor().execute(statement)
    with (
        LocalAccount(tmp_path) as account,
        snowflake.connector.connect(**account.connection, database="D") as connection,
    ):
        cursor = connection.cursor()
        cursor.execute("SELECT state, error_code FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY())")
        assert cursor.fetchall() == [("FAILED", "000604")]
