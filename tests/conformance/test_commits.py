"""Section 4: what commits, what comes back with UNDROP, and what SWAP WITH exchanges."""

from __future__ import annotations

import pytest

from conformance.facts import fact
from conformance.room import Room

TRANSACTIONS = "D: sql-reference/transactions"
UNDROP = "D: sql-reference/sql/undrop"


@pytest.mark.parametrize(
    "ddl",
    [
        "CREATE TABLE made (a INT)",
        "ALTER TABLE t ADD COLUMN b INT",
        "CREATE TABLE made AS SELECT * FROM t",
        "COMMENT ON TABLE t IS 'x'",
        "DROP TABLE other",
    ],
    ids=["create", "alter", "as select", "comment", "drop"],
)
@fact("4", "A DDL statement commits the open transaction; ROLLBACK does not undo it", TRANSACTIONS)
def test_ddl_commits(room: Room, ddl: str) -> None:
    room.given("CREATE TABLE t (a INT)", "CREATE TABLE other (a INT)")
    room.given("BEGIN", "INSERT INTO t (a) VALUES (1)")
    room.run(ddl, "ROLLBACK")
    assert room.value("SELECT COUNT(*) FROM t") == 1
    tables = {row["name"] for row in room.rows(f"SHOW TABLES IN SCHEMA {room.schema}")}
    assert ("MADE" in tables) == ("made" in ddl)
    assert ("OTHER" in tables) == ("DROP" not in ddl)


@fact(
    "4",
    "DDL in a transaction cannot be rolled back, and does not stay in the transaction",
    TRANSACTIONS,
)
def test_ddl_is_not_rolled_back(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)")
    room.given("BEGIN", "CREATE TABLE made (a INT)", "INSERT INTO t VALUES (1)", "ROLLBACK")
    assert room.value("SELECT COUNT(*) FROM made") == 0
    assert room.value("SELECT COUNT(*) FROM t") == 1, (
        "the INSERT after the DDL was in no transaction"
    )


@fact(
    "4", "When a statement fails, the DDL before it stays, and a second run meets 002002", "tried"
)
def test_half_applied(room: Room) -> None:
    revision = ["CREATE TABLE first (a INT)", "ALTER TABLE missing ADD COLUMN a INT"]
    room.run(revision[0])
    room.refusal(revision[1])
    assert room.refusal(revision[0]).number == 2002


@fact("4", "A failing statement leaves the rest of its transaction open and unharmed", TRANSACTIONS)
def test_failing_statement(room: Room) -> None:
    room.given("CREATE TABLE t (a INT NOT NULL)", "BEGIN", "INSERT INTO t VALUES (1)")
    room.refusal("INSERT INTO t VALUES (NULL)")
    room.run("COMMIT")
    assert room.run("SELECT a FROM t") == [(1,)]


@fact(
    "4",
    "A statement reads what was committed before it began, also inside a transaction",
    TRANSACTIONS,
)
def test_read_committed(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)")
    other = room.another()
    other.given("BEGIN")
    assert other.value("SELECT COUNT(*) FROM t") == 0
    room.given("INSERT INTO t VALUES (1)")
    assert other.value("SELECT COUNT(*) FROM t") == 1
    other.run("COMMIT")


@fact("4", "What a transaction wrote is not seen by others before COMMIT", TRANSACTIONS)
def test_not_before_commit(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)")
    other = room.another()
    room.given("BEGIN", "INSERT INTO t VALUES (1)")
    assert other.value("SELECT COUNT(*) FROM t") == 0
    room.run("COMMIT")
    assert other.value("SELECT COUNT(*) FROM t") == 1


@fact("4", "UNDROP TABLE brings the table and its rows back", UNDROP)
def test_undrop_table(room: Room) -> None:
    room.given("CREATE TABLE t AS SELECT 1 AS a", "DROP TABLE t")
    room.run("UNDROP TABLE t")
    assert room.value("SELECT a FROM t") == 1


@fact("4", "UNDROP SCHEMA brings the schema and its tables back", UNDROP)
def test_undrop_schema(room: Room) -> None:
    name = f"{room.schema}_X"
    room.given(
        f"CREATE SCHEMA {name}", f"CREATE TABLE {name}.t AS SELECT 1 AS a", f"DROP SCHEMA {name}"
    )
    room.refusal(f"SELECT a FROM {name}.t")
    room.run(f"UNDROP SCHEMA {name}")
    assert room.value(f"SELECT a FROM {name}.t") == 1


