"""A value becomes its column's the same way by INSERT, UPDATE and MERGE.

Source: docs.snowflake.com/en/sql-reference/data-type-conversion, /parameters (default output formats).
"""

from __future__ import annotations

import pytest
from tests.snowlocal.conftest import Sql

_MADE = (
    "SELECT 1 AS k, '2026-01-02 03:04:05'::TIMESTAMP_NTZ AS c, '2026-01-02'::TIMESTAMP_TZ AS z,"
    " 2.5::FLOAT AS f, 3::FLOAT AS w"
)
_WAYS = {
    "INSERT": "INSERT INTO t ({c}) SELECT {v} FROM s",
    "UPDATE": "UPDATE t SET {c} = {v} FROM s WHERE t.k = 0",
    "MERGE UPDATE": "MERGE INTO t USING s ON t.k = 0 WHEN MATCHED THEN UPDATE SET {c} = {v}",
    "MERGE INSERT": "MERGE INTO t USING s ON t.k = s.k WHEN NOT MATCHED THEN INSERT ({c}) VALUES ({v})",
    "MERGE INSERT of all": "MERGE INTO {c} USING s ON FALSE WHEN NOT MATCHED THEN INSERT VALUES ({v})",
}
# The column, the value, and what is stored.
_VALUES = [
    ("v", "s.c", "2026-01-02 03:04:05.000"),
    ("v", "s.z", "2026-01-02 00:00:00.000 +0000"),
    ("v", "GREATEST(s.c, s.c)", "2026-01-02 03:04:05.000"),
    ("v", "s.w", "3"),
    ("v", "s.f", "2.5"),
    ("i", "s.f", 3),
    ("n", "-s.f", -3),
]


@pytest.mark.parametrize("way", _WAYS)
def test_each_way(sql: Sql, schema: str, way: str) -> None:
    columns = {"v": "VARCHAR", "i": "INT", "n": "NUMBER(10,0)"}
    sql(
        f"USE SCHEMA {schema}",
        f"CREATE TABLE s AS {_MADE}",
        *(f"CREATE TABLE {name} (a {kind})" for name, kind in columns.items()),
        "CREATE TABLE t (k INT, v VARCHAR, i INT, n NUMBER(10,0))",
    )
    for column, value, stored in _VALUES:
        sql("TRUNCATE TABLE t", "INSERT INTO t (k) VALUES (0)")
        sql(_WAYS[way].format(c=column, v=value))
        own = way == "MERGE INSERT of all"
        found = sql(f"SELECT a FROM {column}" if own else f"SELECT MAX({column}) FROM t")
        assert found[-1:] == [(stored,)], value
        if own:
            sql(f"TRUNCATE TABLE {column}")


def test_a_whole_float_as_text_has_no_fraction(sql: Sql) -> None:
    texts = "2::FLOAT::VARCHAR, TO_CHAR(2::FLOAT), 2::FLOAT || 'x', 1e10::FLOAT::VARCHAR, 2.5::FLOAT::VARCHAR"
    assert sql(f"SELECT {texts}") == [("2", "2", "2x", "10000000000", "2.5")]
