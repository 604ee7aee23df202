"""Section 3: clones and queries of an instant of the past."""

from __future__ import annotations

from conformance.facts import fact
from conformance.room import Room

CREATE_CLONE = "D: sql-reference/sql/create-clone"


@fact("3", "CLONE … AT takes an instant of the past", CREATE_CLONE)
def test_clone_at(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1)")
    at = room.value("SELECT TO_VARCHAR(SYSDATE(), 'YYYY-MM-DD HH24:MI:SS.FF6')")
    room.given("INSERT INTO t VALUES (2)")
    room.run(f"CREATE TABLE earlier CLONE t AT (TIMESTAMP => '{at}'::TIMESTAMP_NTZ)")
    assert room.run("SELECT a FROM earlier") == [(1,)]


@fact("3", "CLONE … AT of an instant before the source was made is refused", CREATE_CLONE)
def test_clone_at_too_early(room: Room) -> None:
    at = room.value(
        "SELECT TO_VARCHAR(DATEADD(minute, -1, SYSDATE()), 'YYYY-MM-DD HH24:MI:SS.FF6')"
    )
    room.given("CREATE TABLE t (a INT)")
    room.refusal(f"CREATE TABLE earlier CLONE t AT (TIMESTAMP => '{at} +00:00'::TIMESTAMP_TZ)")


@fact("3", "CLONE … AT just now holds what is there now", CREATE_CLONE)
def test_clone_at_now(room: Room) -> None:
    room.given("CREATE TABLE t AS SELECT 1 AS a")
    at = room.value("SELECT TO_VARCHAR(SYSDATE(), 'YYYY-MM-DD HH24:MI:SS.FF6')")
    room.run(f"CREATE TABLE earlier CLONE t AT (TIMESTAMP => '{at} +00:00'::TIMESTAMP_TZ)")
    assert room.run("SELECT a FROM earlier") == [(1,)]


@fact(
    "3",
    "An AT timestamp without a cast means UTC",
    "D: sql-reference/constructs/at-before",
    beyond="TIMEZONE",
)
def test_uncast_timestamp(room: Room) -> None:
    other = room.another()
    other.given(
        "ALTER SESSION SET TIMEZONE = 'Pacific/Honolulu'", "CREATE TABLE t AS SELECT 1 AS a"
    )
    at = other.value("SELECT TO_VARCHAR(SYSDATE(), 'YYYY-MM-DD HH24:MI:SS.FF6')")
    assert other.run(f"SELECT a FROM t AT (TIMESTAMP => '{at}')") == [(1,)]


@fact(
    "3",
    "AT (STATEMENT => …) takes the id of a DML statement, not of a DDL statement",
    "D: sql-reference/constructs/at-before",
    beyond="Time Travel to a statement",
)
def test_statement_ids(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)")
    ddl = room.value("SELECT LAST_QUERY_ID()")
    room.given("INSERT INTO t VALUES (1)")
    dml = room.value("SELECT LAST_QUERY_ID()")
    room.given("INSERT INTO t VALUES (2)")
    assert room.value(f"SELECT COUNT(*) FROM t AT (STATEMENT => '{dml}')") == 1
    room.refusal(f"SELECT COUNT(*) FROM t AT (STATEMENT => '{ddl}')")


@fact(
    "3",
    "A Time Travel SELECT uses the columns of today",
    "D: user-guide/data-time-travel",
    beyond="Time Travel to a statement",
)
def test_columns_of_today(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1)")
    dml = room.value("SELECT LAST_QUERY_ID()")
    room.given("ALTER TABLE t ADD COLUMN b INT DEFAULT 5")
    assert len(room.run(f"SELECT * FROM t AT (STATEMENT => '{dml}')")[0]) == 2
