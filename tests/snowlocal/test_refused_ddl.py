"""What CREATE and ALTER refuse before anything is made, and that what is next to it is taken."""

from __future__ import annotations

import pytest
from tests.snowlocal.conftest import Sql, error_of


@pytest.fixture(autouse=True)
def here(sql: Sql, schema: str) -> str:
    """Every test has a current schema of its own, with a table T."""
    sql("CREATE TABLE t (id INT, v VARCHAR, j VARIANT)")
    return schema


_REPLACED = [
    "TABLE IF NOT EXISTS t (a INT)",
    "TRANSIENT TABLE IF NOT EXISTS t (a INT)",
    "VIEW IF NOT EXISTS x AS SELECT 1 AS a",
    "SCHEMA IF NOT EXISTS x",
    "SEQUENCE IF NOT EXISTS x",
    "TASK IF NOT EXISTS x SCHEDULE = '1 MINUTE' AS SELECT 1",
    "PROCEDURE IF NOT EXISTS x() RETURNS INT LANGUAGE SQL AS 'BEGIN RETURN 1; END'",
    "FUNCTION IF NOT EXISTS x() RETURNS INT AS '1'",
]


@pytest.mark.parametrize("created", _REPLACED)
def test_replacing_and_leaving_alone_go_not_together(sql: Sql, created: str) -> None:
    number, message = error_of(lambda: sql(f"CREATE OR REPLACE {created}"))
    assert number == 1004
    assert "options IF NOT EXISTS and OR REPLACE are incompatible." in message
    sql("SELECT id FROM t")
