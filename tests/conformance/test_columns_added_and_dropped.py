"""Section 1: ADD, RENAME and DROP COLUMN, what they break, and which keys are enforced."""

from __future__ import annotations

import pytest

from conformance.facts import fact
from conformance.room import Room

ADD = "D: sql-reference/sql/alter-table"
KEYS = "D: sql-reference/constraints-overview"


@fact("1", "ADD COLUMN with a literal default fills the existing rows", ADD)
def test_default_fills(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1), (2)")
    room.run("ALTER TABLE t ADD COLUMN b VARCHAR(10) DEFAULT 'x'", "INSERT INTO t (a) VALUES (3)")
    assert room.run("SELECT a, b FROM t ORDER BY a") == [(1, "x"), (2, "x"), (3, "x")]


@pytest.mark.parametrize(
    "column",
    ["b TIMESTAMP_NTZ DEFAULT CURRENT_TIMESTAMP()", "b DATE DEFAULT '2026-01-01'::DATE"],
    ids=["function", "cast"],
)
@fact("1", "ADD COLUMN with a function or cast as default: refused with 002263", ADD)
def test_default_not_a_literal(room: Room, column: str) -> None:
    room.given("CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1)")
    assert room.refusal(f"ALTER TABLE t ADD COLUMN {column}").number == 2263


@fact("1", "ADD COLUMN with a default of another type: refused with 002023", ADD)
def test_default_of_another_type(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1)")
    assert room.refusal("ALTER TABLE t ADD COLUMN b INT DEFAULT 'x'").number == 2023


@pytest.mark.parametrize(
    "column", ["b INT DEFAULT 1", "b INT AUTOINCREMENT", "b INT UNIQUE", "b INT PRIMARY KEY"]
)
@fact("1", "ADD COLUMN IF NOT EXISTS takes no DEFAULT, AUTOINCREMENT or key", ADD)
def test_if_not_exists(room: Room, column: str) -> None:
    room.given("CREATE TABLE t (a INT)")
    room.refusal(f"ALTER TABLE t ADD COLUMN IF NOT EXISTS {column}")


@fact("1", "ADD COLUMN IF NOT EXISTS of a plain column may be repeated", ADD)
def test_if_not_exists_repeated(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)")
    room.run(*["ALTER TABLE t ADD COLUMN IF NOT EXISTS b INT"] * 2)
    assert len(room.rows("DESCRIBE TABLE t")) == 2


@fact("1", "ADD COLUMN NOT NULL needs a default where rows are", ADD)
def test_not_null_needs_default(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1)")
    room.refusal("ALTER TABLE t ADD COLUMN b INT NOT NULL")
    room.run("ALTER TABLE t ADD COLUMN b INT NOT NULL DEFAULT 7")
    assert room.run("SELECT * FROM t") == [(1, 7)]


@fact("1", "ADD COLUMN NOT NULL without a default is taken by an empty table", ADD)
def test_not_null_empty(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)")
    room.run("ALTER TABLE t ADD COLUMN b INT NOT NULL")
    room.refusal("INSERT INTO t (a) VALUES (1)")


@fact("1", "ADD COLUMN AUTOINCREMENT is refused where rows are", ADD)
def test_autoincrement(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1)")
    room.refusal("ALTER TABLE t ADD COLUMN b INT AUTOINCREMENT")


@fact("1", "An added column is the last one", ADD)
def test_appended(room: Room) -> None:
    room.given("CREATE TABLE t (a INT, z INT)")
    room.run("ALTER TABLE t ADD COLUMN b INT")
    assert [row["name"] for row in room.rows("DESCRIBE TABLE t")] == ["A", "Z", "B"]


@fact("1", "RENAME COLUMN of a clustering key's column is refused", ADD)
def test_rename_clustered(room: Room) -> None:
    room.given("CREATE TABLE t (a INT, b INT) CLUSTER BY (a)")
    room.refusal("ALTER TABLE t RENAME COLUMN a TO c")
    room.run("ALTER TABLE t RENAME COLUMN b TO c")


