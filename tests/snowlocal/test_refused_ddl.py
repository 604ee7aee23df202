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


# A query and whether each of its columns has a name.
_QUERIES = [
    ("SELECT id + 1 FROM t", False),
    ("SELECT 1", False),
    ("SELECT COUNT(*) FROM t", False),
    ("SELECT id::VARCHAR FROM t", False),
    ("SELECT j:a FROM t", False),
    ("SELECT id, 'x' FROM t", False),
    ("SELECT id + 1 AS a, (v), t.j FROM t", True),
    ("SELECT * FROM t", True),
    ("SELECT id + 1 FROM t UNION ALL SELECT 2", True),
    ("WITH c AS (SELECT COUNT(*) AS n FROM t) SELECT n FROM c", True),
]
_MADE = [
    "VIEW x AS",
    "TABLE x AS",
    "DYNAMIC TABLE x TARGET_LAG = '1 day' WAREHOUSE = COMPUTE_WH AS",
]


@pytest.mark.parametrize("made", _MADE)
@pytest.mark.parametrize(("query", "named"), _QUERIES, ids=[q for q, _ in _QUERIES])
def test_each_column_needs_a_name(sql: Sql, made: str, query: str, named: bool) -> None:
    if named:
        sql(f"CREATE {made} {query}")
        return
    number, message = error_of(lambda: sql(f"CREATE {made} {query}"))
    assert (number, "Missing column specification" in message) == (2022, True)


def test_a_list_of_columns_names_them(sql: Sql) -> None:
    sql("CREATE VIEW x (a) AS SELECT id + 1 FROM t")
    sql("CREATE TABLE y (a INT) AS SELECT COUNT(*) FROM t")


def test_a_view_is_not_replaced_by_a_query_on_itself(sql: Sql) -> None:
    sql("CREATE VIEW x AS SELECT id FROM t", "CREATE VIEW y AS SELECT id FROM x")
    for query in ("SELECT * FROM x", "SELECT * FROM y"):
        number, message = error_of(lambda query=query: sql(f"CREATE OR REPLACE VIEW x AS {query}"))
        assert (number, "refers to the view itself" in message) == (370002, True)
    sql("CREATE OR REPLACE VIEW x AS SELECT id, v FROM t", "SELECT * FROM y")


# A column, and the type that its default is refused as, or None where it fits.
_DEFAULTS = [
    ("c VARCHAR(2) DEFAULT 'abc'", "VARCHAR(3)"),
    ("c VARCHAR(3) DEFAULT 'abc'", None),
    ("c VARCHAR(1) DEFAULT ''''", None),
    ("c NUMBER(3,1) DEFAULT 12345", "NUMBER(5,0)"),
    ("c NUMBER(3,1) DEFAULT -100", "NUMBER(3,0)"),
    ("c NUMBER(3,1) DEFAULT 99", None),
    ("c NUMBER(3,1) DEFAULT 9.5", None),
    ("c NUMBER(3,3) DEFAULT 0.5", None),
    ("c FLOAT DEFAULT 1e10", None),
    ("c VARCHAR(1) DEFAULT NULL", None),
]


@pytest.mark.parametrize(("column", "given"), _DEFAULTS, ids=[c for c, _ in _DEFAULTS])
def test_a_default_fits_its_column(sql: Sql, column: str, given: str | None) -> None:
    for statement in (f"CREATE TABLE x (a INT, {column})", f"ALTER TABLE t ADD COLUMN {column}"):
        if given is None:
            sql(statement)
            continue
        number, message = error_of(lambda statement=statement: sql(statement))
        assert (number, f"but got {given} for column C" in message) == (2023, True), message


# A clustering key of (id, v, j, d), and the number it is refused with, or None where it is taken.
_KEYS = [
    ("nope", 904),
    ("id, nope", 904),
    ("TO_DATE(nope)", 904),
    ("j", 370002),
    ("id, v", None),
    ("TO_DATE(d), SUBSTRING(v, 1, 3)", None),
    ("DATE_TRUNC('MONTH', d), DATE_TRUNC(MONTH, d)", None),
    ("j:a::INT", None),
]


@pytest.mark.parametrize(("key", "number"), _KEYS, ids=[k for k, _ in _KEYS])
def test_clustering_keys(sql: Sql, key: str, number: int | None) -> None:
    columns = "(id INT, v VARCHAR, j VARIANT, d DATE)"
    sql(f"CREATE TABLE plain {columns}")
    for statement in (
        f"CREATE TABLE x {columns} CLUSTER BY ({key})",
        f"ALTER TABLE plain CLUSTER BY ({key})",
    ):
        if number is None:
            sql(statement)
        else:
            assert error_of(lambda statement=statement: sql(statement))[0] == number


def test_only_numbers_count_up(sql: Sql) -> None:
    for word in ("IDENTITY", "AUTOINCREMENT"):
        assert error_of(lambda word=word: sql(f"CREATE TABLE x (a VARCHAR {word})"))[0] == 370002
    sql("CREATE TABLE x (a NUMBER(10,0) IDENTITY, b INT AUTOINCREMENT)")
