"""INSERT, UPDATE and MERGE: which types a column takes, how many values, asked before a row is looked at."""

from __future__ import annotations

import pytest
from tests.snowlocal.conftest import Sql, error_of


@pytest.fixture(autouse=True)
def here(sql: Sql, schema: str) -> str:
    """A schema of the test's own, with an empty table T."""
    sql(
        "CREATE TABLE t (id INT, v VARCHAR(5), n NUMBER(5,2), d DATE, b BOOLEAN, ts TIMESTAMP_NTZ, f FLOAT,"
        " bi BINARY, va VARIANT, ar ARRAY, ob OBJECT, ti TIME)"
    )
    return schema


@pytest.mark.parametrize(
    ("statement", "wanted", "given"),
    [
        ("INSERT INTO t (n) SELECT d FROM t", "NUMBER(5,2)", "DATE"),
        ("INSERT INTO t (n) VALUES (CURRENT_DATE())", "NUMBER(5,2)", "DATE"),
        ("INSERT INTO t (d) SELECT id FROM t", "DATE", "NUMBER(38,0)"),
        ("INSERT INTO t (ts) SELECT f FROM t", "TIMESTAMP_NTZ(9)", "FLOAT"),
        ("INSERT INTO t (b) SELECT ts FROM t", "BOOLEAN", "TIMESTAMP_NTZ(9)"),
        ("INSERT INTO t (bi) SELECT n FROM t", "BINARY(8388608)", "NUMBER(5,2)"),
        ("INSERT INTO t (ar) SELECT id FROM t", "ARRAY", "NUMBER(38,0)"),
        ("INSERT INTO t (ob) SELECT d FROM t", "OBJECT", "DATE"),
        ("INSERT INTO t (id) SELECT ar FROM t", "NUMBER(38,0)", "ARRAY"),
        ("INSERT INTO t (d) SELECT 1", "DATE", "NUMBER(1,0)"),
        ("UPDATE t SET n = d", "NUMBER(5,2)", "DATE"),
        ("UPDATE t SET b = q.o FROM (SELECT ob AS o FROM t) AS q", "BOOLEAN", "OBJECT"),
        ("UPDATE t SET v = 'a', d = 1", "DATE", "NUMBER(1,0)"),
        ("UPDATE t SET ts = TRUE", "TIMESTAMP_NTZ(9)", "BOOLEAN"),
        ("UPDATE t SET ti = s.x FROM (SELECT 1.5 AS x) AS s", "TIME(9)", "NUMBER(2,1)"),
        ("MERGE INTO t USING t AS s ON t.id = s.id WHEN MATCHED THEN UPDATE SET d = s.n", "DATE", "NUMBER(5,2)"),
        ("MERGE INTO t USING t AS s ON t.id = s.id WHEN NOT MATCHED THEN INSERT (id, d) VALUES (s.id, s.f)",
         "DATE", "FLOAT"),
    ],
)  # fmt: skip
def test_types_that_never_become_the_columns(
    sql: Sql, statement: str, wanted: str, given: str
) -> None:
    number, message = error_of(lambda: sql(statement))
    assert number == 2023
    assert (
        f"Expression type does not match column data type, expecting {wanted} but got {given} for column"
        in message
    )


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO t (n, d, ts, b) SELECT '1.5', '2026-01-02', '2026-01-02 03:04:05', 'true'",
        "INSERT INTO t (n, d, va) SELECT NULL, NULL, 1",
        "INSERT INTO t (v, va, d) SELECT 1, PARSE_JSON('[1]'), '2026-01-02'::TIMESTAMP_NTZ",
        "INSERT INTO t (id, n, f) SELECT f, id, n FROM t",
        "INSERT INTO t (d, n) SELECT va, va FROM t",
        "UPDATE t SET n = '2', d = '2026-01-02', ts = d, f = n, b = NULL",
        "UPDATE t SET d = s.d + 1 FROM t AS s WHERE t.id = s.id",
        "MERGE INTO t USING (SELECT 7 AS id, '2026-01-02' AS d) AS s ON t.id = s.id"
        " WHEN MATCHED THEN UPDATE SET d = s.d WHEN NOT MATCHED THEN INSERT (id, d) VALUES (id, d)",
    ],
)
def test_types_that_may_become_the_columns(sql: Sql, statement: str) -> None:
    sql("INSERT INTO t (id, n, f, d, va) SELECT 7, 1, 1, '2026-01-01', NULL", statement)


def test_a_refused_statement_leaves_its_transaction_as_it_was(sql: Sql) -> None:
    sql("BEGIN", "INSERT INTO t (id) VALUES (1)")
    assert error_of(lambda: sql("UPDATE t SET n = d"))[0] == 2023
    sql("UPDATE t SET n = id", "COMMIT")
    assert sql("SELECT id, n FROM t") == [(1, 1)]


@pytest.mark.parametrize(
    ("into", "wanted", "given"), [("(id, d) VALUES (s.id)", 2, 1), ("VALUES (s.id, 1)", 12, 2)]
)
def test_merge_with_too_few_values(sql: Sql, into: str, wanted: int, given: int) -> None:
    merge = f"MERGE INTO t USING t AS s ON t.id = s.id WHEN NOT MATCHED THEN INSERT {into}"
    number, message = error_of(lambda: sql(merge))
    assert number == 2020
    assert f"expecting {wanted} but got {given}" in message


def test_merge_holds_all_columns_to_their_lengths(sql: Sql) -> None:
    sql("CREATE TABLE u (id INT, v VARCHAR(2))")
    merge = "MERGE INTO u USING (SELECT 1 AS id) AS s ON u.id = s.id WHEN NOT MATCHED THEN INSERT VALUES (1, 'abc')"
    assert error_of(lambda: sql(merge))[0] == 100078
    assert sql("SELECT * FROM u") == []


@pytest.mark.parametrize(
    ("statement", "number", "shown"),
    [
        ("INSERT INTO t (id, v, id) VALUES (1, 'a', 2)", 2025, "duplicate column name 'ID'"),
        ("UPDATE t SET v = 'a', v = 'b'", 2025, "duplicate column name 'V'"),
        ("MERGE INTO t USING t s ON t.id = s.id WHEN MATCHED THEN UPDATE SET t.v = 'a', v = 'b'",
         2025, "duplicate column name 'V'"),
        ("INSERT INTO t (id, v) VALUES (1, 'a'), (2)", 2020, "expecting 2 but got 1"),
    ],
)  # fmt: skip
def test_columns_and_values_that_do_not_pair(
    sql: Sql, statement: str, number: int, shown: str
) -> None:
    found, message = error_of(lambda: sql(statement))
    assert (found, shown in message) == (number, True), message
