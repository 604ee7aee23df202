"""What queries are refused for that DuckDB would run, and what cannot be translated."""

from __future__ import annotations

import pytest
from sqlglot import exp
from tests.snowlocal.conftest import Sql, error_of

from snowlocal.query import translate


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


@pytest.mark.parametrize(
    ("query", "number", "shown"),
    [
        ("SELECT WIDTH_BUCKET(1, 0, 2, 2)", 2, "Unsupported feature 'the function WIDTH_BUCKET'"),
        ("SELECT OBJECT_DELETE(OBJECT_CONSTRUCT(), 'k')", 2, "'the function OBJECT_DELETE'"),
        ("SELECT SYSTEM$TYPEOF(1)", 2, "'the function SYSTEM$TYPEOF'"),
        ("SELECT NO_SUCH_THING(1)", 2140, "Unknown function NO_SUCH_THING"),
        ("SELECT 1 FROM t ASOF JOIN t u MATCH_CONDITION (t.id >= u.id)", 2, "MATCH_CONDITION"),
        ("SELECT (SELECT column1 FROM VALUES (1), (2))", 90150, "Single-row subquery returns more than one row."),
    ],
)  # fmt: skip
def test_what_snowflake_has_and_duckdb_has_not(
    sql: Sql, query: str, number: int, shown: str
) -> None:
    found, message = error_of(lambda: sql(query))
    assert (found, shown in message) == (number, True), message


def test_a_fault_of_our_own_translation_is_told_as_one(
    sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(node: exp.Expr) -> exp.Expr:
        return node.no_such_attribute  # type: ignore[no-any-return]

    monkeypatch.setattr(translate, "STEPS", ((broken, (exp.Literal,)),))
    number, message = error_of(lambda: sql("SELECT 1"))
    assert (number, "AttributeError" in message) == (370001, True), message


_DUCKDBS = [
    "TODAY()", "NOW()", "STRFTIME(DATE '2026-01-01', '%Y')", "LIST_VALUE(1, 2)", "EPOCH(SYSDATE())", "RANGE(3)",
    "STRLEN('a')", "STRUCT_PACK(1)", "STRING_SPLIT('a', ',')", "PRINTF('a')",
]  # fmt: skip


@pytest.mark.parametrize("call", _DUCKDBS)
def test_functions_of_duckdb_alone_are_unknown(sql: Sql, call: str) -> None:
    number, message = error_of(lambda: sql(f"SELECT {call}"))
    assert (number, f"Unknown function {call.partition('(')[0]}" in message) == (2140, True)


def test_a_function_that_was_made_may_have_any_name(sql: Sql, schema: str) -> None:
    sql("CREATE FUNCTION today() RETURNS INT AS '7'")
    assert sql(f"SELECT today(), {schema}.today()") == [(7, 7)]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("SELECT DISTINCT v FROM t ORDER BY id", "[T.ID]"),
        ("SELECT DISTINCT v FROM t x ORDER BY x.id DESC", "[X.ID]"),
        ("SELECT * FROM (SELECT DISTINCT v FROM t ORDER BY id)", "[T.ID]"),
        ("SELECT DISTINCT v FROM t ORDER BY v", None),
        ("SELECT DISTINCT id + 1 AS n FROM t ORDER BY n", None),
        ("SELECT DISTINCT id + 1 AS n FROM t ORDER BY id + 1", None),
        ("SELECT DISTINCT v AS w FROM t ORDER BY t.v", None),
        ("SELECT DISTINCT * FROM t ORDER BY id", None),
        ("SELECT v FROM t ORDER BY id", None),
        ("SELECT DISTINCT v FROM t ORDER BY 1", None),
    ],
)
def test_distinct_rows_are_ordered_by_what_is_selected(
    sql: Sql, query: str, shown: str | None
) -> None:
    if shown is None:
        sql(query)
        return
    number, message = error_of(lambda: sql(query))
    assert number == 370002
    assert f"{shown} is not a valid order by expression" in message
