"""Tables cloned, swapped and brought back: each goes its own way after that."""

from __future__ import annotations

import pytest
from tests.snowlocal.conftest import Connect, Sql, error_of


@pytest.fixture(autouse=True)
def here(schema: str) -> str:
    """Every test has a current schema of its own."""
    return schema


def test_undrop_takes_the_newest(sql: Sql) -> None:
    for number in (1, 2):
        sql(f"CREATE TABLE t AS SELECT {number} AS a", "DROP TABLE t")
    sql("UNDROP TABLE t")
    assert sql("SELECT a FROM t") == [(2,)]
    assert error_of(lambda: sql("UNDROP TABLE t"))[0] == 2002
    sql("ALTER TABLE t RENAME TO second", "UNDROP TABLE t")
    assert sql("SELECT a FROM t") == [(1,)]
    assert error_of(lambda: sql("UNDROP TABLE never"))[0] == 2003


_WRITES = [
    "INSERT INTO {} VALUES (9, 'new')",
    "UPDATE {} SET b = 'changed'",
    "DELETE FROM {} WHERE a = 1",
    "TRUNCATE TABLE {}",
    "ALTER TABLE {} ADD COLUMN c INT DEFAULT 1",
    "ALTER TABLE {} DROP COLUMN b",
    "ALTER TABLE {} RENAME COLUMN b TO z",
    "MERGE INTO {} t USING (SELECT 1 AS a) s ON t.a = s.a WHEN MATCHED THEN DELETE",
    "DROP TABLE {}",
    "CREATE OR REPLACE TABLE {} (x INT)",
]


@pytest.mark.parametrize("write", _WRITES)
@pytest.mark.parametrize("side", ["t", "c"])
def test_clone_is_apart(sql: Sql, write: str, side: str) -> None:
    sql(
        "CREATE TABLE t (a INT, b VARCHAR)",
        "INSERT INTO t VALUES (1, 'x'), (2, 'y')",
        "CREATE TABLE c CLONE t",
    )
    sql(write.format(side))
    other = "c" if side == "t" else "t"
    assert sql(f"SELECT a, b FROM {other} ORDER BY a") == [(1, "x"), (2, "y")]


def test_clones_of_clones(sql: Sql) -> None:
    sql(
        "CREATE TABLE one (id INT AUTOINCREMENT, a INT)",
        "INSERT INTO one (a) VALUES (1)",
        "CREATE TABLE two CLONE one",
        "CREATE TABLE three CLONE two",
    )
    sql("DROP TABLE one", "INSERT INTO two (a) VALUES (2)", "INSERT INTO three (a) VALUES (3)")
    assert sql("SELECT id, a FROM two ORDER BY id") == [(1, 1), (2, 2)]
    assert sql("SELECT id, a FROM three ORDER BY id") == [(1, 1), (2, 3)]
    sql("UNDROP TABLE one")
    assert sql("SELECT id, a FROM one") == [(1, 1)]


def test_clone_during_an_open_transaction(sql: Sql, connect: Connect, here: str) -> None:
    sql("CREATE TABLE t AS SELECT 1 AS a")
    writer = connect().cursor()
    for statement in ("BEGIN", f"INSERT INTO {here}.t VALUES (2)"):
        writer.execute(statement)
    sql("CREATE TABLE c CLONE t")
    writer.execute("COMMIT")
    assert sql("SELECT a FROM c") == [(1,)]
    assert sql("SELECT COUNT(*) FROM t") == [(2,)]


def test_swap_exchanges_rows_and_keeps_ids(sql: Sql) -> None:
    sql(
        "CREATE TABLE t (id INT AUTOINCREMENT, a VARCHAR)",
        "INSERT INTO t (a) VALUES ('old')",
        "CREATE TABLE u CLONE t",
    )
    sql("UPDATE u SET a = 'new'", "ALTER TABLE t SWAP WITH u", "INSERT INTO t (a) VALUES ('more')")
    assert sql("SELECT id, a FROM t ORDER BY id") == [(1, "new"), (2, "more")]
    assert sql("SELECT id, a FROM u") == [(1, "old")]


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
def test_a_clone_is_first_written_after_other_writes_of_a_transaction(sql: Sql, end: str) -> None:
    sql(
        "CREATE TABLE t AS SELECT 1 AS a",
        "CREATE TABLE other (a INT)",
        "CREATE TABLE c CLONE t",
        "BEGIN",
        "INSERT INTO other VALUES (5)",
        "INSERT INTO c VALUES (2)",
        "INSERT INTO t SELECT a + 1 FROM other",
        end,
    )
    kept = end == "COMMIT"
    assert sql("SELECT a FROM other") == ([(5,)] if kept else [])
    assert sql("SELECT a FROM c ORDER BY a") == ([(1,), (2,)] if kept else [(1,)])
    assert sql("SELECT a FROM t ORDER BY a") == ([(1,), (6,)] if kept else [(1,)])
