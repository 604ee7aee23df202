"""Functions of ARRAYs, which are kept as JSON.

Source: docs.snowflake.com/en/sql-reference/functions-semistructured, /functions/array_slice and the others.
"""

from __future__ import annotations

from typing import Any

from tests.snowlocal.conftest import Sql, error_of

_VALUES: list[tuple[str, Any]] = [
    ("ARRAY_SLICE(a, 0, 2)", '[3,"x"]'),
    ("ARRAY_SLICE(a, -2, -1)", '["x"]'),
    ("ARRAY_APPEND(a, 'z')", '[3,"x",3,"z"]'),
    ("ARRAY_PREPEND(a, 1)", '[1,3,"x",3]'),
    ("ARRAY_CAT(a, ARRAY_CONSTRUCT(NULL))", '[3,"x",3,null]'),
    ("ARRAY_CONTAINS('x'::VARIANT, a)", True),
    ("ARRAY_CONTAINS(4::VARIANT, a)", False),
    ("ARRAY_POSITION('x'::VARIANT, a)", 1),
    ("ARRAY_POSITION(4::VARIANT, a)", None),
    ("ARRAY_SIZE(ARRAY_DISTINCT(a))", 2),
    ("ARRAY_COMPACT(PARSE_JSON('[1, null, 2]'))", "[1,2]"),
    ("ARRAYS_OVERLAP(a, ARRAY_CONSTRUCT('x'))", True),
    ("ARRAY_INTERSECTION(a, ARRAY_CONSTRUCT(3))", "[3]"),
    ("ARRAY_EXCEPT(a, ARRAY_CONSTRUCT(3))", '["x",3]'),
    ("ARRAY_APPEND(a, 'z')[3]::VARCHAR", "z"),
    ("ARRAY_TO_STRING(ARRAY_SLICE(a, 1, 3), '-')", "x-3"),
]


def test_what_array_functions_give(sql: Sql, schema: str) -> None:
    sql(f"USE SCHEMA {schema}", "CREATE TABLE t (a ARRAY)")
    sql("INSERT INTO t SELECT ARRAY_CONSTRUCT(3, 'x', 3)")
    for expression, value in _VALUES:
        assert sql(f"SELECT {expression} FROM t") == [(value,)], expression
    sql("UPDATE t SET a = ARRAY_APPEND(a, 5)")
    assert sql("SELECT a FROM t WHERE ARRAY_CONTAINS(5::VARIANT, a)") == [('[3,"x",3,5]',)]


def test_what_they_do_not_take(sql: Sql) -> None:
    number, message = error_of(lambda: sql("SELECT ARRAY_CONTAINS('x', ARRAY_CONSTRUCT('x'))"))
    assert (number, "for function 'ARRAY_CONTAINS'" in message) == (1044, True)
    for call in ("ARRAY_SORT(ARRAY_CONSTRUCT(10, 9))", "OBJECT_INSERT(OBJECT_CONSTRUCT(), 'k', 1)"):
        number, message = error_of(lambda call=call: sql(f"SELECT {call}"))
        assert (number, call.partition("(")[0] in message) == (2, True)
    assert error_of(lambda: sql("SELECT PARSE_JSON('{bad')"))[0] == 100069


def test_hash_is_a_signed_number(sql: Sql) -> None:
    found = sql("SELECT HASH(column1) FROM VALUES (1), (2), ('3'), (4), (5), (6), (7), (8)")
    assert len(set(found)) == 8
    assert all(-(2**63) <= value < 2**63 for (value,) in found)
    assert min(found) < (0,) < max(found)
