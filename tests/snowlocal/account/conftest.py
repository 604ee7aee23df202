"""Rows by column name, and names of a test's own for what lies in the account itself."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector import DictCursor, SnowflakeConnection
from tests.snowlocal.conftest import Connect

from snowlocal.server import LocalAccount

Rows = Callable[..., list[dict[str, Any]]]

_numbers = itertools.count(1)


@contextmanager
def connected(account: LocalAccount) -> Iterator[Rows]:
    """A session of an account; runs statements and gives the rows of the last as mappings."""
    with closing(snowflake.connector.connect(**account.connection)) as connection:
        yield _runner(connection)


@pytest.fixture
def rows(connect: Connect) -> Rows:
    """Run statements in one session; gives the rows of the last as mappings."""
    return _runner(connect())


def _runner(connection: SnowflakeConnection) -> Rows:
    def run(*statements: str) -> list[dict[str, Any]]:
        cursor = connection.cursor(DictCursor)
        for statement in statements:
            cursor.execute(statement)
        return [dict(row) for row in cursor.fetchall()]

    return run


@pytest.fixture
def name() -> str:
    """A name that no other test uses."""
    return f"N{next(_numbers)}"
