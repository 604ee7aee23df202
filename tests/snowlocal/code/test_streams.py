"""Streams: definition, rows, staleness, clones, and how they are shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.snowlocal.conftest import error_of

Sql = Callable[..., list[Any]]
_COLUMNS = (
    "created_on", "name", "database_name", "schema_name", "owner", "comment", "table_name", "source_type",
    "base_tables", "type", "stale", "mode", "stale_after", "invalid_reason", "owner_role_type",
)  # fmt: skip


def shown(sql: Sql, where: str) -> dict[str, Any]:
    """The only row of SHOW STREAMS in a schema, by column."""
    (row,) = sql(f"SHOW STREAMS IN SCHEMA {where}")
    return dict(zip(_COLUMNS, row, strict=True))


def has_data(sql: Sql, name: str) -> bool:
    """SYSTEM$STREAM_HAS_DATA."""
    return bool(sql(f"SELECT SYSTEM$STREAM_HAS_DATA('{name}')")[0][0])


@pytest.fixture
def t(sql: Sql, schema: str) -> str:
    """A table T with a row and a stream S on it; the name of their schema."""
    sql(
        "CREATE TABLE t (a INT, b VARCHAR)",
        "INSERT INTO t VALUES (0, 'old')",
        "CREATE STREAM s ON TABLE t",
    )
    return schema


def test_rows_since_the_offset_and_their_consumption(sql: Sql, t: str) -> None:
    assert not has_data(sql, "s")
    sql("INSERT INTO t VALUES (1, 'x')")
    assert has_data(sql, f"{t}.s")
    assert sql("SELECT a, metadata$action, metadata$isupdate FROM s") == [(1, "INSERT", False)]
    sql("CREATE TABLE sink (a INT)", "INSERT INTO sink SELECT a FROM s")
    assert not has_data(sql, "s")
    assert sql("SELECT a FROM sink") == [(1,)]


@pytest.mark.parametrize("kind", ["", "APPEND_ONLY = TRUE"])
def test_a_table_made_of_a_stream_consumes_it(sql: Sql, t: str, kind: str) -> None:
    sql(f"CREATE OR REPLACE STREAM s ON TABLE t {kind}", "INSERT INTO t VALUES (1, 'x')")
    sql("CREATE TABLE sink AS SELECT a, b FROM s")
    assert sql("SELECT a, b FROM sink") == [(1, "x")]
    assert sql("SELECT * FROM s") == []
    assert not has_data(sql, "s")
    sql("INSERT INTO t VALUES (2, 'y')", "CREATE VIEW v AS SELECT a FROM s")
    assert sql("SELECT a FROM s") == [(2,)]
    sql("CREATE OR REPLACE TABLE sink AS SELECT a FROM v")
    assert sql("SELECT a FROM sink") == [(2,)]
    assert not has_data(sql, "s")


def test_a_table_that_was_not_made_leaves_the_stream(sql: Sql, t: str) -> None:
    sql("INSERT INTO t VALUES (1, 'longer')")
    statement = "CREATE TABLE sink (a INT, b VARCHAR(3)) AS SELECT a, b FROM s"
    assert error_of(lambda: sql(statement))[0] == 100078
    assert sql("SELECT a FROM s") == [(1,)]


def test_show_describe_and_get_ddl(sql: Sql, t: str) -> None:
    row = shown(sql, t)
    assert (row["table_name"], row["source_type"], row["mode"], row["stale"]) == (
        f"{t}.T",
        "Table",
        "DEFAULT",
        "false",
    )
    assert (row["type"], row["base_tables"], row["invalid_reason"]) == ("DELTA", f"{t}.T", "N/A")
    assert sql("DESCRIBE STREAM s")[0][:7] == sql(f"SHOW STREAMS IN SCHEMA {t}")[0][:7]
    sql("CREATE OR REPLACE STREAM s ON TABLE t APPEND_ONLY = TRUE COMMENT = 'it''s'")
    ddl = sql("SELECT GET_DDL('STREAM', 's', TRUE)")[0][0]
    sql(ddl)
    assert sql("SELECT GET_DDL('STREAM', 's', TRUE)") == [(ddl,)]
    assert shown(sql, t)["mode"] == "APPEND_ONLY"


@pytest.mark.parametrize(
    "change",
    [
        "CREATE OR REPLACE TABLE t (a INT, b VARCHAR)",
        "DROP TABLE t",
        "CREATE TABLE u (a INT, b VARCHAR); ALTER TABLE t SWAP WITH u",
    ],
)
def test_a_stream_is_stale_when_its_table_is_another(sql: Sql, t: str, change: str) -> None:
    sql(*change.split("; "))
    number, text = error_of(lambda: sql("SELECT * FROM s"))
    assert number == 91901
    assert f"Base table '{t}.T' dropped, cannot read from stream 'S'" in text
    assert error_of(lambda: has_data(sql, "s"))[0] == 91901
    assert shown(sql, t)["stale"] == "true"


def test_a_stream_follows_its_table_under_another_name(sql: Sql, t: str) -> None:
    sql("ALTER TABLE t RENAME TO renamed", "INSERT INTO renamed VALUES (1, 'x')")
    assert shown(sql, t)["table_name"] == f"{t}.RENAMED"
    assert sql("SELECT a FROM s") == [(1,)]


def test_undrop_makes_a_stream_readable_again(sql: Sql, t: str) -> None:
    sql("INSERT INTO t VALUES (1, 'x')", "DROP TABLE t", "UNDROP TABLE t")
    assert sql("SELECT a FROM s") == [(1,)]


def test_at_stream_keeps_the_offset(sql: Sql, t: str) -> None:
    sql("INSERT INTO t VALUES (1, 'x')", "CREATE OR REPLACE STREAM s ON TABLE t AT (STREAM => 's')")
    assert sql("SELECT a FROM s") == [(1,)]
    sql("CREATE OR REPLACE STREAM s ON TABLE t")
    assert sql("SELECT a FROM s") == []


def test_a_clone_of_both_reads_its_own_table_from_now_on(sql: Sql, t: str) -> None:
    copy = f"{t}_COPY"
    sql("INSERT INTO t VALUES (1, 'before')", f"CREATE OR REPLACE SCHEMA {copy} CLONE {t}")
    assert shown(sql, copy)["table_name"] == f"{copy}.T"
    assert not has_data(sql, f"{copy}.s")
    sql(f"INSERT INTO {copy}.t VALUES (2, 'copy')")
    assert sql(f"SELECT a FROM {copy}.s") == [(2,)]
    assert sql(f"SELECT a FROM {t}.s") == [(1,)]


def test_a_clone_of_the_stream_alone_reads_the_source(sql: Sql, t: str) -> None:
    other = f"{t}_STREAMS"
    sql(
        f"CREATE OR REPLACE SCHEMA {other}",
        f"CREATE STREAM {other}.c CLONE {t}.s",
        f"INSERT INTO {t}.t VALUES (3, 'x')",
    )
    assert shown(sql, other)["table_name"] == f"{t}.T"
    assert sql(f"SELECT a FROM {other}.c") == [(3,)]


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("CREATE STREAM n ON VIEW v", 2),
        ("CREATE STREAM n ON TABLE t SHOW_INITIAL_ROWS = TRUE", 2),
        ("CREATE STREAM n ON TABLE t AT (TIMESTAMP => '2020-01-01'::TIMESTAMP)", 2),
        ("CREATE STREAM n ON TABLE nothing", 2003),
        ("CREATE STREAM s ON TABLE t", 2002),
        ("CREATE STREAM t ON TABLE t", 2002),
        ("ALTER STREAM s SET APPEND_ONLY = TRUE", 2),
        ("SELECT SYSTEM$STREAM_HAS_DATA('nothing')", 2003),
        ("DROP STREAM nothing", 2003),
    ],
)
def test_refusals(sql: Sql, t: str, statement: str, number: int) -> None:
    assert error_of(lambda: sql(statement))[0] == number
