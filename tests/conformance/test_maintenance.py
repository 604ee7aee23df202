"""Section 6: parking and resuming tasks, pipes and alerts, and what streams and query history tell."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.facts import fact
from conformance.files import put
from conformance.room import Refused, Room, eventually

TASKS = "D: user-guide/tasks-graphs"
PIPES = "D: user-guide/data-load-snowpipe-manage"
HISTORY = "D: sql-reference/functions/query_history"


def task(room: Room, name: str, after: str | None = None, body: str = "SELECT 1") -> str:
    """The text that makes a task of the test's schema; it would run once in eight days."""
    when = f"AFTER {after}" if after else "SCHEDULE = '11520 MINUTE'"
    return f"CREATE TASK {name} WAREHOUSE = {room.house.warehouse} {when} AS {body}"


def states(room: Room) -> dict[str, str]:
    """The state of each task."""
    return {row["name"]: row["state"] for row in room.rows(f"SHOW TASKS IN SCHEMA {room.schema}")}


def executed(room: Room, name: str) -> None:
    """EXECUTE TASK, or skip where the role may not."""
    try:
        room.run(f"EXECUTE TASK {name}")
    except Refused as refused:
        if "EXECUTE TASK" in refused.message.upper() and refused.number == 3001:
            pytest.skip(f"the connection's role may not execute tasks: {refused.message}")
        raise


def runs(room: Room, name: str) -> list[str]:
    """The states of a task's runs that have ended."""
    sql = (
        f"SELECT STATE FROM TABLE({room.database}.INFORMATION_SCHEMA.TASK_HISTORY(TASK_NAME => '{name}'))"
        f" WHERE SCHEMA_NAME = '{room.name}' AND STATE NOT IN ('SCHEDULED', 'EXECUTING')"
    )
    return [str(state) for (state,) in room.run(sql)]


def pipe_state(room: Room, pipe: str) -> dict[str, Any]:
    """SYSTEM$PIPE_STATUS, parsed."""
    found: dict[str, Any] = json.loads(room.value(f"SELECT SYSTEM$PIPE_STATUS('{pipe}')"))
    return found


@fact("6", "Tasks are created suspended", "D: sql-reference/sql/create-task")
def test_task_is_created_suspended(room: Room) -> None:
    room.given(task(room, "ta"))
    assert states(room) == {"TA": "suspended"}


@fact("6", "While the root task is started no child of it can be changed or resumed", TASKS)
def test_root_first(room: Room) -> None:
    room.given(task(room, "root"), task(room, "child", "root"), "ALTER TASK root RESUME")
    try:
        room.refusal("ALTER TASK child RESUME")
        room.refusal("ALTER TASK child MODIFY AS SELECT 2")
    finally:
        room.run("ALTER TASK root SUSPEND")
    room.run("ALTER TASK child MODIFY AS SELECT 2", "ALTER TASK child RESUME")
    assert states(room) == {"ROOT": "suspended", "CHILD": "started"}


@fact("6", "While the root task is started no task can be added to its graph", TASKS)
def test_no_child_while_started(room: Room) -> None:
    room.given(task(room, "root"), "ALTER TASK root RESUME")
    room.refusal(task(room, "child", "root"))
    room.run("ALTER TASK root SUSPEND")


@fact(
    "6",
    "SYSTEM$TASK_DEPENDENTS_ENABLE also resumes what was suspended on purpose",
    "D: sql-reference/functions/system_task_dependents_enable",
)
def test_dependents_enable(room: Room) -> None:
    room.given(task(room, "root"), task(room, "one", "root"), task(room, "parked", "one"))
    room.run(f"SELECT SYSTEM$TASK_DEPENDENTS_ENABLE('{room.schema}.ROOT')")
    found = states(room)
    room.run("ALTER TASK root SUSPEND")
    assert found == {"ROOT": "started", "ONE": "started", "PARKED": "started"}


@fact(
    "6",
    "EXECUTE TASK runs a suspended standalone task, without resuming it",
    "D: sql-reference/sql/execute-task",
)
def test_execute_suspended(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)")
    room.given(task(room, "ta", body=f"INSERT INTO {room.schema}.t VALUES (1)"))
    executed(room, "ta")
    assert eventually(lambda: runs(room, "TA"), bool) == ["SUCCEEDED"]
    assert room.value("SELECT COUNT(*) FROM t") == 1
    assert states(room) == {"TA": "suspended"}


