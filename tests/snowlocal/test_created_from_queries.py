"""CREATE TABLE … AS SELECT: what it stores, what it refuses, and what its columns are."""

from __future__ import annotations

import pytest
from tests.snowlocal.conftest import Sql, error_of


@pytest.fixture(autouse=True)
def here(schema: str) -> str:
    """Every test has a current schema of its own."""
    return schema


@pytest.mark.parametrize(
    "query",
    ["'abc'", "'abc' UNION ALL SELECT 'a'", "123", "c.v FROM (SELECT 'a' || 'bc' AS v) AS c"],
)
def test_a_text_too_long_for_its_column_is_refused(sql: Sql, query: str) -> None:
    number, message = error_of(lambda: sql(f"CREATE TABLE t (x VARCHAR(2)) AS SELECT {query}"))
    assert number == 100078
    assert "is too long and would be truncated" in message
    assert sql("SHOW TABLES LIKE 'T'") == []
    sql("CREATE TABLE t (x VARCHAR(3)) AS SELECT 'abc'")
    assert sql("SELECT x FROM t") == [("abc",)]
