"""A VARIANT beside texts, numbers and columns of other types: what Snowflake casts by itself.

Source: docs.snowflake.com/en/sql-reference/data-type-conversion ("Coercion"), /functions/typeof, /functions/flatten.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.snowlocal.conftest import Sql, error_of

_ORDER = (
    '{"id":"A1","n":3,"f":1.5,"b":true,"z":null,"d":"2024-01-05","o":{"x":1},'
    '"items":[{"sku":"s1","qty":2}]}'
)

_OF_ONE_ROW: list[tuple[str, tuple[Any, ...]]] = [
    ("raw:id = 'A1', raw:id IN ('A1', 'B'), raw:id <> 'B', 'A1' = raw:id", (True,) * 4),
    ("raw:id || 'y', UPPER(raw:o.x), LENGTH(raw:id), raw:id LIKE 'A%'", ("A1y", "1", 2, True)),
    ("raw:id::VARCHAR, TO_VARCHAR(raw:id), CAST(raw['id'] AS TEXT), GET(raw, 'id') || ''", ("A1",) * 4),
    ("txt::VARCHAR, TO_VARCHAR(txt), UPPER(txt), txt || 'z'", ("txt", "txt", "TXT", "txtz")),
    ("txt = 'txt', txt = s, raw:id = s, raw:n = n, raw:d = d", (True, False, True, True, True)),
    ("'{\"a\":1}'::VARIANT:a, '{\"a\":1}'::VARIANT::VARCHAR", (None, '{"a":1}')),
    ("raw:n + 1, raw:n * 2, -raw:n, raw:n > 2, raw:n BETWEEN 1 AND 5", (4, 6, -3, True, True)),
    ("raw:n::INT, raw:f::NUMBER(10,2), raw:d::DATE", (3, Decimal("1.50"), date(2024, 1, 5))),
    ("raw:z::VARCHAR, raw:z IS NULL, raw:none IS NULL", (None, False, True)),
    ("CASE raw:id WHEN 'A1' THEN 1 ELSE 2 END, IFF(raw:b, 'y', 'n')", (1, "y")),
    ("COALESCE(raw:id, 'none'), COALESCE(raw:none, 'none')", ('"A1"', '"none"')),
    ("TYPEOF(raw:id), TYPEOF(raw:n), TYPEOF(raw:f), TYPEOF(raw:items), TYPEOF(raw:o)",
     ("VARCHAR", "INTEGER", "DECIMAL", "ARRAY", "OBJECT")),
    ("TYPEOF(raw:b), TYPEOF(raw:z), TYPEOF(raw:none)", ("BOOLEAN", "NULL_VALUE", None)),
    ("ARRAY_CONSTRUCT(1, 'a'), ARRAY_CONSTRUCT(raw:id, raw:n)", ('[1,"a"]', '["A1",3]')),
    ("{'a': 1, 'B': raw:id}", ('{"a":1,"B":"A1"}',)),
    ("raw:id AS key, key || 'x'", ('"A1"', "A1x")),
]  # fmt: skip


@pytest.fixture
def orders(sql: Sql, schema: str) -> Sql:
    """A table with one order in a VARIANT, and beside it a text, a number and a date."""
    sql(
        f"USE SCHEMA {schema}",
        "CREATE TABLE orders (raw VARIANT, txt VARIANT, s VARCHAR, n INT, d DATE)",
        f"INSERT INTO orders SELECT PARSE_JSON('{_ORDER}'), TO_VARIANT('txt'), 'A1', 3, '2024-01-05'",
        "CREATE TABLE stg (id VARCHAR, sku VARCHAR, qty INT)",
    )
    return sql


@pytest.mark.parametrize(("columns", "expected"), _OF_ONE_ROW)
def test_a_variant_is_read_as_what_it_meets(
    orders: Sql, columns: str, expected: tuple[Any, ...]
) -> None:
    assert orders(f"SELECT {columns} FROM orders") == [expected]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT id FROM (SELECT raw:id AS id FROM orders) WHERE id = 'A1'",
        "WITH c AS (SELECT raw:id AS id FROM orders) SELECT id FROM c WHERE id IN ('A1')",
        "WITH c (k) AS (SELECT raw FROM orders) SELECT k:id FROM c WHERE k:id = 'A1'",
        "SELECT v.id FROM v JOIN orders o ON v.id = o.s WHERE v.x:n > 2",
        "SELECT o.raw:id FROM orders o WHERE EXISTS (SELECT 1 FROM orders i WHERE i.s = o.raw:id)",
    ],
)
def test_a_variant_stays_one_through_queries_and_views(orders: Sql, query: str) -> None:
    orders("CREATE VIEW v AS SELECT raw:id AS id, raw AS x FROM orders")
    assert orders(query) == [('"A1"',)]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("INSERT INTO stg SELECT raw:id, i.value:sku, i.value:qty FROM orders,"
         " LATERAL FLATTEN(input => raw:items) i", ("A1", "s1", 2)),
        ("INSERT INTO stg SELECT txt, raw:o, raw:n FROM orders", ("txt", '{"x":1}', 3)),
        ("MERGE INTO stg t USING orders o ON t.id = o.raw:id WHEN NOT MATCHED THEN"
         " INSERT (id, sku, qty) VALUES (o.raw:id, o.txt, o.raw:n)", ("A1", "txt", 3)),
        ("CREATE OR REPLACE TABLE stg (id VARCHAR, sku VARCHAR, qty INT) AS"
         " SELECT raw:id, txt, raw:n FROM orders", ("A1", "txt", 3)),
    ],
)  # fmt: skip
def test_a_variant_is_stored_without_its_quotes(
    orders: Sql, statement: str, expected: tuple[Any, ...]
) -> None:
    assert orders(statement, "SELECT * FROM stg") == [expected]


def test_update_and_merge_read_a_variant_out(orders: Sql) -> None:
    orders("UPDATE orders SET s = raw:items[0].sku WHERE raw:id = 'A1'")
    assert orders("SELECT s FROM orders") == [("s1",)]
    orders(
        "MERGE INTO orders t USING (SELECT raw AS r FROM orders) o ON t.raw:id = o.r:id"
        " WHEN MATCHED THEN UPDATE SET s = o.r:id, n = o.r:n"
    )
    assert orders("SELECT s, n FROM orders") == [("A1", 3)]


def test_a_stream_gives_variants_too(orders: Sql) -> None:
    orders("CREATE STREAM st ON TABLE orders", "INSERT INTO orders SELECT * FROM orders")
    assert orders("SELECT raw:id || '', raw:n + 1 FROM st WHERE raw:id = 'A1'") == [("A1", 4)]


def test_variants_are_ordered_and_summed_as_numbers(orders: Sql) -> None:
    orders("INSERT INTO orders (raw) SELECT PARSE_JSON('{\"n\": 10}')")
    assert orders("SELECT raw:n FROM orders ORDER BY raw:n DESC") == [("10",), ("3",)]
    assert orders("SELECT SUM(raw:n), MAX(raw:n), MIN(raw:n) FROM orders") == [(13, "10", "3")]


@pytest.mark.parametrize(
    "query", ["SELECT raw:id + 1 FROM orders", "SELECT raw:id::INT FROM orders"]
)
def test_a_text_that_is_no_number_is_refused(orders: Sql, query: str) -> None:
    assert error_of(lambda: orders(query))[0] == 100038


_BASKETS = (
    ("1", '{"items":[{"s":1},{"s":2}],"m":{"b":1,"a":[7]}}'),
    ("2", '{"items":[]}'),
    ("3", '{"items":5}'),
)


@pytest.fixture
def baskets(sql: Sql, schema: str) -> Sql:
    """Objects with an array of items: of two, of none, and a number where the array should be."""
    sql(f"USE SCHEMA {schema}", "CREATE TABLE o (id INT, raw VARIANT)")
    for number, text in _BASKETS:
        sql(f"INSERT INTO o SELECT {number}, PARSE_JSON('{text}')")
    return sql


@pytest.mark.parametrize(
    ("columns", "flatten", "expected"),
    [
        ("i.index, i.path, i.value:s", "input => raw:items", [(1, 0, "[0]", "1"), (1, 1, "[1]", "2")]),
        ("i.index, i.value:s", "input => raw:items, outer => true",
         [(1, 0, "1"), (1, 1, "2"), (2, None, None), (3, None, None)]),
        ("i.key, i.value", "input => raw, path => 'm', outer => false", [(1, "a", "[7]"), (1, "b", "1")]),
        ("i.index, i.value", "raw:m, 'a', true", [(1, 0, "7"), (2, None, None), (3, None, None)]),
        ("i.key", "outer => true, input => raw:m", [(1, "a"), (1, "b"), (2, None), (3, None)]),
        ("j.value", "input => raw:items) i, LATERAL FLATTEN(input => i.value", [(1, "1"), (1, "2")]),
    ],
)  # fmt: skip
def test_flatten_obeys_its_arguments(
    baskets: Sql, columns: str, flatten: str, expected: list[tuple[Any, ...]]
) -> None:
    alias = "j" if columns.startswith("j") else "i"
    query = f"SELECT id, {columns} FROM o, LATERAL FLATTEN({flatten}) {alias} ORDER BY 1, 2"
    assert baskets(query) == expected


@pytest.mark.parametrize(
    ("argument", "named"),
    [
        ("recursive => true, outer => true", "FLATTEN with RECURSIVE and OUTER"),
        ("recursive => true, mode => 'ARRAY'", "FLATTEN with RECURSIVE and OUTER or a MODE"),
        ("path => s.raw", "FLATTEN with a PATH that is no constant"),
    ],
)
def test_flatten_refuses_what_it_cannot_do(baskets: Sql, argument: str, named: str) -> None:
    query = f"SELECT 1 FROM o AS s, LATERAL FLATTEN(input => raw, {argument}) i"
    number, message = error_of(lambda: baskets(query))
    assert number == 2
    assert named in message


_NESTED = '{"a": 1, "b": [77, 88], "c": {"d": "X", "e f": [true]}}'


@pytest.mark.parametrize(
    ("arguments", "rows"),
    [
        ("", [("a", "a", None, "1"), ("b", "b", None, "[77,88]"), ("c", "c", None, '{"d":"X","e f":[true]}')]),
        (", PATH => 'b'", [(None, "b[0]", 0, "77"), (None, "b[1]", 1, "88")]),
        (", PATH => 'c', MODE => 'ARRAY'", []),
        (", PATH => 'c', MODE => 'OBJECT'", [("d", "c.d", None, '"X"'), ("e f", "c['e f']", None, "[true]")]),
        (", PATH => 'b', MODE => 'object', OUTER => TRUE", [(None, "b", None, None)]),
        (", RECURSIVE => TRUE", [
            ("a", "a", None, "1"), ("b", "b", None, "[77,88]"), (None, "b[0]", 0, "77"), (None, "b[1]", 1, "88"),
            ("c", "c", None, '{"d":"X","e f":[true]}'), ("d", "c.d", None, '"X"'), ("e f", "c['e f']", None, "[true]"),
            (None, "c['e f'][0]", 0, "true"),
        ]),
        (", PATH => 'c', RECURSIVE => TRUE", [
            ("d", "c.d", None, '"X"'), ("e f", "c['e f']", None, "[true]"), (None, "c['e f'][0]", 0, "true"),
        ]),
    ],
)  # fmt: skip
def test_flatten_by_its_arguments(sql: Sql, arguments: str, rows: list[tuple[Any, ...]]) -> None:
    flattened = f"TABLE(FLATTEN(INPUT => PARSE_JSON('{_NESTED}'){arguments}))"
    assert sql(f"SELECT key, path, index, value FROM {flattened}") == rows


def test_flatten_recursive_beside_a_table_tells_what_each_value_lies_in(
    sql: Sql, schema: str
) -> None:
    sql(f"USE SCHEMA {schema}", "CREATE TABLE deep (id INT, j VARIANT)")
    sql(
        "INSERT INTO deep SELECT 1, PARSE_JSON('{\"a_b\": [5]}') UNION ALL SELECT 2, PARSE_JSON('[]')"
    )
    lateral = "LATERAL FLATTEN(INPUT => j, RECURSIVE => TRUE) f"
    found = sql(f"SELECT id, f.path, f.value::VARCHAR, f.this FROM deep, {lateral} ORDER BY f.path")
    assert found == [(1, "a_b", "[5]", '{"a_b":[5]}'), (1, "a_b[0]", "5", "[5]")]