@fact("6", "EXECUTE TASK refuses a child task", "D: sql-reference/sql/execute-task")
def test_execute_child(room: Room) -> None:
    room.given(task(room, "root"), task(room, "child", "root"))
    room.refusal("EXECUTE TASK child")


@fact(
    "6",
    "EXECUTE TASK of a root runs its resumed children and passes over the suspended ones",
    "D: sql-reference/sql/execute-task",
)
def test_execute_graph(room: Room) -> None:
    room.given("CREATE TABLE t (a VARCHAR)", task(room, "root"))
    for name in ("resumed", "parked"):
        room.given(task(room, name, "root", f"INSERT INTO {room.schema}.t VALUES ('{name}')"))
    room.given("ALTER TASK resumed RESUME")
    executed(room, "root")
    assert eventually(lambda: runs(room, "RESUMED"), bool) == ["SUCCEEDED"]
    assert room.run("SELECT a FROM t") == [("resumed",)]


@fact(
    "6",
    "TASK_HISTORY by the id of SHOW TASKS gives the runs of a graph; EXECUTE TASK shows as their origin",
    "D: sql-reference/functions/task_history",
)
def test_history_of_a_graph(room: Room) -> None:
    room.given(task(room, "root"), task(room, "child", "root"), task(room, "other"))
    room.given("ALTER TASK child RESUME")
    executed(room, "root")
    executed(room, "other")
    assert eventually(lambda: runs(room, "CHILD"), bool) == ["SUCCEEDED"]
    root = room.row(f"SHOW TASKS LIKE 'ROOT' IN SCHEMA {room.schema}")["id"]
    found = room.run(
        f"SELECT NAME, SCHEDULED_FROM FROM TABLE({room.database}.INFORMATION_SCHEMA.TASK_HISTORY("
        f"RESULT_LIMIT => 100, ROOT_TASK_ID => '{root}')) WHERE STATE = 'SUCCEEDED'"
    )
    assert sorted(name for name, _ in found) == ["CHILD", "ROOT"]
    assert all(origin.startswith("EXECUTE") for _, origin in found)


@fact(
    "6",
    "A block goes on behind an ALTER TASK that is refused and handled, and keeps its effects of before",
    "D: developer-guide/snowflake-scripting/exceptions",
)
def test_block_goes_on(room: Room) -> None:
    room.given(task(room, "one"), task(room, "two"))
    answer = room.value(
        "DECLARE said VARCHAR DEFAULT ''; BEGIN"
        " BEGIN EXECUTE IMMEDIATE 'ALTER TASK one RESUME'; said := said || 'one ';"
        " EXCEPTION WHEN OTHER THEN said := said || 'no '; END;"
        " BEGIN EXECUTE IMMEDIATE 'ALTER TASK missing RESUME'; said := said || 'missing ';"
        " EXCEPTION WHEN OTHER THEN said := said || 'no '; END;"
        " BEGIN EXECUTE IMMEDIATE 'ALTER TASK two RESUME'; said := said || 'two';"
        " EXCEPTION WHEN OTHER THEN said := said || 'no'; END;"
        " RETURN said; END"
    )
    room.run("ALTER TASK one SUSPEND", "ALTER TASK two SUSPEND")
    assert answer == "one no two"


@fact(
    "6",
    "A failed run shows in TASK_HISTORY with its error",
    "D: sql-reference/functions/task_history",
)
def test_failed_run(room: Room) -> None:
    room.given(task(room, "ta", body="INSERT INTO missing VALUES (1)"))
    executed(room, "ta")
    assert eventually(lambda: runs(room, "TA"), bool) == ["FAILED"]
    sql = (
        f"SELECT ERROR_CODE, ERROR_MESSAGE FROM TABLE({room.database}.INFORMATION_SCHEMA.TASK_HISTORY("
        f"TASK_NAME => 'TA')) WHERE SCHEMA_NAME = '{room.name}' AND STATE = 'FAILED'"
    )
    code, message = room.run(sql)[0]
    assert int(code) == 2003
    assert "MISSING" in message.upper()


@fact("6", "A task whose WHEN is false is skipped", "D: sql-reference/sql/create-task")
def test_skipped_run(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)", "CREATE STREAM s ON TABLE t")
    when = f"WHEN SYSTEM$STREAM_HAS_DATA('{room.schema}.S')"
    text = task(room, "ta", body=f"INSERT INTO {room.schema}.t SELECT a FROM {room.schema}.s")
    room.given(text.replace(" AS INSERT", f" {when} AS INSERT"))
    executed(room, "ta")
    assert eventually(lambda: runs(room, "TA"), bool) == ["SKIPPED"]


