"""Tables and views: Snowflake's rules for columns, names, keys and lengths, and its refusals."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.snowlocal.conftest import Connect, Sql, error_of


@pytest.fixture(autouse=True)
def here(schema: str) -> str:
    """Every test has a current schema of its own."""
    return schema


def described(sql: Sql, table: str, *columns: int) -> list[tuple[Any, ...]]:
    """Columns of DESCRIBE TABLE by position: 0 name, 1 type, 3 null?, 4 default, 5 primary key."""
    return [tuple(row[i] for i in columns) for row in sql(f"DESCRIBE TABLE {table}")]


# The table, the change, and the error number, or None where Snowflake takes it.
_CHANGES = [
    ("a VARCHAR(10)", "SET DATA TYPE VARCHAR(20)", None),
    ("a VARCHAR(10)", "SET DATA TYPE STRING(10)", None),
    ("a VARCHAR(10)", "TYPE TEXT", None),
    ("a VARCHAR(10)", "SET DATA TYPE VARCHAR(9)", 40050),
    ("a VARCHAR", "SET DATA TYPE VARCHAR(100)", 40050),
    ("a VARCHAR(10)", "SET DATA TYPE NUMBER(10,2)", 2108),
    ("a VARCHAR(10)", "SET DATA TYPE VARIANT", 2108),
    ("a VARCHAR(10) COLLATE 'en-ci'", "SET DATA TYPE VARCHAR(20)", 2108),
    ("a VARCHAR(10) COLLATE 'en-ci'", "SET DATA TYPE VARCHAR(20) COLLATE 'en-ci'", None),
    ("a NUMBER(10,2)", "SET DATA TYPE NUMBER(12,2)", None),
    ("a NUMBER(10,2)", "SET DATA TYPE NUMBER(5,2)", None),
    ("a NUMBER(10,2)", "SET DATA TYPE NUMBER(12,3)", 40052),
    ("a NUMBER(10,2)", "SET DATA TYPE NUMBER(10,1)", 40052),
    ("a NUMBER(10,2)", "SET DATA TYPE FLOAT", 2108),
    ("a NUMBER(10,2)", "SET DATA TYPE VARCHAR", 2108),
    ("a FLOAT", "SET DATA TYPE NUMBER", 2108),
    ("a FLOAT", "SET DATA TYPE DOUBLE", None),
    ("a DATE", "SET DATA TYPE TIMESTAMP_NTZ", 2108),
    ("a TIMESTAMP_NTZ", "SET DATA TYPE TIMESTAMP_TZ", 2108),
    ("a TIMESTAMP_NTZ", "SET DATA TYPE DATETIME", None),
    ("a BINARY(5)", "SET DATA TYPE BINARY(6)", 2108),
    ("a VARIANT", "SET DATA TYPE OBJECT", 2108),
    ("a INT", "SET NOT NULL", None),
    ("a INT NOT NULL", "DROP NOT NULL", None),
    ("a INT", "SET DEFAULT 1", 2),
    ("a INT DEFAULT 1", "SET DEFAULT 2", 2),
    ("a INT DEFAULT 1", "DROP DEFAULT", None),
    ("a INT", "COMMENT 'why'", None),
]


@pytest.mark.parametrize(
    ("column", "change", "number"), _CHANGES, ids=[f"{c} {x}" for c, x, _ in _CHANGES]
)
def test_column_changes(sql: Sql, column: str, change: str, number: int | None) -> None:
    sql(f"CREATE TABLE t (b INT, {column})")
    before = described(sql, "t", 0, 1, 3, 4)
    if number is None:
        sql(f"ALTER TABLE t ALTER COLUMN a {change}")
        return
    assert error_of(lambda: sql(f"ALTER TABLE t ALTER COLUMN a {change}"))[0] == number
    assert described(sql, "t", 0, 1, 3, 4) == before


def test_changes_of_several_columns_are_all_or_nothing(sql: Sql) -> None:
    sql("CREATE TABLE t (a VARCHAR(5), b VARCHAR(5))")
    change = (
        "ALTER TABLE t ALTER COLUMN a SET DATA TYPE VARCHAR(9), COLUMN b SET DATA TYPE VARCHAR(2)"
    )
    assert error_of(lambda: sql(change))[0] == 40050
    assert described(sql, "t", 1) == [("VARCHAR(5)",), ("VARCHAR(5)",)]


def test_narrowing_looks_at_the_values(sql: Sql) -> None:
    sql("CREATE TABLE t (a NUMBER(10,2))", "INSERT INTO t VALUES (-1234.5)")
    number, message = error_of(
        lambda: sql("ALTER TABLE t ALTER COLUMN a SET DATA TYPE NUMBER(5,2)")
    )
    assert "NUMBER(5,2)" in message
    assert number != 2108
    sql("ALTER TABLE t ALTER COLUMN a SET DATA TYPE NUMBER(6,2)")
    assert sql("SELECT a FROM t") == [(Decimal("-1234.50"),)]


@pytest.mark.parametrize(
    ("definition", "number"),
    [
        ("b INT", None), ("b VARCHAR(3) DEFAULT 'x'", None), ("b INT NOT NULL DEFAULT 0", None),
        ("b BOOLEAN DEFAULT TRUE", None), ("b NUMBER(5,2) DEFAULT -1.5", None), ("b INT DEFAULT NULL", None),
        ("b INT DEFAULT 0;", None),
        ("b TIMESTAMP_NTZ DEFAULT CURRENT_TIMESTAMP()", 2263), ("b INT DEFAULT 1 + 1", 2263),
        ("b INT DEFAULT 'x'", 2023), ("b INT NOT NULL", 2263), ("a INT", 1430),
    ],
)  # fmt: skip
def test_add_column(sql: Sql, definition: str, number: int | None) -> None:
    sql("CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1)")
    if number is None:
        sql(f"ALTER TABLE t ADD COLUMN {definition}")
        assert len(sql("SELECT * FROM t")[0]) == 2
    else:
        assert error_of(lambda: sql(f"ALTER TABLE t ADD COLUMN {definition}"))[0] == number
        assert sql("SELECT * FROM t") == [(1,)]


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("ALTER TABLE t RENAME COLUMN missing TO x", 904),
        ("ALTER TABLE t RENAME COLUMN a TO b", 1430),
        ("ALTER TABLE t RENAME a TO x", 1003),
        ("ALTER TABLE t DROP COLUMN missing", 904),
        ("ALTER TABLE t ALTER COLUMN missing SET NOT NULL", 904),
        ("ALTER TABLE missing ADD COLUMN x INT", 2003),
        ("ALTER TABLE t RENAME TO taken", 2002),
        ("CREATE TABLE t (a INT)", 2002),
        ("CREATE TABLE x (a INT, a INT)", 2025),
        ("CREATE TABLE x (a NUMBR(3))", None),
        ("CREATE INDEX i ON t (a)", None),
        ("DROP TABLE missing", 2003),
        ("DROP VIEW t", 2203),
        ("CREATE VIEW v AS SELECT missing FROM t", 904),
        ("CREATE VIEW v AS SELECT a FROM missing", 2003),
        ("INSERT INTO t (a, missing) VALUES (1, 2)", 904),
        ("INSERT INTO t VALUES (1)", 2020),
        ("INSERT INTO t VALUES (1, 'x', 3)", 2020),
        ("INSERT INTO t VALUES ('abc', 'x')", 100038),
        ("INSERT INTO t VALUES (1, 'too long')", 100078),
        ("INSERT INTO firm VALUES (NULL, 1)", 100072),
        ("INSERT INTO firm (b) VALUES (1)", 100072),
        ("UPDATE firm SET a = NULL", 100072),
        ("UPDATE t SET b = 'too long'", 100078),
        ("UPDATE t SET missing = 1", 904),
        ("SELECT missing FROM t", 904),
        ("SELECT 1 / 0", 100051),
        ("SELECT a / (a - a) FROM t", 100051),
        ("SELECT 'x'::INT", 100038),
        ("SELECT '2026-13-01'::DATE", 100040),
        ("SELECT NO_SUCH_FUNCTION(1)", 2140),
        ("SELEC 1", 1003),
    ],
)
def test_refusals(sql: Sql, statement: str, number: int | None) -> None:
    sql("CREATE TABLE t (a INT, b VARCHAR(3))", "INSERT INTO t VALUES (1, 'x')")
    sql(
        "CREATE TABLE taken (a INT)",
        "CREATE TABLE firm (a INT NOT NULL, b INT)",
        "INSERT INTO firm VALUES (1, 1)",
    )
    found, message = error_of(lambda: sql(statement))
    assert found == number if number else found in (2, 1003, 2040)
    assert "Error:" not in message, "DuckDB's own words"
    assert sql("SELECT * FROM t") == [(1, "x")]
    assert sql("SELECT * FROM firm") == [(1, 1)]


def test_lengths_survive_changes(sql: Sql) -> None:
    sql(
        "CREATE TABLE t (a VARCHAR(3))",
        "ALTER TABLE t ADD COLUMN b VARCHAR(4)",
        "ALTER TABLE t RENAME COLUMN a TO c",
    )
    sql("ALTER TABLE t RENAME TO u", "CREATE TABLE w CLONE u", "CREATE TABLE l LIKE u")
    for table in ("u", "w", "l"):
        assert described(sql, table, 0, 1) == [("C", "VARCHAR(3)"), ("B", "VARCHAR(4)")]
        assert (
            error_of(lambda table=table: sql(f"INSERT INTO {table} (c) VALUES ('long')"))[0]
            == 100078
        )


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("INT", "NUMBER(38,0)"), ("NUMBER(10)", "NUMBER(10,0)"), ("DECIMAL(10,2)", "NUMBER(10,2)"), ("DOUBLE", "FLOAT"),
        ("STRING", "VARCHAR(16777216)"), ("CHAR", "VARCHAR(1)"), ("CHAR(5)", "VARCHAR(5)"),
        ("TIMESTAMP", "TIMESTAMP_NTZ(9)"),
        ("TIMESTAMP_LTZ", "TIMESTAMP_LTZ(9)"), ("TIMESTAMP_TZ(3)", "TIMESTAMP_TZ(3)"), ("DATETIME", "TIMESTAMP_NTZ(9)"),
        ("TIME", "TIME(9)"), ("BINARY", "BINARY(8388608)"), ("VARIANT", "VARIANT"), ("OBJECT", "OBJECT"),
        ("ARRAY", "ARRAY"),
        ("BOOLEAN", "BOOLEAN"), ("DATE", "DATE"),
    ],
)  # fmt: skip
def test_types_are_shown_as_snowflake_shows_them(sql: Sql, written: str, shown: str) -> None:
    sql(f"CREATE TABLE t (a {written})")
    assert described(sql, "t", 1) == [(shown,)]
    assert sql("SELECT a FROM t") == []


def test_keys_are_kept_and_not_enforced(sql: Sql) -> None:
    sql(
        "CREATE TABLE parent (id INT PRIMARY KEY)",
        "CREATE TABLE t (a INT, b INT, UNIQUE (b), FOREIGN KEY (b) REFERENCES parent (id))",
    )
    sql(
        "ALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY (a)",
        "INSERT INTO t VALUES (1, 9), (1, 9)",
        "DROP TABLE parent",
    )
    assert sql("SELECT COUNT(*) FROM t") == [(2,)]
    assert described(sql, "t", 0, 5) == [("A", "Y"), ("B", "N")]
    sql("ALTER TABLE t DROP COLUMN b", "ALTER TABLE t DROP PRIMARY KEY")
    assert described(sql, "t", 0, 5) == [("A", "N")]


def test_quoted_names(sql: Sql, here: str) -> None:
    sql(
        'CREATE TABLE "Mixed Case" ("a b" INT, "select" INT)',
        'INSERT INTO "Mixed Case" VALUES (1, 2)',
    )
    assert sql(f'SELECT "a b", "select" FROM {here}."Mixed Case"') == [(1, 2)]
    assert error_of(lambda: sql("SELECT * FROM mixed_case"))[0] == 2003
    sql("CREATE TABLE lower_case (a INT)", 'CREATE TABLE "lower_case" (b INT)')
    assert described(sql, "LOWER_CASE", 0) == [("A",)]
    assert described(sql, '"lower_case"', 0) == [("B",)]


def test_views_are_kept_as_written(sql: Sql) -> None:
    sql("CREATE TABLE t (a INT, b VARCHAR)", "INSERT INTO t VALUES (1, 'x')")
    query = "SELECT\n  a -- the id\n, b /* text */ AS \"B b\" FROM   t WHERE b = 'x'"
    sql(f"CREATE VIEW v COPY GRANTS AS {query}")
    assert query in sql("SELECT GET_DDL('VIEW', 'V')")[0][0]
    assert sql('SELECT a, "B b" FROM v') == [(1, "x")]


def test_view_reads_by_its_own_place(sql: Sql, connect: Connect, here: str) -> None:
    sql(
        "CREATE TABLE t AS SELECT 1 AS a",
        "CREATE VIEW v AS SELECT a FROM t",
        "CREATE VIEW w (x) AS SELECT a + 1 FROM v",
    )
    found = connect().cursor().execute(f"SELECT x FROM {here}.w").fetchall()
    assert found == [(2,)]


def test_view_is_as_wide_as_it_was_declared(sql: Sql) -> None:
    sql(
        "CREATE TABLE t (a INT)",
        "CREATE VIEW v AS SELECT * FROM t",
        "CREATE VIEW named AS SELECT a FROM t",
    )
    sql("ALTER TABLE t ADD COLUMN b INT")
    number, message = error_of(lambda: sql("SELECT a FROM v"))
    assert number == 2057
    assert "declared 1 column(s), but view query produces 2" in message
    assert sql("SELECT * FROM named") == []
    sql("CREATE OR REPLACE VIEW v AS SELECT * FROM t")
    assert sql("SELECT b FROM v") == []
