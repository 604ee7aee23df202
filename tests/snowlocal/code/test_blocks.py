"""Anonymous blocks and EXECUTE IMMEDIATE."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.snowlocal.conftest import Connect, error_of

Sql = Callable[..., list[Any]]

_CAUGHT = """
BEGIN
    SELECT * FROM nowhere;
EXCEPTION
    WHEN OTHER THEN RETURN sqlcode || ' ' || sqlstate;
END
"""


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("BEGIN RETURN 1 + 1; END", 2),
        ("EXECUTE IMMEDIATE 'SELECT 3'", 3),
        ("EXECUTE IMMEDIATE $$ DECLARE n INT DEFAULT 5; BEGIN RETURN 'n is ' || n; END $$", "n is 5"),
        ("BEGIN LET x INT := 2; IF (x > 1) THEN RETURN 'more'; END IF; RETURN 'less'; END", "more"),
        ("BEGIN INSERT INTO t VALUES (1), (2); RETURN SQLROWCOUNT; END", 2),
        (_CAUGHT, "2003 42S02"),
        ("BEGIN LET s VARCHAR := 'SELECT ? + ?'; LET a INT := 2; LET b INT := 5; "
         "LET r RESULTSET := (EXECUTE IMMEDIATE :s USING (a, b)); RETURN TABLE(r); END", 7),
    ],
)  # fmt: skip
def test_a_block_answers_what_it_returns(sql: Sql, schema: str, text: str, answer: object) -> None:
    sql("CREATE TABLE t (a INT)")
    assert sql(text)[0][0] == answer


def test_the_column_of_a_block_is_named_as_snowflake_names_it(connect: Connect) -> None:
    cursor = connect().cursor()
    cursor.execute("BEGIN RETURN 'x'; END")
    assert [column.name for column in cursor.description] == ["anonymous block"]
    cursor.execute(
        "DECLARE r RESULTSET; BEGIN r := (SELECT 1 AS one, 2 AS two); RETURN TABLE(r); END"
    )
    assert [column.name for column in cursor.description] == ["ONE", "TWO"]


def test_a_session_variable_can_hold_the_statement(sql: Sql) -> None:
    assert sql("SET stmt = 'SELECT 11'", "EXECUTE IMMEDIATE $stmt") == [(11,)]
    assert error_of(lambda: sql("EXECUTE IMMEDIATE $nothing"))[0] == 1


def test_execute_immediate_takes_one_statement(sql: Sql) -> None:
    number, _ = error_of(lambda: sql("EXECUTE IMMEDIATE 'SELECT 1; SELECT 2'"))
    assert number == 8
    assert error_of(lambda: sql("EXECUTE IMMEDIATE ''"))[0] == 900


def test_ddl_in_a_block_stays_when_the_block_fails(sql: Sql, schema: str) -> None:
    block = "DECLARE bad EXCEPTION (-20001, 'own'); BEGIN CREATE TABLE made (a INT); RAISE bad; END"
    number, text = error_of(lambda: sql(block))
    assert number == -20001
    assert "own" in text
    assert sql("SELECT COUNT(*) FROM made") == [(0,)]


def test_statements_of_a_block_are_children_in_the_history(sql: Sql, schema: str) -> None:
    sql("CREATE TABLE t (a INT)", "BEGIN INSERT INTO t VALUES (41); RETURN 0; END")
    rows = sql("SELECT query_text FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY_BY_SESSION())")
    assert ("INSERT INTO t VALUES (41)",) in rows


@pytest.mark.parametrize(
    "body",
    [
        "BEGIN TRANSACTION; INSERT INTO t VALUES (1);",
        "INSERT INTO t VALUES (1); BEGIN; INSERT INTO t VALUES (2);",
    ],
)
def test_a_transaction_left_open_is_rolled_back(sql: Sql, schema: str, body: str) -> None:
    sql("CREATE TABLE t (a INT)")
    number, text = error_of(lambda: sql(f"BEGIN {body} RETURN 1; END"))
    assert number == 90232
    assert "Scoped transaction started in stored procedure is incomplete" in text
    assert sql("SELECT COUNT(*) FROM t WHERE a = (SELECT MAX(a) FROM t)")[0][0] <= 1
    assert (2,) not in sql("SELECT a FROM t")


def test_a_block_cannot_end_the_transaction_it_was_called_in(sql: Sql, schema: str) -> None:
    sql("CREATE TABLE t (a INT)", "BEGIN TRANSACTION", "INSERT INTO t VALUES (1)")
    for statement in ("COMMIT", "ROLLBACK", "CREATE TABLE u (a INT)"):
        number, text = error_of(lambda: sql(f"BEGIN {statement}; RETURN 1; END"))  # noqa: B023
        assert (number, "different scope" in text) == (90232, True)
    sql("BEGIN INSERT INTO t VALUES (2); RETURN 1; END", "ROLLBACK")
    assert sql("SELECT COUNT(*) FROM t") == [(0,)]


def test_a_block_that_is_cancelled_stops_and_leaves_the_session_usable(connect: Connect) -> None:
    cursor = connect().cursor()
    endless = (
        "BEGIN LET n INT := 0; WHILE (TRUE) DO n := (SELECT :n + 1); END WHILE;"
        " EXCEPTION WHEN OTHER THEN RETURN 0; END"
    )
    assert error_of(lambda: cursor.execute(endless, timeout=1))[0] == 604
    cursor.execute("BEGIN RETURN 1; END")
    assert cursor.fetchall() == [(1,)]
