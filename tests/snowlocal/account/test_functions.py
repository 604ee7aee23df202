"""Context and system functions, and QUERY_HISTORY with its limit that applies before any WHERE."""

from __future__ import annotations

import threading

import pytest
import snowflake.connector
from tests.snowlocal.account.conftest import Rows
from tests.snowlocal.conftest import Connect, Sql, error_of


def test_where_and_who(sql: Sql, name: str) -> None:
    sql(f"CREATE DATABASE {name}", f"CREATE SCHEMA {name}.S")
    ((*found,),) = sql(
        "SELECT CURRENT_USER(), CURRENT_ROLE(), CURRENT_WAREHOUSE(), CURRENT_DATABASE(), CURRENT_SCHEMA()"
    )
    assert found == ["SNOWLANE", "ACCOUNTADMIN", "COMPUTE_WH", name, "S"]


def test_the_session(connect: Connect) -> None:
    connection = connect()
    (found,) = connection.cursor().execute("SELECT CURRENT_SESSION()").fetchall()
    assert found == (str(connection.session_id),)


def test_roles_of_the_session(sql: Sql) -> None:
    asked = "SELECT IS_ROLE_IN_SESSION('SYSADMIN'), CURRENT_SECONDARY_ROLES(), CURRENT_AVAILABLE_ROLES()"
    ((inherits, _, available),) = sql(asked)
    assert inherits
    assert "USERADMIN" in available
    ((inherits, secondary, _),) = sql("USE SECONDARY ROLES NONE", "USE ROLE PUBLIC", asked)
    assert not inherits
    assert '"value": ""' in secondary


def test_last_query_id(connect: Connect) -> None:
    connection = connect()
    first = connection.cursor().execute("SELECT 1").sfqid
    second = connection.cursor().execute("SELECT 2").sfqid
    asked = "SELECT LAST_QUERY_ID(), LAST_QUERY_ID(-2), LAST_QUERY_ID(1)"
    assert connection.cursor().execute(asked).fetchall() == [(second, first, first)]


def test_history_knows_tag_status_and_error(rows: Rows, name: str) -> None:
    rows(f"CREATE DATABASE {name}", f"ALTER SESSION SET QUERY_TAG = '{name}'", "SELECT 41 + 1 AS N")
    error_of(lambda: rows("SELECT * FROM NOT_THERE"))
    found = rows(
        "SELECT QUERY_TEXT, EXECUTION_STATUS, ERROR_CODE, ROWS_PRODUCED, WAREHOUSE_SIZE"
        f" FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY()) WHERE QUERY_TAG = '{name}'"
        " ORDER BY START_TIME"
    )
    assert [r["EXECUTION_STATUS"] for r in found] == ["SUCCESS", "FAILED_WITH_ERROR", "RUNNING"]
    assert found[0]["QUERY_TEXT"] == "SELECT 41 + 1 AS N"
    assert (found[0]["ROWS_PRODUCED"], found[0]["WAREHOUSE_SIZE"]) == (1, "X-Small")
    assert found[1]["ERROR_CODE"] == "002003"


def test_one_statements_own_tag(connect: Connect, name: str) -> None:
    connection = connect()
    cursor = connection.cursor()
    cursor.execute(f"CREATE DATABASE {name}")
    cursor.execute("SELECT 1", _statement_params={"QUERY_TAG": name})
    cursor.execute("SELECT 2")
    cursor.execute(
        "SELECT QUERY_TEXT FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY_BY_SESSION())"
        f" WHERE QUERY_TAG = '{name}'"
    )
    assert cursor.fetchall() == [("SELECT 1",)]


def test_the_limit_comes_before_the_condition(rows: Rows, name: str) -> None:
    rows(f"CREATE DATABASE {name}", f"SELECT '{name}' AS OLD", "SELECT 1", "SELECT 2")
    history = "SELECT QUERY_ID FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY_BY_SESSION(RESULT_LIMIT => {}))"
    matching = f" WHERE QUERY_TEXT = 'SELECT ''{name}'' AS OLD'"
    assert rows(history.format(3) + matching) == []
    assert len(rows(history.format(10) + matching)) == 1


