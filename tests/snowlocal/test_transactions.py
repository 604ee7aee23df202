"""Transactions as the connector drives them: autocommit, explicit ones, DDL in them, isolation and locks."""

from __future__ import annotations

import threading

import pytest
from snowflake.connector import SnowflakeConnection
from tests.snowlocal.conftest import Connect, Sql, error_of


def values(connection: SnowflakeConnection, table: str) -> list[int]:
    """The column A, sorted."""
    return [
        a for (a,) in connection.cursor().execute(f"SELECT a FROM {table} ORDER BY a").fetchall()
    ]


@pytest.fixture
def table(sql: Sql, schema: str) -> str:
    """A table with one column; its full name."""
    sql(f"CREATE TABLE {schema}.t (a INT NOT NULL)")
    return f"{schema}.t"


def test_autocommit_off(connect: Connect, table: str) -> None:
    writer, reader = connect(autocommit=False), connect()
    writer.cursor().execute(f"INSERT INTO {table} VALUES (1)")
    assert values(writer, table) == [1]
    assert values(reader, table) == []
    writer.rollback()
    writer.cursor().execute(f"INSERT INTO {table} VALUES (2)")
    writer.commit()
    assert values(reader, table) == [2]


def test_autocommit_switched(connect: Connect, table: str) -> None:
    writer, reader = connect(), connect()
    writer.autocommit(False)
    writer.cursor().execute(f"INSERT INTO {table} VALUES (1)")
    assert values(reader, table) == []
    writer.commit()
    writer.autocommit(True)
    writer.cursor().execute(f"INSERT INTO {table} VALUES (2)")
    assert values(reader, table) == [1, 2]


@pytest.mark.parametrize(
    ("begin", "end", "kept"),
    [
        ("BEGIN", "COMMIT", [1]),
        ("BEGIN TRANSACTION", "COMMIT WORK", [1]),
        ("START TRANSACTION", "ROLLBACK", []),
        ("BEGIN NAME deploy", "ROLLBACK WORK", []),
    ],
)
def test_explicit(
    sql: Sql, connect: Connect, table: str, begin: str, end: str, kept: list[int]
) -> None:
    sql(begin, f"INSERT INTO {table} VALUES (1)", end)
    assert values(connect(), table) == kept


@pytest.mark.parametrize("statement", ["COMMIT", "ROLLBACK"])
def test_outside_a_transaction_it_does_nothing(sql: Sql, table: str, statement: str) -> None:
    sql(f"INSERT INTO {table} VALUES (1)", statement)
    assert sql(f"SELECT a FROM {table}") == [(1,)]


@pytest.mark.parametrize(
    "ddl",
    [
        "CREATE TABLE {s}.other (a INT)",
        "ALTER TABLE {s}.t ADD COLUMN b INT",
        "CREATE SCHEMA {s}_x",
        "GRANT SELECT ON TABLE {s}.t TO ROLE PUBLIC",
    ],
    ids=["create", "alter", "schema", "grant"],
)
def test_ddl_commits(sql: Sql, connect: Connect, schema: str, table: str, ddl: str) -> None:
    sql("BEGIN", f"INSERT INTO {table} VALUES (1)", ddl.format(s=schema), "ROLLBACK")
    assert values(connect(), table) == [1]


def test_ddl_that_fails_commits_too(sql: Sql, connect: Connect, table: str, schema: str) -> None:
    sql("BEGIN", f"INSERT INTO {table} VALUES (1)")
    assert error_of(lambda: sql(f"CREATE TABLE {schema}.t (a INT)"))[0] == 2002
    sql("ROLLBACK")
    assert values(connect(), table) == [1]


def test_failing_statement_keeps_the_rest(sql: Sql, connect: Connect, table: str) -> None:
    sql("BEGIN", f"INSERT INTO {table} VALUES (1)")
    assert error_of(lambda: sql(f"INSERT INTO {table} VALUES (2), (NULL)"))[0] == 100072
    assert error_of(lambda: sql(f"UPDATE {table} SET a = 1 / 0"))[0] == 100051
    assert error_of(lambda: sql("SELECT * FROM a.b.missing"))[0] == 2003
    sql(f"INSERT INTO {table} VALUES (3)", "COMMIT")
    assert values(connect(), table) == [1, 3]


