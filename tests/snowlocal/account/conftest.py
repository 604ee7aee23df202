"""Rows by column name, and names of a test's own for what lies in the account itself."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from snowflake.connector import DictCursor
from tests.snowlocal.conftest import Connect

Rows = Callable[..., list[dict[str, Any]]]

_numbers = itertools.count(1)


@pytest.fixture
def rows(connect: Connect) -> Rows:
    """Run statements in one session; gives the rows of the last as mappings."""
    connection = connect()

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