@fact(
    "6",
    "SYSTEM$PIPE_STATUS tells executionState and pendingFileCount as JSON",
    "D: sql-reference/functions/system_pipe_status",
)
def test_pipe_status(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)", "CREATE STAGE st", "CREATE PIPE p AS COPY INTO t FROM @st")
    found = pipe_state(room, f"{room.schema}.p")
    assert (found["executionState"], found["pendingFileCount"]) == ("RUNNING", 0)


@fact(
    "6", "PIPE_EXECUTION_PAUSED parks a pipe and lets it go on", "D: sql-reference/sql/alter-pipe"
)
def test_pause_and_resume(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)", "CREATE STAGE st", "CREATE PIPE p AS COPY INTO t FROM @st")

    def state() -> str:
        return str(pipe_state(room, f"{room.schema}.p")["executionState"])

    room.run("ALTER PIPE p SET PIPE_EXECUTION_PAUSED = TRUE")
    assert eventually(state, lambda found: found == "PAUSED") == "PAUSED"
    room.run("ALTER PIPE p SET PIPE_EXECUTION_PAUSED = FALSE")
    assert eventually(state, lambda found: found == "RUNNING") == "RUNNING"


def _loading_pipe(room: Room, folder: Any) -> None:
    room.given("CREATE TABLE t (a INT)", "CREATE STAGE st")
    room.given("CREATE PIPE p AS COPY INTO t FROM @st FILE_FORMAT = (TYPE = CSV)")
    put(room, folder, "one.csv", "1\n", "@st")


@fact(
    "6", "ALTER PIPE … REFRESH loads the files of the stage once", "D: sql-reference/sql/alter-pipe"
)
def test_refresh(room: Room, tmp_path: Any) -> None:
    _loading_pipe(room, tmp_path)
    room.run("ALTER PIPE p REFRESH")
    assert eventually(lambda: room.value("SELECT COUNT(*) FROM t"), bool) == 1
    room.run("ALTER PIPE p REFRESH")
    eventually(lambda: pipe_state(room, "p")["pendingFileCount"], lambda count: count == 0)
    assert room.value("SELECT COUNT(*) FROM t") == 1


@fact("2", "A recreated pipe has lost its load history: REFRESH loads the files again", PIPES)
def test_recreated_pipe(room: Room, tmp_path: Any) -> None:
    _loading_pipe(room, tmp_path)
    room.given("ALTER PIPE p REFRESH")
    assert eventually(lambda: room.value("SELECT COUNT(*) FROM t"), bool) == 1
    room.given("CREATE OR REPLACE PIPE p AS COPY INTO t FROM @st FILE_FORMAT = (TYPE = CSV)")
    room.run("ALTER PIPE p REFRESH")
    assert eventually(lambda: room.value("SELECT COUNT(*) FROM t"), lambda count: count == 2) == 2


@fact(
    "2", "REFRESH MODIFIED_AFTER passes over the files of before", "D: sql-reference/sql/alter-pipe"
)
def test_refresh_modified_after(room: Room, tmp_path: Any) -> None:
    _loading_pipe(room, tmp_path)
    room.run("ALTER PIPE p REFRESH MODIFIED_AFTER = '2100-01-01T00:00:00-00:00'")
    eventually(lambda: pipe_state(room, "p")["pendingFileCount"], lambda count: count == 0)
    assert room.value("SELECT COUNT(*) FROM t") == 0


@fact(
    "5",
    "A pipe whose table is dropped goes STOPPED_MISSING_TABLE",
    "D: sql-reference/functions/system_pipe_status",
)
def test_missing_table(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)", "CREATE STAGE st", "CREATE PIPE p AS COPY INTO t FROM @st")
    room.run("DROP TABLE t")

    def state() -> str:
        return str(pipe_state(room, f"{room.schema}.p")["executionState"])

    wanted = "STOPPED_MISSING_TABLE"
    assert eventually(state, lambda found: found == wanted) == wanted


@fact(
    "6",
    "SYSTEM$STREAM_HAS_DATA never says no while there are rows",
    "D: sql-reference/functions/system_stream_has_data",
)
def test_stream_has_data(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)", "CREATE STREAM s ON TABLE t", "INSERT INTO t VALUES (1)")
    assert room.value("SELECT SYSTEM$STREAM_HAS_DATA('S')") in (True, "true")