def test_read_committed(connect: Connect, table: str) -> None:
    one, two = connect(), connect()
    one.cursor().execute("BEGIN")
    assert values(one, table) == []
    two.cursor().execute(f"INSERT INTO {table} VALUES (1)")
    assert values(one, table) == [1]
    one.cursor().execute("ROLLBACK")


def test_lost_session_rolls_back(connect: Connect, table: str) -> None:
    gone = connect()
    gone.cursor().execute("BEGIN")
    gone.cursor().execute(f"UPDATE {table} SET a = 1")
    gone.cursor().execute(f"INSERT INTO {table} VALUES (1)")
    gone.close()
    other = connect(session_parameters={"LOCK_TIMEOUT": 0})
    other.cursor().execute(f"UPDATE {table} SET a = 2")
    assert values(other, table) == []


def test_writer_waits_for_the_commit(connect: Connect, table: str) -> None:
    one, two = connect(), connect()
    one.cursor().execute(f"INSERT INTO {table} VALUES (1)")
    one.cursor().execute("BEGIN")
    one.cursor().execute(f"UPDATE {table} SET a = a + 1")
    counts: list[int] = []

    def second() -> None:
        cursor = two.cursor()
        cursor.execute(f"UPDATE {table} SET a = a + 10 WHERE a = 2")
        counts.append(int(cursor.rowcount or 0))

    thread = threading.Thread(target=second)
    thread.start()
    one.cursor().execute("COMMIT")
    thread.join(20)
    assert counts == [1]
    assert values(one, table) == [12]


def test_lock_timeout(connect: Connect, table: str) -> None:
    one, two = connect(), connect(session_parameters={"LOCK_TIMEOUT": 0})
    one.cursor().execute("BEGIN")
    one.cursor().execute(f"UPDATE {table} SET a = 1")
    number, message = error_of(lambda: two.cursor().execute(f"DELETE FROM {table}"))
    assert number == 625
    assert "lock" in message


def test_deadlock_ends(connect: Connect, schema: str) -> None:
    one, two = connect(), connect()
    for name in ("x", "y"):
        one.cursor().execute(f"CREATE TABLE {schema}.{name} AS SELECT 1 AS a")
    for connection, name in ((one, "x"), (two, "y")):
        connection.cursor().execute("BEGIN")
        connection.cursor().execute(f"UPDATE {schema}.{name} SET a = 2")
    failed: list[int] = []

    def cross(connection: SnowflakeConnection, name: str) -> None:
        try:
            connection.cursor().execute(f"UPDATE {schema}.{name} SET a = 3")
        except Exception as error:
            failed.append(getattr(error, "errno", -1))
            connection.cursor().execute("ROLLBACK")

    threads = [threading.Thread(target=cross, args=pair) for pair in ((one, "y"), (two, "x"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)
    assert failed == [625]


def test_transaction_over_two_databases(sql: Sql, connect: Connect) -> None:
    for name in ("left_db", "right_db"):
        sql(f"CREATE DATABASE {name}", f"CREATE TABLE {name}.PUBLIC.t (a INT)")
    sql(
        "BEGIN",
        "INSERT INTO left_db.PUBLIC.t VALUES (1)",
        "INSERT INTO right_db.PUBLIC.t VALUES (1)",
        "ROLLBACK",
    )
    assert values(connect(), "left_db.PUBLIC.t") == []
    sql(
        "BEGIN",
        "INSERT INTO left_db.PUBLIC.t VALUES (2)",
        "INSERT INTO right_db.PUBLIC.t SELECT a FROM left_db.PUBLIC.t",
        "COMMIT",
    )
    assert values(connect(), "right_db.PUBLIC.t") == [2]
