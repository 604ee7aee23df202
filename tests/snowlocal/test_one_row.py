"""Which rows go into a table as parameters, and that what goes in so is what an arrow table would bring."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from tests.snowlocal.conftest import Sql, error_of

from snowlocal.columns import TableColumn
from snowlocal.query.one_row import parameters

AT = datetime.fromisoformat("2026-01-02T03:04:05.678901")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("VARCHAR(3)", pa.array(["abc"])),
        ("VARCHAR(3)", pa.array([None], pa.string())),
        ("VARCHAR", pa.array([None], pa.null())),
        ("NUMBER(38,0)", pa.array([-(2**63)], pa.int64())),
        ("NUMBER(3,1)", pa.array([-99], pa.int32())),
        ("NUMBER(3,1)", pa.array([Decimal("12.5")], pa.decimal128(20, 1))),
        ("BOOLEAN", pa.array([True])),
        ("TIMESTAMP_NTZ", pa.array([AT], pa.timestamp("us"))),
        ("VARIANT", pa.array([None], pa.null())),
    ],
)
def test_a_value_that_its_column_takes(kind: str, value: pa.Array) -> None:
    found = parameters([TableColumn("A", kind)], pa.table({"c0": value}))
    assert found == value.to_pylist()


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("VARCHAR(3)", pa.array(["abcd"])),
        ("VARCHAR(3)", pa.array([1])),
        ("NUMBER(38,0)", pa.array(["1"])),
        ("NUMBER(38,0)", pa.array([Decimal("1.5")])),
        ("NUMBER(3,1)", pa.array([100], pa.int32())),
        ("NUMBER(3,1)", pa.array([Decimal("1.25")])),
        ("BOOLEAN", pa.array([1])),
        ("FLOAT", pa.array([1.5])),
        ("DATE", pa.array([AT], pa.timestamp("us"))),
        ("TIMESTAMP_NTZ", pa.array([2**63 - 1]).cast(pa.timestamp("us"))),
        ("TIMESTAMP_TZ", pa.array([AT], pa.timestamp("us", tz="UTC"))),
        ("VARIANT", pa.array(["{}"])),
        ("VARCHAR", pa.array([], pa.string())),
        ("VARCHAR", pa.array(["a", "b"])),
    ],
)
def test_a_value_that_needs_more(kind: str, value: pa.Array) -> None:
    assert parameters([TableColumn("A", kind)], pa.table({"c0": value})) is None


def test_one_row_and_two_rows_bring_the_same(sql: Sql, schema: str) -> None:
    columns = "a NUMBER(5,2), b INT, c VARCHAR(9), d TIMESTAMP_NTZ, e BOOLEAN, f VARCHAR, g VARIANT"
    row = "1, 3000000000, 'it''s\\n', '2026-01-02 03:04:05.678'::TIMESTAMP_NTZ, TRUE, NULL, NULL"
    sql(f"CREATE TABLE one ({columns})", f"CREATE TABLE two ({columns})")
    sql(f"INSERT INTO one SELECT {row}", f"INSERT INTO two SELECT {row} UNION ALL SELECT {row}")
    found: list[tuple[Any, ...]] = sql("SELECT * FROM one")
    assert found == sql("SELECT DISTINCT * FROM two")
    at = AT.replace(microsecond=678000)
    assert found == [(Decimal("1.00"), 3000000000, "it's\n", at, True, None, None)]


def test_one_row_is_judged_as_before(sql: Sql, schema: str) -> None:
    sql("CREATE TABLE t (a VARCHAR(3) NOT NULL, b NUMBER(3,1))")
    for row, number in (("'abcd', 1", 100078), ("NULL, 1", 100072)):
        assert error_of(lambda row=row: sql(f"INSERT INTO t SELECT {row}"))[0] == number
    sql("INSERT INTO t SELECT 'abc', 1.26")
    assert sql("SELECT * FROM t") == [("abc", Decimal("1.3"))]


def test_an_update_to_a_text_that_is_too_long(sql: Sql, schema: str) -> None:
    sql("CREATE TABLE t (a VARCHAR(3))", "INSERT INTO t SELECT 'x'", "UPDATE t SET a = 'abc'")
    assert error_of(lambda: sql("UPDATE t SET a = 'abcd'"))[0] == 100078
    assert sql("SELECT a FROM t") == [("abc",)]