@fact("6", "Alerts are created suspended", "D: sql-reference/sql/create-alert")
def test_alert(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)")
    room.run(
        f"CREATE ALERT al WAREHOUSE = {room.house.warehouse} SCHEDULE = '60 MINUTE'"
        " IF (EXISTS (SELECT a FROM t)) THEN INSERT INTO t VALUES (1)"
    )
    assert room.row(f"SHOW ALERTS IN SCHEMA {room.schema}")["state"] == "suspended"


@fact(
    "7",
    "The runbook's alert, IF (SELECT …) > 2 THEN, is a syntax error",
    "D: sql-reference/sql/create-alert",
)
def test_runbook_alert(room: Room) -> None:
    room.given("CREATE TABLE t (at TIMESTAMP_NTZ)")
    refused = room.refusal(
        f"CREATE ALERT al WAREHOUSE = {room.house.warehouse} SCHEDULE = 'USING CRON 0 * * * * UTC'"
        " IF (SELECT DATEDIFF(hour, MAX(at), CURRENT_TIMESTAMP()) FROM t) > 2"
        " THEN CALL SYSTEM$SEND_EMAIL('someone@example.com', 'Late')"
    )
    assert refused.number == 1003


@fact(
    "6",
    "The size that SHOW WAREHOUSES tells, in capitals, is one that ALTER WAREHOUSE takes",
    "D: sql-reference/sql/alter-warehouse",
)
def test_warehouse_size(room: Room) -> None:
    before, name = room.house.warehouse, f"{room.house.prefix}_WH"
    room.given(f"CREATE WAREHOUSE {name} WAREHOUSE_SIZE = XSMALL INITIALLY_SUSPENDED = TRUE")
    try:
        for written, shown in (("XXLARGE", "2X-Large"), ("X-SMALL", "X-Small")):
            room.run(
                f"ALTER WAREHOUSE {name} SET WAREHOUSE_SIZE = '{written}' WAIT_FOR_COMPLETION = TRUE"
            )
            (row,) = [row for row in room.rows("SHOW WAREHOUSES") if row["name"] == name]
            assert row["size"] == shown
    finally:
        room.run(f"USE WAREHOUSE {before}", f"DROP WAREHOUSE {name}")


@fact("7", "CREATE INDEX on a standard table is refused", "D: sql-reference/sql/create-index")
def test_index(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)")
    room.refusal("CREATE INDEX i ON t (a)")


@fact(
    "6",
    "Query history finds a statement by its QUERY_TAG, with id, text, status and start",
    HISTORY,
)
def test_history_by_tag(room: Room) -> None:
    tag = f"conformance {room.schema}"
    room.run("SELECT 41 + 1", tag=tag)
    query_id = room.value("SELECT LAST_QUERY_ID()")
    sql = (
        "SELECT QUERY_ID, QUERY_TEXT, EXECUTION_STATUS, START_TIME IS NOT NULL"
        f" FROM TABLE({room.database}.INFORMATION_SCHEMA.QUERY_HISTORY_BY_SESSION(RESULT_LIMIT => 100))"
        f" WHERE QUERY_TAG = '{tag}'"
    )
    found = eventually(lambda: room.run(sql), bool)
    assert found == [(query_id, "SELECT 41 + 1", "SUCCESS", True)]


@fact("6", "Query history shows a failed statement with its error", HISTORY)
def test_history_of_a_failure(room: Room) -> None:
    tag = f"conformance {room.schema}"
    with pytest.raises(Refused):
        room.run("SELECT * FROM missing", tag=tag)
    sql = (
        "SELECT EXECUTION_STATUS, ERROR_CODE, ERROR_MESSAGE"
        f" FROM TABLE({room.database}.INFORMATION_SCHEMA.QUERY_HISTORY_BY_SESSION(RESULT_LIMIT => 100))"
        f" WHERE QUERY_TAG = '{tag}'"
    )
    status, code, message = eventually(lambda: room.run(sql), bool)[0]
    assert status.startswith("FAILED")
    assert int(code) == 2003
    assert "MISSING" in message


@fact("6", "WHERE applies after RESULT_LIMIT: an older statement is not found", HISTORY)
def test_history_limit(room: Room) -> None:
    tag = f"conformance {room.schema}"
    room.run("SELECT 1", tag=tag)
    room.run(*["SELECT 2"] * 4)
    history = f"{room.database}.INFORMATION_SCHEMA.QUERY_HISTORY_BY_SESSION"
    sql = f"SELECT COUNT(*) FROM TABLE({history}(RESULT_LIMIT => {{}})) WHERE QUERY_TAG = '{tag}'"
    assert eventually(lambda: room.value(sql.format(100)), bool) == 1
    assert room.value(sql.format(2)) == 0
