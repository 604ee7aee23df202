"""The rows of tables: defaults, DML and its counts, values and expressions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.snowlocal.conftest import Connect, Sql, error_of


@pytest.fixture(autouse=True)
def here(schema: str) -> str:
    """Every test has a current schema of its own."""
    return schema


def described(sql: Sql, table: str, *columns: int) -> list[tuple[Any, ...]]:
    """Columns of DESCRIBE TABLE by position: 0 name, 1 type, 3 null?, 4 default, 5 primary key."""
    return [tuple(row[i] for i in columns) for row in sql(f"DESCRIBE TABLE {table}")]


def test_defaults(sql: Sql) -> None:
    sql(
        "CREATE TABLE t (a INT, b VARCHAR DEFAULT 'it''s', c NUMBER(5,2) DEFAULT 1.5,"
        " d TIMESTAMP_NTZ DEFAULT CURRENT_TIMESTAMP(), e BOOLEAN DEFAULT FALSE, f DATE DEFAULT '2026-01-01'::DATE)",
        "INSERT INTO t (a) VALUES (1)",
    )
    row = sql("SELECT b, c, d IS NOT NULL, e, f::VARCHAR FROM t")[0]
    assert row == ("it's", Decimal("1.50"), True, False, "2026-01-01")
    sql("INSERT INTO t (a, b) VALUES (2, DEFAULT)")
    assert sql("SELECT b FROM t WHERE a = 2") == [("it's",)]


def test_autoincrement_in_another_database(sql: Sql, here: str) -> None:
    sql(
        "CREATE DATABASE IF NOT EXISTS elsewhere",
        f"CREATE TABLE {here}.t (id INT AUTOINCREMENT START 10 INCREMENT 5, a INT)",
    )
    sql(
        "USE DATABASE elsewhere",
        f"INSERT INTO {here}.t (a) VALUES (1), (2)",
        f"ALTER TABLE {here}.t RENAME TO {here}.u",
    )
    sql(f"INSERT INTO {here}.u (a) VALUES (3)")
    assert sql(f"SELECT id, a FROM {here}.u ORDER BY a") == [(10, 1), (15, 2), (20, 3)]


def test_sequence_default_by_short_name_from_elsewhere(sql: Sql, here: str) -> None:
    sql("CREATE SEQUENCE sq START 7", "CREATE TABLE t (id INT DEFAULT sq.NEXTVAL, a INT)")
    sql("CREATE DATABASE IF NOT EXISTS elsewhere", "USE DATABASE elsewhere")
    sql(
        f"CREATE TABLE {here}.c CLONE {here}.t",
        f"INSERT INTO {here}.c (a) VALUES (1)",
        f"INSERT INTO {here}.t (a) VALUES (1)",
    )
    assert sql(f"SELECT id FROM {here}.c") == [(7,)]
    assert sql(f"SELECT id FROM {here}.t") == [(8,)]


def test_wide_numbers(sql: Sql) -> None:
    sql("CREATE TABLE t (a NUMBER(38,0), b NUMBER(38,10))")
    sql("INSERT INTO t VALUES (9223372036854775807, 1234567890123456789012345678.0123456789)")
    wide = Decimal("1234567890123456789012345678.0123456789")
    assert sql("SELECT * FROM t") == [(9223372036854775807, wide)]


def test_numbers_that_are_too_wide_are_refused_not_bent(sql: Sql) -> None:
    sql("CREATE TABLE t (a NUMBER(38,0))")
    number, message = error_of(
        lambda: sql("INSERT INTO t VALUES (12345678901234567890123456789012345678)")
    )
    assert number == 100039
    assert "out of range" in message
    assert sql("SELECT COUNT(*) FROM t") == [(0,)]


def test_ctas_like_and_replace(sql: Sql) -> None:
    sql(
        "CREATE TABLE t (a INT NOT NULL DEFAULT 5, b VARCHAR(3)) COMMENT = 'why'",
        "INSERT INTO t VALUES (1, 'x')",
    )
    sql(
        "CREATE TABLE c AS SELECT a, b || '!' AS b, 1.5 AS n, CURRENT_DATE() AS d FROM t",
        "CREATE TABLE l LIKE t",
    )
    assert sql("SELECT a, b, n FROM c") == [(1, "x!", Decimal("1.5"))]
    assert sql("SELECT COUNT(*) FROM l") == [(0,)]
    assert described(sql, "l", 0, 1, 3, 4) == [
        ("A", "NUMBER(38,0)", "N", "5"),
        ("B", "VARCHAR(3)", "Y", None),
    ]
    sql(
        "CREATE OR REPLACE TABLE t AS SELECT a + 1 AS z FROM t",
        "CREATE TABLE IF NOT EXISTS t (other INT)",
    )
    assert sql("SELECT z FROM t") == [(2,)]


def test_merge(sql: Sql, connect: Connect, here: str) -> None:
    sql("CREATE TABLE t (k INT, v VARCHAR(5))", "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')")
    sql("CREATE TABLE s AS SELECT * FROM VALUES (2, 'B'), (3, NULL), (4, 'D') AS x (k, v)")
    cursor = connect().cursor()
    cursor.execute(f"USE SCHEMA {here}")
    cursor.execute(
        "MERGE INTO t USING s ON t.k = s.k WHEN MATCHED AND s.v IS NULL THEN DELETE"
        " WHEN MATCHED THEN UPDATE SET t.v = s.v WHEN NOT MATCHED THEN INSERT (k, v) VALUES (s.k, s.v)"
    )
    assert [column.name for column in cursor.description] == [
        "number of rows inserted", "number of rows updated", "number of rows deleted",
    ]  # fmt: skip
    assert cursor.fetchall() == [(1, 1, 1)]
    assert cursor.rowcount == 3
    assert sql("SELECT * FROM t ORDER BY k") == [(1, "a"), (2, "B"), (4, "D")]


def test_merge_with_two_matches_is_refused(sql: Sql) -> None:
    sql(
        "CREATE TABLE t AS SELECT 1 AS k, 'a' AS v",
        "CREATE TABLE s AS SELECT * FROM VALUES (1, 'x'), (1, 'y') AS x (k, v)",
    )
    merge = "MERGE INTO t USING s ON t.k = s.k WHEN MATCHED THEN UPDATE SET v = s.v"
    assert error_of(lambda: sql(merge))[0] == 100090
    assert sql("SELECT v FROM t") == [("a",)]


@pytest.mark.parametrize(
    ("whens", "counts", "left"),
    [
        ("WHEN MATCHED THEN DELETE", (2,), [3]),
        ("WHEN MATCHED AND s.x = 'b' THEN DELETE", (1,), [2, 3]),
        (
            "WHEN MATCHED AND s.x = 'b' THEN DELETE WHEN MATCHED AND s.x IS NULL THEN DELETE",
            (2,),
            [3],
        ),
        (
            "WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (k) VALUES (s.k)",
            (2, 2),
            [3, 9, 9],
        ),
    ],
)
def test_merge_may_delete_a_row_that_two_match(
    sql: Sql, whens: str, counts: tuple[int, ...], left: list[int]
) -> None:
    sql(
        "CREATE TABLE t AS SELECT * FROM VALUES (1), (2), (3) AS x (k)",
        "CREATE STREAM changed ON TABLE t",
    )
    rows = "(1, 'a'), (1, 'b'), (2, NULL), (2, 'a'), (9, 'a'), (9, 'a')"
    using = f"(SELECT * FROM VALUES {rows} AS x (k, x)) AS s"
    assert sql(f"MERGE INTO t USING {using} ON t.k = s.k {whens}") == [counts]
    assert [k for (k,) in sql("SELECT k FROM t ORDER BY k")] == left
    deleted = sql("SELECT COUNT(*) FROM changed WHERE METADATA$ACTION = 'DELETE'")
    assert deleted == [(counts[-1],)]


@pytest.mark.parametrize(
    ("dml", "count", "left"),
    [
        ("INSERT INTO t SELECT a + 10 FROM t", 3, [1, 2, 3, 11, 12, 13]),
        ("INSERT OVERWRITE INTO t SELECT 9", 1, [9]),
        ("UPDATE t SET a = a + 1 WHERE a > 1", 2, [1, 3, 4]),
        ("UPDATE t SET a = s.b FROM s WHERE t.a = s.a", 1, [2, 3, 70]),
        ("DELETE FROM t WHERE a IN (SELECT a FROM s)", 1, [2, 3]),
        ("DELETE FROM t USING s WHERE t.a = s.a", 1, [2, 3]),
        ("DELETE FROM t", 3, []),
        ("UPDATE t SET a = 0 WHERE FALSE", 0, [1, 2, 3]),
    ],
)
def test_row_counts(
    connect: Connect, sql: Sql, here: str, dml: str, count: int, left: list[int]
) -> None:
    sql(
        "CREATE TABLE t AS SELECT * FROM VALUES (1), (2), (3) AS x (a)",
        "CREATE TABLE s AS SELECT 1 AS a, 70 AS b",
    )
    cursor = connect().cursor()
    cursor.execute(f"USE SCHEMA {here}")
    cursor.execute(dml)
    assert cursor.rowcount == count
    assert cursor.fetchall()[0][0] == count
    assert [a for (a,) in sql("SELECT a FROM t ORDER BY a")] == left


def test_truncate(sql: Sql) -> None:
    sql("CREATE TABLE t AS SELECT 1 AS a", "TRUNCATE TABLE t", "TRUNCATE TABLE IF EXISTS missing")
    assert sql("SELECT COUNT(*) FROM t") == [(0,)]


def test_semi_structured(sql: Sql) -> None:
    sql(
        "CREATE TABLE t (v VARIANT)",
        """INSERT INTO t SELECT PARSE_JSON('{"a": {"b": [1, "two"]}, "n": null}')""",
    )
    assert sql("SELECT v:a.b[0]::INT, v:a.b[1]::VARCHAR, v:missing FROM t") == [(1, "two", None)]
    flat = sql("SELECT f.value::VARCHAR FROM t, LATERAL FLATTEN(input => v:a.b) f ORDER BY f.index")
    assert flat == [("1",), ("two",)]
    assert error_of(lambda: sql("INSERT INTO t VALUES ('{}')"))[0] == 2023


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("7 / 2", Decimal("3.5")), ("IFF(1 > 0, 'y', 'n')", "y"), ("NVL(NULL, 3)", 3), ("ZEROIFNULL(NULL)", 0),
        ("DATEADD(day, 1, '2026-02-28'::DATE)::VARCHAR", "2026-03-01"),
        ("DATEDIFF(day, '2026-01-01', '2026-01-09')", 8),
        ("TO_VARCHAR('2026-11-23'::DATE, 'YYYYMMDD')", "20261123"), ("TRY_TO_NUMBER('1.255', 10, 2)", Decimal("1.26")),
        ("TRY_TO_DATE('x')", None), ("SPLIT_PART('a|b', '|', 2)", "b"), ("COALESCE(NULLIF(TRIM(' '), ''), '-')", "-"),
        ("UPPER(TRIM(' a '))", "A"), ("ROUND(2.5)", 3), ("DIV0(1, 0)", 0), ("LENGTH('grüße')", 5),
    ],
)  # fmt: skip
def test_expressions(sql: Sql, expression: str, value: Any) -> None:
    assert sql(f"SELECT {expression}") == [(value,)]


@pytest.mark.parametrize(
    ("statement", "number", "said"),
    [
        ("SELECT CURRENT_DATE()::NUMBER(5,2)", 1007, "invalid type [CAST(DATE AS NUMBER(5,2))]"),
        ("SELECT ''::DATE", 100040, "Date '' is not recognized"),
        ("SELECT '2026-13-01'::DATE", 100040, "Date '2026-13-01' is not recognized"),
        ("SELECT '2026-01-01 25:00:00'::TIMESTAMP", 100035, "Timestamp '2026-01-01 25:00:00' is not recognized"),
        ("SELECT '25:00'::TIME", 100108, "Time '25:00' is not recognized"),
        ("INSERT INTO t VALUES ('x')", 100038, "Numeric value 'x' is not recognized"),
        ("INSERT INTO t VALUES (12345)", 100039, "Numeric value '12345' is out of range"),
        ("INSERT INTO t SELECT 12345.25", 100039, "Numeric value '12345.25' is out of range"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_converted_is_named(
    sql: Sql, statement: str, number: int, said: str
) -> None:
    sql("CREATE TABLE t (n NUMBER(5,2))")
    found, message = error_of(lambda: sql(statement))
    assert found == number
    assert said in message
