"""CLONE … AT an instant while others write: exact where the account was asked for the time, else refused."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from tests.snowlocal.conftest import Connect, Sql, error_of

_NOW = "SELECT SYSDATE()"
# A value of every type that has one of its own in storage.
_VALUES = {
    "NUMBER(38,0)": "12345678901234567",
    "NUMBER(12,3)": "1.125",
    "FLOAT": "0.1",
    "VARCHAR(5)": "'é\"x'",
    "BOOLEAN": "TRUE",
    "DATE": "'2024-02-29'",
    "TIME": "'01:02:03.456'",
    "TIMESTAMP_NTZ": "'2024-02-29 01:02:03.456789'",
    "TIMESTAMP_LTZ": "'2024-02-29 01:02:03'",
    "TIMESTAMP_TZ": "'2024-02-29 01:02:03 +0200'::TIMESTAMP_TZ",
    "BINARY": "TO_BINARY('00FF', 'HEX')",
    "VARIANT": 'PARSE_JSON(\'{"a": [1, null, "x"]}\')',
    "ARRAY": "ARRAY_CONSTRUCT(1, 'b')",
    "OBJECT": "OBJECT_CONSTRUCT('k', 1.5)",
}


def _clone(name: str, source: str, at: datetime) -> str:
    return f"CREATE {name} CLONE {source} AT (TIMESTAMP => '{at.isoformat(sep=' ')} +0000'::TIMESTAMP_TZ)"


def test_every_type_is_as_it_was(sql: Sql, schema: str) -> None:
    columns = ", ".join(f"c{i} {kind}" for i, kind in enumerate(_VALUES))
    sql(f"CREATE TABLE t (id INT AUTOINCREMENT, {columns})")
    names = ", ".join(f"c{i}" for i in range(len(_VALUES)))
    row = f"INSERT INTO t ({names}) SELECT {', '.join(_VALUES.values())}"
    sql(row, f"INSERT INTO t ({names}) SELECT {', '.join('NULL' for _ in _VALUES)}")
    before = sql("SELECT * FROM t ORDER BY id")
    ((at,),) = sql(_NOW)
    sql("UPDATE t SET c3 = 'later'", row, _clone("TABLE c", "t", at))
    assert sql("SELECT * FROM c ORDER BY id") == before
    sql(row.replace("INTO t", "INTO c"))
    assert sql("SELECT MAX(id) > 3 FROM c") == [(True,)]


@pytest.mark.parametrize(
    "write",
    [
        "DELETE FROM t",
        "TRUNCATE TABLE t",
        "INSERT OVERWRITE INTO t VALUES (7)",
        "ALTER TABLE t RENAME TO moved",
        "CREATE TABLE other CLONE t",
    ],
)
def test_a_table_of_a_schema_is_as_it_was(sql: Sql, schema: str, write: str) -> None:
    # t shares its storage: its first write gives it another.
    sql("CREATE TABLE first AS SELECT 1 AS a", "CREATE TABLE t CLONE first")
    ((at,),) = sql(_NOW)
    sql(write, "INSERT INTO first VALUES (2)", "CREATE TABLE late (a INT)")
    sql(_clone(f"SCHEMA {schema}_C", schema, at))
    name = "moved" if "moved" in write else "t"
    assert sql(f"SELECT a FROM {schema}_C.{name}") == [(1,)]
    assert [row[1] for row in sql(f"SHOW TABLES IN SCHEMA {schema}_C")] == ["FIRST", name.upper()]
    assert sql(f"SELECT a FROM {schema}_C.first") == [(1,)]


@contextmanager
def _writing(connect: Connect, tables: list[str]) -> Iterator[None]:
    """Another session that goes on putting one number after the other into all tables, in one transaction each."""
    cursor = connect().cursor()
    begun, ended = threading.Event(), threading.Event()

    def write() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            cursor.execute("BEGIN")
            for table in tables:
                cursor.execute(f"INSERT INTO {table} VALUES ({number})")
            cursor.execute("COMMIT")
            begun.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert begun.wait(20)
        yield
    finally:
        ended.set()
        writer.join(20)


def test_two_databases_at_one_instant_while_both_are_written(sql: Sql, connect: Connect) -> None:
    tables = [f"{database}.PUBLIC.T" for database in ("ONE", "TWO")]
    sql(
        "CREATE DATABASE ONE",
        "CREATE TABLE T (A INT)",
        "CREATE DATABASE TWO",
        "CREATE TABLE T (A INT)",
    )
    with _writing(connect, tables):
        for _ in range(5):
            ((at,),) = sql(_NOW)
            seen = sql("SELECT COUNT(*) FROM ONE.PUBLIC.T")[0][0]
            for database in ("ONE", "TWO"):
                sql(_clone(f"OR REPLACE DATABASE {database}_C", database, at))
            counts = [
                sql(f"SELECT COUNT(*), MAX(A) FROM {d}_C.PUBLIC.T")[0] for d in ("ONE", "TWO")
            ]
            assert counts[0] == counts[1]
            assert counts[0][0] == counts[0][1] <= seen


def test_an_instant_at_which_nobody_asked_for_the_time_is_refused(sql: Sql, schema: str) -> None:
    sql("CREATE TABLE t AS SELECT 1 AS a")
    at = datetime.now(UTC).replace(tzinfo=None)
    sql("INSERT INTO t VALUES (2)")
    assert error_of(lambda: sql(_clone("TABLE c", "t", at)))[0] == 707


def test_few_instants_are_kept(sql: Sql, schema: str) -> None:
    sql("CREATE TABLE t (a INT)")
    instants = []
    for number in range(13):
        instants.append(sql(_NOW)[0][0])
        sql(f"INSERT INTO t VALUES ({number})")
    assert error_of(lambda: sql(_clone("TABLE c", "t", instants[0])))[0] == 707
    sql(_clone("TABLE c", "t", instants[-1]))
    assert sql("SELECT COUNT(*) FROM c") == [(12,)]
