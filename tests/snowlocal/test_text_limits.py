"""Casts to a text with a length: what is longer is refused, not kept and not cut.

Source: docs.snowflake.com/en/sql-reference/functions/try_cast, /data-types-text.
"""

from __future__ import annotations

import pytest
from tests.snowlocal.conftest import Sql, error_of


@pytest.fixture(autouse=True)
def here(sql: Sql, schema: str) -> str:
    """Two rows of a text with a number, one text shorter than three characters; a view of a cast of it."""
    sql(
        "CREATE TABLE t (s VARCHAR, n INT)",
        "INSERT INTO t VALUES ('abcdef', 1), ('ab', 2)",
        "CREATE VIEW v AS SELECT s::VARCHAR(3) AS q FROM t",
        "CREATE SEQUENCE sq",
    )
    return schema


_TOO_LONG = [
    ("SELECT 'abcdef'::VARCHAR(3)", "abcdef"),
    ("SELECT CAST('a''b|\nc' AS STRING(2))", "a'b|\nc"),
    ("SELECT 'ab'::CHAR", "ab"),
    ("SELECT 123::VARCHAR(2), TRUE::TEXT(9)", "123"),
    ("SELECT TRUE::VARCHAR(2)", "true"),
    ("SELECT '2026-01-02'::TIMESTAMP_NTZ::VARCHAR(9)", "2026-01-02 00:00:00.000"),
    ('SELECT PARSE_JSON(\'{"a": "xyz"}\'):a::VARCHAR(2)', "xyz"),
    ("SELECT s::VARCHAR(2) FROM t", "abcdef"),
    ("SELECT * FROM v", "abcdef"),
    ("UPDATE t SET s = s::VARCHAR(2)", "abcdef"),
    ("CREATE TABLE u AS SELECT s::VARCHAR(2) AS q FROM t", "abcdef"),
]


def test_what_is_too_long_is_refused(sql: Sql) -> None:
    for query, shown in _TOO_LONG:
        number, message = error_of(lambda text=query: sql(text))
        assert (number, f"String '{shown}' is too long" in message) == (100078, True), query


def test_what_fits_is_answered(sql: Sql) -> None:
    values = "'abc'::VARCHAR(3), 12::VARCHAR(2), NULL::CHAR, PARSE_JSON('null')::VARCHAR(1), TRY_CAST('abc' AS CHAR(2))"
    assert sql(f"SELECT {values}, TRY_CAST('abc' AS VARCHAR(3))") == [
        ("abc", "12", None, None, None, "abc")
    ]
    # Row by row: a row or branch that is not taken is not cast; and each value is taken once.
    assert sql("SELECT s::VARCHAR(2) FROM t WHERE n = 2") == [("ab",)]
    assert sql("SELECT IFF(n = 1, 'x', s::VARCHAR(2)) FROM t ORDER BY n") == [("x",), ("ab",)]
    assert sql("SELECT sq.NEXTVAL::VARCHAR(5)") == [("1",)]
    assert sql("SELECT sq.NEXTVAL::VARCHAR(5)") == [("2",)]
    text = "s::VARCHAR(6)"
    numbered = f"{text}, ROW_NUMBER() OVER (PARTITION BY {text} ORDER BY 1)"
    assert sorted(sql(f"SELECT {numbered} FROM t GROUP BY {text}")) == [("ab", 1), ("abcdef", 1)]
