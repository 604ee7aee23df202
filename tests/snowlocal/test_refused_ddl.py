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


# A statement, and the days in it that are refused, or None where it is taken.
_RETENTIONS = [
    ("CREATE TABLE x (a INT) DATA_RETENTION_TIME_IN_DAYS = 91", 91),
    ("CREATE TABLE x (a INT) DATA_RETENTION_TIME_IN_DAYS = 90", None),
    ("CREATE TABLE x DATA_RETENTION_TIME_IN_DAYS = 100 AS SELECT 1 AS a", 100),
    ("CREATE TRANSIENT TABLE x (a INT) DATA_RETENTION_TIME_IN_DAYS = 2", 2),
    ("CREATE TRANSIENT TABLE x (a INT) DATA_RETENTION_TIME_IN_DAYS = 0", None),
    ("CREATE SCHEMA x DATA_RETENTION_TIME_IN_DAYS = 91", 91),
    ("CREATE TRANSIENT SCHEMA x DATA_RETENTION_TIME_IN_DAYS = 5", 5),
    ("CREATE OR REPLACE DATABASE x DATA_RETENTION_TIME_IN_DAYS = 1000", 1000),
    ("CREATE OR REPLACE DATABASE x DATA_RETENTION_TIME_IN_DAYS = 30", None),
    ("ALTER TABLE t SET DATA_RETENTION_TIME_IN_DAYS = 91", 91),
    ("ALTER TABLE t SET DATA_RETENTION_TIME_IN_DAYS = 7", None),
    ("ALTER TABLE brief SET DATA_RETENTION_TIME_IN_DAYS = 2", 2),
    ("ALTER DATABASE tests SET DATA_RETENTION_TIME_IN_DAYS = 91", 91),
]


@pytest.mark.parametrize(("statement", "days"), _RETENTIONS, ids=[s for s, _ in _RETENTIONS])
def test_days_of_time_travel(sql: Sql, statement: str, days: int | None) -> None:
    sql("CREATE TRANSIENT TABLE brief (a INT)")
    if days is None:
        sql(statement)
        return
    number, message = error_of(lambda: sql(statement))
    assert number == 1008
    assert f"invalid value [{days}] for parameter 'DATA_RETENTION_TIME_IN_DAYS'" in message


def test_a_transient_copy_is_transient(sql: Sql) -> None:
    sql("ALTER TABLE t SET DATA_RETENTION_TIME_IN_DAYS = 7", "CREATE TRANSIENT TABLE x CLONE t")
    ((shown),) = sql("SHOW TABLES LIKE 'X'")
    assert (shown[4], shown[10]) == ("TRANSIENT", "1")
    assert error_of(lambda: sql("CREATE TABLE back CLONE x"))[0] == 2120
    sql("CREATE TRANSIENT TABLE back CLONE x")