@fact("1", "RENAME COLUMN does not rewrite the views that name it", ADD)
def test_rename_leaves_references(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)", "CREATE VIEW v AS SELECT a FROM t")
    room.run("ALTER TABLE t RENAME COLUMN a TO b")
    room.refusal("SELECT * FROM v")
    assert "SELECT A FROM T" in str(room.value("SELECT GET_DDL('VIEW', 'V')")).upper()


@fact("1", "DROP COLUMN of a clustering key's column is refused", ADD)
def test_drop_clustered(room: Room) -> None:
    room.given("CREATE TABLE t (a INT, b INT) CLUSTER BY (a)")
    room.refusal("ALTER TABLE t DROP COLUMN a")


@fact("1", "DROP COLUMN that a virtual column uses is refused", ADD, beyond="virtual columns")
def test_drop_under_virtual(room: Room) -> None:
    room.given("CREATE TABLE t (a INT, b INT AS (a + 1))")
    room.refusal("ALTER TABLE t DROP COLUMN a")


@fact("1", "A view that names a dropped column fails when it is queried", ADD)
def test_drop_breaks_view(room: Room) -> None:
    room.given("CREATE TABLE t (a INT, b INT)", "CREATE VIEW v AS SELECT a, b FROM t")
    room.run("ALTER TABLE t DROP COLUMN b")
    room.refusal("SELECT * FROM v")


@fact(
    "1",
    "A view over SELECT * fails after ADD COLUMN with 002057",
    "D: sql-reference/sql/create-view",
)
def test_add_breaks_star_view(room: Room) -> None:
    room.given(
        "CREATE TABLE t (a INT, b INT)",
        "CREATE VIEW v AS SELECT * FROM t",
        "ALTER TABLE t ADD COLUMN c INT",
    )
    refused = room.refusal("SELECT * FROM v")
    assert refused.number == 2057
    assert "declared 2 column(s), but view query produces 3" in refused.message


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("t (a INT PRIMARY KEY)", "(1), (1)"),
        ("t (a INT UNIQUE)", "(1), (1)"),
        ("t (a INT, FOREIGN KEY (a) REFERENCES parent (id))", "(99)"),
    ],
    ids=["primary key", "unique", "foreign key"],
)
@fact("1", "PRIMARY KEY, UNIQUE and FOREIGN KEY are not enforced", KEYS)
def test_keys(room: Room, table: str, rows: str) -> None:
    room.given("CREATE TABLE parent (id INT PRIMARY KEY)", f"CREATE TABLE {table}")
    room.run(f"INSERT INTO t VALUES {rows}")
    assert room.value("SELECT COUNT(*) FROM t") == len(rows.split(","))


@fact("1", "CHECK is enforced", KEYS, beyond="CHECK constraints")
def test_check(room: Room) -> None:
    room.given("CREATE TABLE t (a INT CHECK (a > 0))")
    room.refusal("INSERT INTO t VALUES (0)")


@fact(
    "1",
    "DROP COLUMN that a CHECK of several columns uses is refused",
    ADD,
    beyond="CHECK constraints",
)
def test_drop_under_check(room: Room) -> None:
    room.given("CREATE TABLE t (a INT, b INT, CHECK (a < b))")
    room.refusal("ALTER TABLE t DROP COLUMN a")


@fact("1", "COPY INTO a table with a CHECK fails", KEYS, beyond="CHECK constraints")
def test_copy_and_check(room: Room) -> None:
    room.given(
        "CREATE TABLE t (a INT CHECK (a > 0))",
        "CREATE TABLE source (a INT)",
        "INSERT INTO source VALUES (1)",
        "CREATE STAGE s",
        "COPY INTO @s/one.csv FROM source SINGLE = TRUE FILE_FORMAT = (TYPE = CSV COMPRESSION = NONE)",
    )
    room.refusal("COPY INTO t FROM @s FILE_FORMAT = (TYPE = CSV)")
