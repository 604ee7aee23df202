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


_SOURCE = "CREATE TABLE s (k VARCHAR(3), n NUMBER(10,2), i INT, b BINARY(5), x VARCHAR)"
_LONGEST = "VARCHAR(16777216)"


@pytest.mark.parametrize(
    ("query", "types"),
    [
        ("SELECT k, n, i, b, x FROM s", ["VARCHAR(3)", "NUMBER(10,2)", "NUMBER(38,0)", "BINARY(5)", _LONGEST]),
        ("SELECT * FROM s", ["VARCHAR(3)", "NUMBER(10,2)", "NUMBER(38,0)", "BINARY(5)", _LONGEST]),
        ("SELECT 'new' AS a, 10 AS b, -1.50 AS c, 0.5 AS d",
         ["VARCHAR(3)", "NUMBER(2,0)", "NUMBER(3,2)", "NUMBER(2,1)"]),
        ("SELECT x::VARCHAR(2) AS a, i::NUMBER(5,0) AS b, TRY_CAST(x AS NUMBER(4,1)) AS c FROM s",
         ["VARCHAR(2)", "NUMBER(5,0)", "NUMBER(4,1)"]),
        ("SELECT q.* FROM (SELECT t.k AS y, (t.n) AS z FROM s AS t) AS q", ["VARCHAR(3)", "NUMBER(10,2)"]),
        ("WITH c (y) AS (SELECT k FROM s) SELECT y, c.y AS z FROM c", ["VARCHAR(3)", "VARCHAR(3)"]),
        ("SELECT k FROM s UNION ALL SELECT 'abc' UNION ALL SELECT x::VARCHAR(3) FROM s", ["VARCHAR(3)"]),
        ("SELECT t.*, u.i AS j FROM (SELECT k FROM s) AS t LEFT JOIN s AS u ON t.k = u.k",
         ["VARCHAR(3)", "NUMBER(38,0)"]),
        ("SELECT k AS \"k\" FROM v", ["VARCHAR(3)"]),
        # What else a column may be is as long as a text can be.
        ("SELECT k || '!' AS a, 'a' || 'b' AS b, '' AS c, NULL AS d FROM s", [_LONGEST] * 4),
        ("SELECT k FROM s UNION ALL SELECT x FROM s", [_LONGEST]),
        ("SELECT k AS r, r AS z FROM s", ["VARCHAR(3)", _LONGEST]),
        ("SELECT word() AS a", [_LONGEST]),
        ("SELECT * FROM TABLE(words())", [_LONGEST]),
    ],
)  # fmt: skip
def test_lengths_and_precisions_come_through(sql: Sql, query: str, types: list[str]) -> None:
    sql(
        _SOURCE,
        "CREATE VIEW v AS SELECT * FROM s",
        "CREATE FUNCTION word() RETURNS VARCHAR AS $$ 'abc' $$",
        "CREATE FUNCTION words() RETURNS TABLE (w VARCHAR) AS $$ SELECT 'abc' $$",
    )
    sql(f"CREATE TABLE t AS {query}", f"CREATE VIEW w AS {query}")
    for described in ("TABLE t", "VIEW w"):
        assert [row[1] for row in sql(f"DESCRIBE {described}")] == types


def test_a_stream_passes_its_tables_lengths_on(sql: Sql) -> None:
    sql(_SOURCE, "CREATE STREAM st ON TABLE s", "CREATE TABLE t AS SELECT k, n FROM st")
    assert [row[1] for row in sql("DESCRIBE TABLE t")] == ["VARCHAR(3)", "NUMBER(10,2)"]


def test_arrays_and_objects_stay_what_they_are(sql: Sql) -> None:
    sql("CREATE TABLE s (a ARRAY, o OBJECT, v VARIANT)")
    sql("INSERT INTO s SELECT ARRAY_CONSTRUCT(1), OBJECT_CONSTRUCT('k', 2), PARSE_JSON('3')")
    sql("CREATE TABLE t AS SELECT * FROM s")
    assert [row[1] for row in sql("DESCRIBE TABLE t")] == ["ARRAY", "OBJECT", "VARIANT"]
    assert sql("SELECT a[0]::INT, o:k::INT, v::INT FROM t") == [(1, 2, 3)]


def test_a_length_that_came_through_is_kept(sql: Sql) -> None:
    sql(_SOURCE, "CREATE TABLE t AS SELECT k, 10 AS w FROM s")
    assert error_of(lambda: sql("INSERT INTO t VALUES ('toolong', 1)"))[0] == 100078
    assert error_of(lambda: sql("INSERT INTO t VALUES ('abc', 100)"))[0] == 100039
    sql("INSERT INTO t VALUES ('abc', 99)")
    assert sql("SELECT k, w FROM t") == [("abc", 99)]


def test_a_column_list_may_leave_types_out(sql: Sql, schema: str) -> None:
    sql(
        f"USE SCHEMA {schema}",
        'CREATE TABLE named (a, b NUMBER(5,2), "c d", PRIMARY KEY (a))'
        " AS SELECT 'xy', 1, COUNT(*) FROM VALUES (1), (2)",
    )
    described = [(row[0], row[1], row[3]) for row in sql("DESCRIBE TABLE named")]
    assert described == [
        ("A", "VARCHAR(2)", "N"), ("B", "NUMBER(5,2)", "Y"), ("c d", "NUMBER(38,0)", "Y"),
    ]  # fmt: skip
    assert sql("SELECT * FROM named") == [("xy", 1, 2)]
    # Without a query there is nothing to take them from.
    number, message = error_of(lambda: sql("CREATE TABLE bare (a INT, b)"))
    assert (number, "unexpected ')'" in message) == (1003, True)
    assert error_of(lambda: sql("CREATE TABLE fewer (a) AS SELECT 1, 2"))[0] == 2020
