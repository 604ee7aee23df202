"""User-defined functions: definition, use, and how they are shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.snowlocal.conftest import error_of

Sql = Callable[..., list[Any]]


@pytest.mark.parametrize(
    ("definition", "query", "answer"),
    [
        ("f(a INT) RETURNS INT AS 'a + 1'", "SELECT f(2)", 3),
        ("f(a INT, b INT) RETURNS INT LANGUAGE SQL IMMUTABLE AS $$ a * b $$", "SELECT f(2, 5)", 10),
        ("f() RETURNS INT AS 'SELECT MAX(a) FROM t'", "SELECT f()", 4),
        ("f(m INT) RETURNS TABLE (a INT) AS $$ SELECT a FROM t WHERE a > m $$", "SELECT SUM(a) FROM TABLE(f(2))", 7),
    ],
)  # fmt: skip
def test_sql_functions_are_inlined(
    sql: Sql, schema: str, definition: str, query: str, answer: int
) -> None:
    sql(
        "CREATE TABLE t (a INT)",
        "INSERT INTO t VALUES (1), (3), (4)",
        f"CREATE FUNCTION {definition}",
    )
    assert sql(query) == [(answer,)]


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("CREATE FUNCTION bad(a INT) RETURNS INT AS 'a + + from'", 1003),
        ("CREATE FUNCTION bad(a INT) RETURNS TABLE (b INT) AS 'a + 1'", 1003),
        ("CREATE FUNCTION taken(b INT) RETURNS INT AS '2'", 2002),
        ("DROP FUNCTION nothing(INT)", 2003),
        ("SELECT js(1)", 2),
    ],
)
def test_refusals(sql: Sql, schema: str, statement: str, number: int) -> None:
    sql("CREATE FUNCTION taken(a INT) RETURNS INT AS '1'")
    sql("CREATE FUNCTION js(a FLOAT) RETURNS FLOAT LANGUAGE JAVASCRIPT AS $$ return A $$")
    assert error_of(lambda: sql(statement))[0] == number


# A function, and the number its body is refused with when it is made, or None where it compiles.
_BODIES = [
    ("x(a INT) RETURNS INT AS 'SELECT nope FROM t'", 904),
    ("x(a INT) RETURNS INT AS 'nope + a'", 904),
    ("x(a INT) RETURNS INT AS 'SELECT a FROM nope'", 2003),
    ("x(a INT) RETURNS TABLE (b INT) AS 'SELECT nope FROM t'", 904),
    ("x(a INT) RETURNS INT AS 'SELECT MAX(id) FROM t WHERE id = a'", None),
    ("x(a INT) RETURNS TABLE (b INT, c INT) AS 'SELECT id, a FROM t'", None),
    ("x(a ARRAY, b VARIANT) RETURNS VARCHAR AS 'a[0]::VARCHAR || b:k::VARCHAR'", None),
    ("x(a INT) RETURNS INT AS 'later(a)'", None),
    ("public.x() RETURNS INT AS 'SELECT MAX(id) FROM t'", 2003),
    ("x(a INT) RETURNS INT LANGUAGE JAVASCRIPT AS 'return nope'", None),
]


@pytest.mark.parametrize(("function", "number"), _BODIES, ids=[f for f, _ in _BODIES])
def test_a_body_in_sql_is_compiled_when_it_is_made(
    sql: Sql, schema: str, function: str, number: int | None
) -> None:
    sql("CREATE TABLE t (id INT)")
    if number is None:
        sql(f"CREATE FUNCTION {function}")
    else:
        assert error_of(lambda: sql(f"CREATE FUNCTION {function}"))[0] == number


def test_get_ddl_show_and_describe(sql: Sql, schema: str) -> None:
    sql(
        "CREATE SECURE FUNCTION g(a NUMBER(10,2)) RETURNS VARCHAR COMMENT = 'c' AS $$ a::VARCHAR $$"
    )
    ddl = sql(f"SELECT GET_DDL('FUNCTION', '{schema}.g(NUMBER)', TRUE)")[0][0]
    assert ddl.startswith(
        f"CREATE OR REPLACE SECURE FUNCTION {schema}.G(A NUMBER(10,2))\nRETURNS VARCHAR"
    )
    assert ddl.endswith("AS $$ a::VARCHAR $$;")
    sql(ddl)
    assert dict(sql("DESCRIBE FUNCTION g(NUMBER)")) == {
        "signature": "(A NUMBER)",
        "returns": "VARCHAR",
        "language": "SQL",
        "body": " a::VARCHAR ",
    }
    sql("ALTER FUNCTION g(NUMBER) RENAME TO h")
    assert "H(NUMBER) RETURN VARCHAR" in sql("SHOW USER FUNCTIONS LIKE 'H'")[0]
