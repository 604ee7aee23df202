"""What queries are refused for that DuckDB would run, and what cannot be translated."""

from __future__ import annotations

import pytest
from tests.snowlocal.conftest import Sql, error_of


@pytest.fixture(autouse=True)
def here(sql: Sql, schema: str) -> str:
    """Every test has a current schema of its own, with a table T."""
    sql("CREATE TABLE t (id INT, v VARCHAR)")
    return schema


_ORDERED = [
    "ROW_NUMBER()", "RANK()", "DENSE_RANK()", "PERCENT_RANK()", "CUME_DIST()", "NTILE(2)", "LAG(id)", "LEAD(id)",
    "FIRST_VALUE(id)", "LAST_VALUE(id)", "NTH_VALUE(id, 2)",
]  # fmt: skip


@pytest.mark.parametrize("call", _ORDERED)
def test_a_window_needs_its_order(sql: Sql, call: str) -> None:
    name = call.partition("(")[0]
    for window in ("()", "(PARTITION BY v)"):
        number, message = error_of(lambda window=window: sql(f"SELECT {call} OVER {window} FROM t"))
        assert number == 370002
        assert f"Window function type [{name}] requires ORDER BY" in message
    sql(f"SELECT {call} OVER (PARTITION BY v ORDER BY id) FROM t")


def test_a_window_in_qualify_or_in_a_view_needs_its_order_too(sql: Sql) -> None:
    windowed = "SELECT id FROM t QUALIFY ROW_NUMBER() OVER (PARTITION BY v) = 1"
    assert error_of(lambda: sql(windowed))[0] == 370002
    assert error_of(lambda: sql(f"CREATE VIEW x AS {windowed}"))[0] == 370002


def test_aggregates_need_no_order(sql: Sql) -> None:
    sql("SELECT SUM(id) OVER (), COUNT(*) OVER (PARTITION BY v), MAX(id) OVER (ORDER BY v) FROM t")


@pytest.mark.parametrize(
    ("call", "name"),
    [("REGEXP_REPLACE('a1b1', '1', 'x', 1, 2)", "REGEXP_REPLACE")],
)
def test_what_cannot_be_translated_is_refused_by_name(sql: Sql, call: str, name: str) -> None:
    number, message = error_of(lambda: sql(f"SELECT {call}"))
    assert (number, f"Unsupported feature 'this form of {name}'." in message) == (2, True), message
