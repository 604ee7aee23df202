"""UNION and its like over columns of different types: a text becomes what stands beside it, or is refused.

Source: docs.snowflake.com/en/sql-reference/operators-query, "Use the UNION operator and cast mismatched data types".
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.snowlocal.conftest import Sql, error_of


@pytest.fixture(autouse=True)
def here(sql: Sql, schema: str) -> str:
    """A table with one row of several types, its texts a number and none; a view of a union."""
    sql(
        "CREATE TABLE a (i INT, n NUMBER(10,2), v VARCHAR, w VARCHAR, d DATE, ts TIMESTAMP_NTZ, f FLOAT)",
        "INSERT INTO a SELECT 1, 1.5, '7', 'abc', '2026-01-02', '2026-01-02 03:04:05', 2.5",
        "CREATE VIEW u AS SELECT v FROM a UNION ALL SELECT i FROM a",
    )
    return schema


def test_a_text_becomes_what_stands_beside_it(sql: Sql) -> None:
    moment = datetime.fromisoformat("2026-01-02 03:04:05")
    expected: list[tuple[str, list[Any]]] = [
        ("SELECT i FROM a UNION ALL SELECT v FROM a", [1, 7]),
        ("SELECT v FROM a UNION SELECT n FROM a", [Decimal("1.5"), 7]),
        ("SELECT f FROM a UNION SELECT v FROM a UNION SELECT i FROM a", [1.0, 2.5, 7.0]),
        ("SELECT d FROM a UNION ALL SELECT '2026-03-04'", [date(2026, 1, 2), date(2026, 3, 4)]),
        ("SELECT '2026-01-02 03:04:05' UNION SELECT ts FROM a", [moment]),
        ("SELECT ts + INTERVAL '1 day' FROM a MINUS SELECT ts FROM a", [moment + timedelta(days=1)]),
        ("SELECT v FROM a INTERSECT SELECT 7", [7]),
        ("(SELECT v AS k FROM a LIMIT 1) UNION ALL SELECT '1' ORDER BY k", ["1", "7"]),
        ("SELECT '2' AS q UNION ALL SELECT 1 ORDER BY q", [1, 2]),
        ("SELECT w FROM a UNION ALL SELECT NULL", ["abc", None]),
        ("SELECT SUM(v) FROM u", [8]),
        ("SELECT v FROM a UNION ALL (SELECT v FROM a UNION SELECT i FROM a)", [1, 7, 7]),
        ("WITH c AS (SELECT i FROM a UNION ALL SELECT v FROM a) SELECT MAX(i) FROM c", [7]),
    ]  # fmt: skip
    for query, values in expected:
        found = [row[0] for row in sql(query)]
        ordered = found if "ORDER BY" in query or None in found else sorted(found)
        assert ordered == values, query
    assert str(sql("SELECT '2' UNION ALL SELECT 2")[0][0]) == "2"


@pytest.mark.parametrize(
    ("query", "number", "shown"),
    [
        ("SELECT w FROM a UNION ALL SELECT i FROM a", 100038, "Numeric value 'abc' is not recognized"),
        ("SELECT 1 EXCEPT SELECT 'x'", 100038, "Numeric value 'x' is not recognized"),
        ("SELECT d FROM a UNION SELECT w FROM a", 100040, "Date 'abc' is not recognized"),
        ("SELECT i FROM a UNION SELECT v FROM a UNION SELECT d FROM a", 370002, "expected DATE, got NUMBER"),
        ("SELECT i, v FROM a UNION SELECT i FROM a", 1789, "invalid number of result columns for set operator"),
    ],
)  # fmt: skip
def test_what_cannot_become_it_is_refused(sql: Sql, query: str, number: int, shown: str) -> None:
    found, message = error_of(lambda: sql(query))
    assert (found, shown in message) == (number, True), message
