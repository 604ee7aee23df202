"""Remainders, rounding, and texts that are used as numbers.

Source: docs.snowflake.com/en/sql-reference/functions/mod, /data-type-conversion ("Coercion", rounding of casts).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.snowlocal.conftest import Sql, error_of

_VALUES: list[tuple[str, tuple[Any, ...]]] = [
    ("MOD(5, 3), 5 % 3, MOD(-5, 3), (2 + 3) % (1 + 3), MOD(5, NULL)", (2, 2, -2, 1, None)),
    ("f::INT, (-f)::INTEGER, (5/2)::INT, f::NUMBER, f::NUMBER(10,0)", (3, -3, 3, 3, 3)),
    ("AVG(f)::INT, SUM(f)::INT", (3, 3)),
    ("q * p, q + 1, p - q, SUM(q), AVG(q)", (Decimal("24.5"), 13.25, Decimal("-10.25"), 12.25, 12.25)),
    ("q > 5, 100 > q, q = p, q BETWEEN '1' AND '2'", (True, True, False, True)),
    ("COALESCE(q, 0), IFF(p > 1, q, 0), CASE WHEN p > 1 THEN q ELSE p END", (Decimal("12.25"),) * 3),
]  # fmt: skip


@pytest.fixture
def valued(sql: Sql, schema: str) -> Sql:
    """A table with one row of a text that is a number, a text that is none, a number and a FLOAT."""
    sql(
        f"USE SCHEMA {schema}",
        "CREATE TABLE vs (q VARCHAR, bad VARCHAR, p NUMBER(10,2), f FLOAT)",
        "INSERT INTO vs SELECT '12.25', 'abc', 2, 2.5",
        "CREATE TABLE whole (i INT, n NUMBER(10,0))",
    )
    return sql


@pytest.mark.parametrize(("columns", "expected"), _VALUES)
def test_values(valued: Sql, columns: str, expected: tuple[Any, ...]) -> None:
    grouped = "" if "SUM" not in columns else " GROUP BY q, p, f"
    assert valued(f"SELECT {columns} FROM vs{grouped}") == [expected]


@pytest.mark.parametrize("expression", ["MOD(5, 0)", "5 % 0", "MOD(p, p - p)", "5 / 0"])
def test_a_remainder_of_zero_is_refused(valued: Sql, expression: str) -> None:
    number, message = error_of(lambda: valued(f"SELECT {expression} FROM vs"))
    assert number == 100051
    assert "Division by zero" in message


def test_a_float_is_rounded_half_away_from_zero_when_stored(valued: Sql) -> None:
    valued("INSERT INTO whole SELECT 5/2, f FROM vs", "INSERT INTO whole VALUES (-2.5::FLOAT, 3.5)")
    assert valued("SELECT i, n FROM whole") == [(3, 3), (-3, 4)]
    valued("UPDATE whole SET i = 4.5::FLOAT WHERE n = 4")
    assert valued("SELECT i FROM whole WHERE n = 4") == [(5,)]
    valued("CREATE OR REPLACE TABLE whole (i INT) AS SELECT f FROM vs")
    assert valued("SELECT i FROM whole") == [(3,)]


@pytest.mark.parametrize(
    "expression",
    ["bad * p", "SUM(bad)", "bad > 5", "COALESCE(bad, 0)", "IFF(p > 1, bad, 0)", "-bad"],
)
def test_a_text_that_is_no_number_is_refused(valued: Sql, expression: str) -> None:
    number, message = error_of(lambda: valued(f"SELECT {expression} FROM vs"))
    assert number == 100038
    assert "Numeric value 'abc' is not recognized" in message


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            "SELECT d * 2 FROM dated",
            (1044, "Invalid argument types for function '*': (DATE, NUMBER(38,0))"),
        ),
        ("SELECT SUM(d) FROM dated", (1044, "Invalid argument types for function 'SUM': (DATE)")),
        (
            "SELECT COALESCE(d, 5) FROM dated",
            (1065, "of type [NUMBER(38,0)] into expected type [DATE]"),
        ),
        ("SELECT n, SUM(n) FROM dated GROUP BY d", (979, "is not a valid group by expression")),
        ("SELECT * FROM dated WHERE COUNT(*) > 1", (2, "Unsupported feature")),
    ],
)
def test_what_does_not_compile_is_said_in_snowflakes_words(
    valued: Sql, query: str, expected: tuple[int, str]
) -> None:
    valued("CREATE TABLE dated (d DATE, n INT)")
    number, message = error_of(lambda: valued(query))
    assert number == expected[0]
    assert expected[1] in message
