"""Several clients at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import snowflake.connector
from tests.snowlocal.conftest import Connect


def test_conditional_update_has_one_winner(connect: Connect, schema: str) -> None:
    sessions = [connect() for _ in range(4)]
    setup = sessions[0].cursor()
    setup.execute(f"CREATE TABLE {schema}.lease (owner VARCHAR, round INT)")

    def take(number: int, turn: int) -> int:
        cursor = sessions[number].cursor()
        cursor.execute(
            f"UPDATE {schema}.lease SET owner = 'client {number}' WHERE round = {turn} AND owner IS NULL"
        )
        return int(cursor.rowcount or 0)

    with ThreadPoolExecutor(4) as pool:
        for turn in range(10):
            setup.execute(f"INSERT INTO {schema}.lease VALUES (NULL, {turn})")
            counts = list(pool.map(lambda number, turn=turn: take(number, turn), range(4)))
            assert sorted(counts) == [0, 0, 0, 1]
            setup.execute(f"SELECT owner FROM {schema}.lease WHERE round = {turn}")
            assert setup.fetchall() == [(f"client {counts.index(1)}",)]


def test_clients_at_once_in_databases_of_their_own(connect: Connect) -> None:
    def work(number: int) -> int:
        cursor = connect().cursor()
        cursor.execute(f"CREATE DATABASE own_{number}")
        cursor.execute("CREATE TABLE t (a INT)")
        for value in range(5):
            cursor.execute(f"INSERT INTO t VALUES ({value})")
        return int(cursor.execute("SELECT SUM(a) FROM t").fetchall()[0][0])

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(4))) == [10] * 4


def test_counters_lose_no_update(connect: Connect, schema: str) -> None:
    sessions = [connect() for _ in range(4)]
    cursor = sessions[0].cursor()
    cursor.execute(f"CREATE TABLE {schema}.counter AS SELECT 0::INT AS n")

    def count(session: snowflake.connector.SnowflakeConnection) -> None:
        for _ in range(5):
            session.cursor().execute(f"UPDATE {schema}.counter SET n = n + 1")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, sessions))
    assert cursor.execute(f"SELECT n FROM {schema}.counter").fetchall() == [(20,)]
