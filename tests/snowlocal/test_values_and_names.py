"""VALUES, which takes constants and plain functions only, and names of tables given by IDENTIFIER."""

from __future__ import annotations

from functools import partial

import pytest
from tests.snowlocal.conftest import Sql, error_of


@pytest.fixture(autouse=True)
def here(sql: Sql, schema: str) -> str:
    """A schema of the test's own, with tables V and N, a sequence and a function."""
    sql(
        "CREATE TABLE v (a VARIANT)",
        "CREATE TABLE n (a INT, b VARCHAR)",
        "CREATE SEQUENCE sq",
        "CREATE FUNCTION own(x INT) RETURNS INT AS $$ x + 1 $$",
    )
    return schema


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("""PARSE_JSON('{"a":1}')""", """PARSE_JSON('{"a":1}')"""),
        ("ARRAY_CONSTRUCT(1, 2)", "ARRAY_CONSTRUCT(1, 2)"), ("[1]", "ARRAY_CONSTRUCT(1)"),
        ("OBJECT_CONSTRUCT('a', 1)", "OBJECT_CONSTRUCT('a', 1)"), ("{'a': 1}", "OBJECT_CONSTRUCT('a', 1)"),
        ("(SELECT 1)", "(SELECT 1)"), ("own(1)", "OWN(1)"), ("1 + own(1)", "1 + OWN(1)"),
        ("PARSE_JSON('1')::INT", "CAST(PARSE_JSON('1') AS INT)"),
    ],
)  # fmt: skip
def test_what_values_does_not_take(sql: Sql, value: str, shown: str) -> None:
    for statement in ("INSERT INTO v VALUES ({})", "SELECT * FROM VALUES ({}) AS x (a)"):
        number, message = error_of(partial(sql, statement.format(value)))
        assert number == 2014
        assert f"Invalid expression [{shown}] in VALUES clause" in message


def test_what_values_takes(sql: Sql) -> None:
    sql(
        "INSERT INTO n VALUES (1 + 2, 'a' || 'b'), (ABS(-4), UPPER('x')), ('5'::INT, NULL), (6, DEFAULT)",
        "INSERT INTO n VALUES (sq.NEXTVAL, CURRENT_TIMESTAMP())",
        "INSERT INTO v SELECT PARSE_JSON(column1) FROM VALUES ('[1]')",
    )
    assert sql("SELECT a FROM n ORDER BY a") == [(1,), (3,), (4,), (5,), (6,)]
    assert sql("SELECT a[0]::INT FROM v") == [(1,)]


def test_a_table_may_be_named_by_identifier(sql: Sql, here: str) -> None:
    sql(
        "INSERT INTO n VALUES (1, 'x')",
        'CREATE TABLE "low" AS SELECT 7 AS a',
        f"SET tn = '{here}.n'",
    )
    assert sql("SELECT COUNT(*) FROM IDENTIFIER('n')") == [(1,)]
    assert sql("SELECT q.b FROM IDENTIFIER($tn) AS q JOIN IDENTIFIER('N') AS r ON q.a = r.a") == [
        ("x",)
    ]
    assert sql("SELECT a FROM IDENTIFIER('\"low\"')") == [(7,)]
    counted = "BEGIN LET t VARCHAR := 'n'; LET c INT := 0; SELECT COUNT(*) INTO :c FROM IDENTIFIER(:t); RETURN c; END"
    assert sql(counted) == [(1,)]
    sql(
        "INSERT INTO IDENTIFIER($tn) SELECT 2, 'y'",
        "UPDATE IDENTIFIER($tn) SET b = 'z' WHERE a = 2",
    )
    sql("DELETE FROM IDENTIFIER('n') WHERE a = 1")
    assert sql("SELECT * FROM n") == [(2, "z")]
    number, message = error_of(lambda: sql("SELECT * FROM IDENTIFIER('nope')"))
    assert number == 2003
    assert "NOPE" in message