@fact("4", "UNDROP DATABASE brings the database and its tables back", UNDROP)
def test_undrop_database(room: Room) -> None:
    name = room.new_database("X")
    room.given(f"CREATE DATABASE {name}", f"CREATE TABLE {name}.PUBLIC.t AS SELECT 1 AS a")
    room.given(f"DROP DATABASE {name}")
    room.refusal(f"SELECT a FROM {name}.PUBLIC.t")
    room.run(f"UNDROP DATABASE {name}")
    assert room.value(f"SELECT a FROM {name}.PUBLIC.t") == 1


@fact("4", "UNDROP is refused while the name is taken", UNDROP)
def test_undrop_name_taken(room: Room) -> None:
    room.given("CREATE TABLE t AS SELECT 1 AS a", "CREATE OR REPLACE TABLE t AS SELECT 2 AS a")
    assert room.refusal("UNDROP TABLE t").number == 2002
    room.run("ALTER TABLE t RENAME TO newer", "UNDROP TABLE t")
    assert room.value("SELECT a FROM t") == 1


@fact("4", "A dropped stream cannot be brought back", "D: user-guide/streams-intro")
def test_undrop_stream(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)", "CREATE STREAM s ON TABLE t", "DROP STREAM s")
    room.refusal("UNDROP STREAM s")


@fact("4", "ALTER SCHEMA … SWAP WITH exchanges two schemas", "D: sql-reference/sql/alter-schema")
def test_swap_schema(room: Room) -> None:
    one, two = f"{room.schema}_ONE", f"{room.schema}_TWO"
    room.given(
        f"CREATE SCHEMA {one}",
        f"CREATE TABLE {one}.t AS SELECT 1 AS a",
        f"CREATE SCHEMA {two}",
        f"CREATE TABLE {two}.t AS SELECT 2 AS a",
    )
    room.run(f"ALTER SCHEMA {one} SWAP WITH {two}")
    assert [room.value(f"SELECT a FROM {name}.t") for name in (one, two)] == [2, 1]


@fact(
    "4", "ALTER DATABASE … SWAP WITH exchanges two databases", "D: sql-reference/sql/alter-database"
)
def test_swap_database(room: Room) -> None:
    one, two = room.new_database("ONE"), room.new_database("TWO")
    for number, name in enumerate((one, two), 1):
        room.given(
            f"CREATE DATABASE {name}", f"CREATE TABLE {name}.PUBLIC.t AS SELECT {number} AS a"
        )
    room.run(f"ALTER DATABASE {one} SWAP WITH {two}")
    assert [room.value(f"SELECT a FROM {name}.PUBLIC.t") for name in (one, two)] == [2, 1]


@fact("4", "SWAP WITH takes OWNERSHIP of both objects", "D: sql-reference/sql/alter-table")
def test_swap_takes_ownership(room: Room) -> None:
    role = room.new_role("DEPLOYER")
    room.given(
        "CREATE TABLE mine (a INT)",
        "CREATE TABLE theirs (a INT)",
        f"GRANT USAGE ON DATABASE {room.database} TO ROLE {role}",
        f"GRANT USAGE ON SCHEMA {room.schema} TO ROLE {role}",
        f"GRANT OWNERSHIP ON TABLE mine TO ROLE {role}",
        f"GRANT SELECT ON TABLE theirs TO ROLE {role}",
    )
    deployer = room.as_role(role)
    deployer.refusal(f"ALTER TABLE {room.schema}.mine SWAP WITH {room.schema}.theirs")


@fact(
    "4",
    "After CREATE DATABASE and CREATE SCHEMA the session is in the new one",
    "D: sql-reference/sql/create-database",
)
def test_created_is_current(room: Room) -> None:
    name = room.new_database("X")
    room.run(f"CREATE DATABASE {name}")
    assert room.run("SELECT CURRENT_DATABASE(), CURRENT_SCHEMA()") == [(name, "PUBLIC")]
    room.run(f"CREATE SCHEMA {name}.inner_one")
    assert room.value("SELECT CURRENT_SCHEMA()") == "INNER_ONE"
