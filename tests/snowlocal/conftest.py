"""A running local account and real connections to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector import SnowflakeConnection

from snowlocal.server import LocalAccount

Connect = Callable[..., SnowflakeConnection]
Sql = Callable[..., list[Any]]


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAccount]:
    """One account for the tests of a module."""
    with LocalAccount(tmp_path_factory.mktemp("account")) as running:
        yield running


@pytest.fixture
def connect(account: LocalAccount) -> Iterator[Connect]:
    """Sign in; keyword arguments override those of the account's own user. Closed after the test."""
    opened: list[SnowflakeConnection] = []

    def sign_in(**overrides: Any) -> SnowflakeConnection:
        connection = snowflake.connector.connect(**{**account.connection, **overrides})
        opened.append(connection)
        return connection

    yield sign_in
    for connection in opened:
        connection.close()


@pytest.fixture
def sql(connect: Connect) -> Sql:
    """Run statements in one session; gives the rows of the last."""
    connection = connect()

    def run(*statements: str, **options: Any) -> list[Any]:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement, **options)
        return list(cursor.fetchall())

    return run


@pytest.fixture
def schema(sql: Sql, request: pytest.FixtureRequest) -> str:
    """A fresh schema of the test's own, made current; its full name."""
    name = f"S{abs(hash(request.node.nodeid)) % 10**12}"
    sql("CREATE DATABASE IF NOT EXISTS TESTS", f"CREATE OR REPLACE SCHEMA TESTS.{name}")
    return f"TESTS.{name}"


def error_of(run: Callable[[], Any]) -> tuple[int, str]:
    """The error number and message with which a statement is refused."""
    with pytest.raises(snowflake.connector.errors.Error) as caught:
        run()
    return caught.value.errno, str(caught.value.msg)
