"""Sign-in, requests and their answers, as the real connector meets them."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector.errors import DatabaseError, ProgrammingError
from tests.snowlocal.conftest import Connect, Sql, error_of
from tests.snowlocal.raw_requests import RawSession

from snowlocal.server import LocalAccount


def test_sign_in_says_where_one_is(sql: Sql) -> None:
    found = sql("SELECT CURRENT_USER(), CURRENT_ROLE(), CURRENT_WAREHOUSE(), CURRENT_DATABASE()")
    assert found == [("SNOWLANE", "ACCOUNTADMIN", "COMPUTE_WH", None)]


@pytest.mark.parametrize(
    "wrong", [{"password": "guess"}, {"user": "NOBODY"}], ids=["password", "user"]
)
def test_wrong_credentials(connect: Connect, wrong: dict[str, str]) -> None:
    with pytest.raises(DatabaseError) as caught:
        connect(**wrong)
    assert "Incorrect username or password was specified" in str(caught.value.msg)


def test_role_of_somebody_else(connect: Connect) -> None:
    with pytest.raises(DatabaseError) as caught:
        connect(role="NO_SUCH_ROLE")
    assert "NO_SUCH_ROLE" in str(caught.value.msg)


def test_sign_in_with_role_database_and_parameters(connect: Connect, schema: str) -> None:
    database, name = schema.split(".")
    connection = connect(
        role="sysadmin",
        database=database,
        schema=name,
        session_parameters={"QUERY_TAG": "from here"},
    )
    found = connection.cursor().execute("SELECT CURRENT_ROLE(), CURRENT_SCHEMA()").fetchall()
    assert found[0][0] == "SYSADMIN"
    shown = connection.cursor().execute("SHOW PARAMETERS LIKE 'QUERY_TAG' IN SESSION").fetchall()
    assert "from here" in shown[0]


def test_repeated_request_runs_once(account: LocalAccount, schema: str) -> None:
    raw = RawSession(account.connection)
    raw.query(f"CREATE TABLE {schema}.t (a INT)", str(uuid.uuid4()))
    request_id = str(uuid.uuid4())
    answers = [raw.query(f"INSERT INTO {schema}.t VALUES (1)", request_id) for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0]["success"]
    count = raw.query(f"SELECT COUNT(*)::VARCHAR FROM {schema}.t", str(uuid.uuid4()))
    assert count["data"]["total"] == 1
    again = raw.query(f"DELETE FROM {schema}.t", str(uuid.uuid4()))
    assert again["data"]["rowset"] == [["1"]]


def test_request_repeated_while_it_runs(account: LocalAccount, schema: str) -> None:
    raw = RawSession(account.connection)
    raw.query(f"CREATE TABLE {schema}.t (a INT)", str(uuid.uuid4()))
    request_id = str(uuid.uuid4())
    with ThreadPoolExecutor(4) as pool:
        sent = [
            pool.submit(raw.query, f"INSERT INTO {schema}.t VALUES (1)", request_id)
            for _ in range(4)
        ]
        query_ids = {one.result()["data"]["queryId"] for one in sent}
    assert len(query_ids) == 1
    assert raw.query(f"DELETE FROM {schema}.t", str(uuid.uuid4()))["data"]["rowset"] == [["1"]]


def test_failed_request_repeated_fails_the_same(account: LocalAccount) -> None:
    raw = RawSession(account.connection)
    request_id = str(uuid.uuid4())
    first, second = (raw.query("SELECT * FROM a.b.missing", request_id) for _ in range(2))
    assert not first["success"]
    assert first == second


def several(
    connection: snowflake.connector.SnowflakeConnection, text: str, count: int
) -> list[Any]:
    """The rows of each statement of a request."""
    cursor = connection.cursor()
    cursor.execute(text, num_statements=count)
    found = [cursor.fetchall()]
    while cursor.nextset():
        found.append(cursor.fetchall())
    return found


@pytest.mark.parametrize("count", [3, 0], ids=["announced", "any number"])
def test_several_statements(connect: Connect, schema: str, count: int) -> None:
    text = "CREATE TABLE {0}.t (a INT); INSERT INTO {0}.t VALUES (1), (2);\nSELECT a FROM {0}.t ORDER BY a;"
    found = several(connect(), text.format(schema), count)
    assert found == [[("Table T successfully created.",)], [(2,)], [(1,), (2,)]]


@pytest.mark.parametrize("count", [1, 3])
def test_statements_miscounted(connect: Connect, sql: Sql, schema: str, count: int) -> None:
    text = f"CREATE TABLE {schema}.t (a INT); SELECT 1"
    number, message = error_of(lambda: several(connect(), text, count))
    assert number == 8
    assert f"Actual statement count 2 did not match the desired statement count {count}" in message
    assert error_of(lambda: sql(f"SELECT * FROM {schema}.t"))[0] == 2003


def test_several_with_an_error_midway(connect: Connect, sql: Sql, schema: str) -> None:
    text = f"CREATE TABLE {schema}.one (a INT); SELECT * FROM missing; CREATE TABLE {schema}.two (a INT)"
    assert error_of(lambda: several(connect(), text, 3))[0] in (2003, 90105)
    assert sql(f"SELECT COUNT(*) FROM {schema}.one") == [(0,)]
    assert error_of(lambda: sql(f"SELECT * FROM {schema}.two"))[0] == 2003


def test_semicolons_that_end_nothing(connect: Connect) -> None:
    text = "SELECT ';' AS a -- ; not here\n; SELECT $$;$$ /* ; nor here */"
    assert several(connect(), text, 2) == [[(";",)], [(";",)]]


def tags(sql: Sql, text: str) -> list[str]:
    """The QUERY_TAG under which history holds statements of this text."""
    query = (
        "SELECT QUERY_TAG FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY())"
        f" WHERE QUERY_TEXT = '{text}' ORDER BY START_TIME"
    )
    return [tag for (tag,) in sql(query)]


def test_query_tag_of_session_and_statement(sql: Sql, schema: str) -> None:
    sql(f"USE SCHEMA {schema}", "ALTER SESSION SET QUERY_TAG = 'session'")
    sql("SELECT 101")
    sql("SELECT 101", _statement_params={"QUERY_TAG": "statement"})
    sql("SELECT 101")
    sql("ALTER SESSION UNSET QUERY_TAG", "SELECT 101")
    assert tags(sql, "SELECT 101") == ["session", "statement", "session", ""]


def test_one_tag_for_a_request_of_several(connect: Connect, schema: str) -> None:
    connection = connect()
    cursor = connection.cursor()
    cursor.execute(
        "SELECT 201; SELECT 202", num_statements=2, _statement_params={"QUERY_TAG": "both"}
    )

    def run(text: str) -> list[Any]:
        return connection.cursor().execute(text).fetchall()

    run(f"USE SCHEMA {schema}")
    assert [tags(run, f"SELECT {n}") for n in (201, 202)] == [["both"], ["both"]]


def test_query_ids_are_those_of_history(connect: Connect, schema: str) -> None:
    cursor = connect().cursor()
    cursor.execute("SELECT 301")
    ids = [cursor.sfqid]
    with pytest.raises(ProgrammingError) as caught:
        cursor.execute(f"SELECT * FROM {schema}.missing")
    ids.append(caught.value.sfqid)
    cursor.execute(
        "SELECT QUERY_ID, EXECUTION_STATUS, ERROR_CODE"
        f" FROM TABLE({schema.split('.')[0]}.INFORMATION_SCHEMA.QUERY_HISTORY())"
        f" WHERE QUERY_ID IN ('{ids[0]}', '{ids[1]}') ORDER BY START_TIME"
    )
    rows = cursor.fetchall()
    assert [row[:2] for row in rows] == [(ids[0], "SUCCESS"), (ids[1], "FAILED_WITH_ERROR")]
    assert int(rows[1][2]) == 2003


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1::NUMBER(10,2)", "1.00"), ("'a'", "a"), ("TRUE", "True"), ("NULL", "None"), ("1.5::FLOAT", "1.5"),
        ("'2026-01-02'::DATE", "2026-01-02"), ("'03:04:05'::TIME", "03:04:05"),
        ("'2026-01-02 03:04:05'::TIMESTAMP_NTZ", "2026-01-02 03:04:05"), ("123456789012345678", "123456789012345678"),
        ("PARSE_JSON('{\"a\": [1]}'):a[0]::INT", "1"), ("'grüße €'", "grüße €"),
    ],
)  # fmt: skip
def test_values_arrive_as_they_are(sql: Sql, value: str, expected: str) -> None:
    assert str(sql(f"SELECT {value}")[0][0]) == expected


def test_bindings(connect: Connect, schema: str) -> None:
    cursor = connect(paramstyle="qmark").cursor()
    cursor.execute(f"CREATE TABLE {schema}.t (a INT, b VARCHAR, c TIMESTAMP_NTZ)")
    cursor.execute(f"INSERT INTO {schema}.t VALUES (?, ?, NULL)", (1, "it's; 100%"))
    assert cursor.rowcount == 1
    found = cursor.execute(f"SELECT a, b FROM {schema}.t WHERE b = ?", ("it's; 100%",)).fetchall()
    assert found == [(1, "it's; 100%")]


def test_many_rows_arrive(sql: Sql) -> None:
    rows = sql("SELECT SEQ4() AS n FROM TABLE(GENERATOR(ROWCOUNT => 20000)) ORDER BY n")
    assert len(rows) == 20000


def test_columns_are_described(connect: Connect, schema: str) -> None:
    cursor = connect().cursor()
    cursor.execute(f"CREATE TABLE {schema}.t (id NUMBER(10,2), name VARCHAR(20), at TIMESTAMP_NTZ)")
    described = cursor.execute(f"SELECT * FROM {schema}.t").description
    assert [column.name for column in described] == ["ID", "NAME", "AT"]
    assert (described[0].precision, described[0].scale) == (10, 2)


def test_syntax_error_says_where(sql: Sql) -> None:
    number, message = error_of(lambda: sql("SELECT 1\nFROM WHERE x"))
    assert number == 1003
    assert "syntax error line 2 at position" in message


@pytest.mark.parametrize("text", ["", "   ", "-- nothing\n"])
def test_empty_statement(account: LocalAccount, text: str) -> None:
    answer = RawSession(account.connection).query(text, str(uuid.uuid4()))
    assert (answer["success"], answer["code"]) == (False, "000900")


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TAG t PROPAGATE = ON_DEPENDENCY",
        "CREATE DATABASE ROLE d.r",
        "CREATE EXTERNAL TABLE t LOCATION = @s FILE_FORMAT = (TYPE = CSV)",
    ],
)
def test_what_it_cannot_do_is_refused_by_name(sql: Sql, schema: str, text: str) -> None:
    number, message = error_of(lambda: sql(f"USE SCHEMA {schema}", text))
    assert number == 2
    assert "Unsupported feature" in message


def test_session_is_gone_after_a_restart(tmp_path: Path) -> None:
    with LocalAccount(tmp_path) as first:
        connection = snowflake.connector.connect(**first.connection)
        connection.cursor().execute("CREATE DATABASE kept")
        port = first.port
    with LocalAccount(tmp_path, port) as second:
        number, message = error_of(lambda: connection.cursor().execute("SELECT 1"))
        assert number == 390111
        assert "Session no longer exists" in message
        with snowflake.connector.connect(**second.connection) as anew:
            assert anew.cursor().execute("SHOW DATABASES LIKE 'KEPT'").fetchall()


def test_parameter_of_one_statement_that_it_does_not_obey(sql: Sql) -> None:
    number, message = error_of(lambda: sql("SELECT 1", _statement_params={"TIMEZONE": "UTC"}))
    assert number == 2
    assert "TIMEZONE" in message