@pytest.mark.parametrize("limit", ["0", "10001", "'many'"])
def test_limits_out_of_range(rows: Rows, name: str, limit: str) -> None:
    rows(f"CREATE DATABASE {name}")
    asked = f"SELECT 1 FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY(RESULT_LIMIT => {limit}))"
    assert error_of(lambda: rows(asked))[0] == 1045


def test_the_range_is_of_end_times(rows: Rows, name: str) -> None:
    rows(f"CREATE DATABASE {name}")
    late = "DATEADD('hour', 1, CURRENT_TIMESTAMP())"
    asked = (
        "SELECT COUNT(*) AS N FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY(END_TIME_RANGE_{} => {}))"
    )
    assert rows(asked.format("START", late)) == [{"N": 0}]
    assert rows(asked.format("END", late))[0]["N"] > 0


@pytest.mark.parametrize("function", ["LOGIN_HISTORY", "PIPE_USAGE_HISTORY", "NO_SUCH_FUNCTION"])
def test_table_functions_that_are_refused(rows: Rows, name: str, function: str) -> None:
    rows(f"CREATE DATABASE {name}")
    number, text = error_of(lambda: rows(f"SELECT 1 FROM TABLE(INFORMATION_SCHEMA.{function}())"))
    assert number == 2
    assert function in text


def test_an_unknown_argument_is_refused(rows: Rows, name: str) -> None:
    rows(f"CREATE DATABASE {name}")
    asked = "SELECT 1 FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY(NO_SUCH => 1))"
    assert error_of(lambda: rows(asked))[0] == 1044


def test_a_running_query_is_cancelled_from_another_session(connect: Connect, name: str) -> None:
    waiting, other = connect(), connect()
    other.cursor().execute(f"CREATE DATABASE {name}")
    failure: list[int] = []

    def wait() -> None:
        try:
            waiting.cursor().execute(f"SELECT SYSTEM$WAIT(60) /* {name} */")
        except snowflake.connector.errors.ProgrammingError as error:
            failure.append(error.errno)

    thread = threading.Thread(target=wait)
    thread.start()
    running: list[tuple[str]] = []
    while not running:
        running = (
            other.cursor()
            .execute(
                "SELECT QUERY_ID FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY())"
                f" WHERE QUERY_TEXT LIKE 'SELECT SYSTEM$WAIT(60)%{name}%' AND EXECUTION_STATUS = 'RUNNING'"
            )
            .fetchall()
        )
    ((query_id,),) = running
    other.cursor().execute(f"SELECT SYSTEM$CANCEL_QUERY('{query_id}')")
    thread.join(30)
    assert failure == [604]
    assert waiting.cursor().execute("SELECT 1").fetchall() == [(1,)]
    ended = other.cursor().execute(f"SELECT SYSTEM$CANCEL_QUERY('{query_id}')").fetchall()
    assert ended == [("Identified SQL statement is not currently executing.",)]


def test_an_aborted_session_is_gone(connect: Connect) -> None:
    doomed, other = connect(), connect()
    doomed.cursor().execute("SELECT 1")
    other.cursor().execute(f"SELECT SYSTEM$ABORT_SESSION({doomed.session_id})")
    assert error_of(lambda: doomed.cursor().execute("SELECT 1"))[0] in (390111, 390112)


@pytest.mark.parametrize(
    ("call", "number"),
    [
        ("SYSTEM$CLUSTERING_INFORMATION('T', '(A)')", 2),
        ("SYSTEM$WAIT(1, 'FORTNIGHTS')", 1045),
        ("SYSTEM$CANCEL_ALL_QUERIES(1)", 2043),
        ("LAST_QUERY_ID(0)", 1044),
    ],
)
def test_refusals(rows: Rows, call: str, number: int) -> None:
    assert error_of(lambda: rows(f"SELECT {call}"))[0] == number
