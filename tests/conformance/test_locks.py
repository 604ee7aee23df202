"""Section 4: which statements wait for each other, and the lease row that the deployment lock is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from conformance.facts import fact
from conformance.room import Refused, Room

LOCKS = "D: sql-reference/transactions#resource-locking"
_LEASE = (
    "UPDATE lease SET token = '{token}', until = DATEADD(minute, 5, SYSDATE())"
    " WHERE environment = 'qa' AND (token IS NULL OR until < SYSDATE())"
)


@fact("4", "A read in another session sees a write that was answered before", "mem")
def test_read_your_neighbours_write(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)")
    other = room.another()
    for expected in range(1, 6):
        room.run("INSERT INTO t VALUES (1)")
        assert other.value("SELECT COUNT(*) FROM t") == expected


@fact(
    "4", "Of clients that take a free lease at once, one gets row count 1 and the others 0", LOCKS
)
def test_lease_has_one_winner(room: Room) -> None:
    room.given(
        "CREATE TABLE lease (environment VARCHAR, token VARCHAR, until TIMESTAMP_NTZ)",
        "INSERT INTO lease (environment) VALUES ('qa')",
    )
    sessions = [room.another() for _ in range(4)]
    with ThreadPoolExecutor(len(sessions)) as pool:
        counts = list(
            pool.map(
                lambda one: one[1].affected(_LEASE.format(token=f"token-{one[0]}")),
                enumerate(sessions),
            )
        )
    assert sorted(counts) == [0, 0, 0, 1]
    assert room.value("SELECT token FROM lease") == f"token-{counts.index(1)}"


@fact("4", "A lease is read back with its token in the transaction that took it", LOCKS)
def test_lease_is_confirmed(room: Room) -> None:
    room.given(
        "CREATE TABLE lease (environment VARCHAR, token VARCHAR, until TIMESTAMP_NTZ)",
        "INSERT INTO lease (environment) VALUES ('qa')",
        "BEGIN",
    )
    assert room.affected(_LEASE.format(token="mine")) == 1
    assert room.value("SELECT token FROM lease WHERE environment = 'qa'") == "mine"
    room.run("COMMIT")
    assert room.affected(_LEASE.format(token="theirs")) == 0


@pytest.mark.parametrize(
    "second",
    [
        "UPDATE t SET b = 2 WHERE a = 2",
        "DELETE FROM t WHERE a = 2",
        "MERGE INTO t USING (SELECT 2 AS a) s ON t.a = s.a WHEN MATCHED THEN UPDATE SET b = 3",
    ],
    ids=["update", "delete", "merge"],
)
@fact(
    "4",
    "UPDATE, DELETE and MERGE of a table wait for a transaction that changed it; LOCK_TIMEOUT 0 fails at once",
    LOCKS,
)
def test_writers_wait(room: Room, second: str) -> None:
    room.given("CREATE TABLE t (a INT, b INT)", "INSERT INTO t VALUES (1, 1), (2, 2)")
    other = room.another()
    other.given("ALTER SESSION SET LOCK_TIMEOUT = 0")
    room.given("BEGIN", "UPDATE t SET b = 9 WHERE a = 1")
    other.refusal(second)
    room.run("COMMIT")
    assert other.affected(second) == 1


@fact("4", "INSERT does not wait for a transaction that changed the table", LOCKS)
def test_insert_does_not_wait(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1)")
    other = room.another()
    other.given("ALTER SESSION SET LOCK_TIMEOUT = 0")
    room.given("BEGIN", "UPDATE t SET a = 2")
    other.run("INSERT INTO t VALUES (7)")
    room.run("COMMIT")
    assert room.run("SELECT a FROM t ORDER BY a") == [(2,), (7,)]


@fact("4", "Two transactions that only INSERT into a table do not wait for each other", LOCKS)
def test_inserts_together(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)")
    other = room.another()
    other.given("ALTER SESSION SET LOCK_TIMEOUT = 0", "BEGIN")
    room.given("BEGIN", "INSERT INTO t VALUES (1)")
    other.run("INSERT INTO t VALUES (2)", "COMMIT")
    room.run("COMMIT")
    assert room.value("SELECT COUNT(*) FROM t") == 2


@fact(
    "4", "The first DDL commits a transaction that holds a lock, and so gives the lock away", LOCKS
)
def test_ddl_gives_the_lock_away(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1)")
    other = room.another()
    other.given("ALTER SESSION SET LOCK_TIMEOUT = 0")
    room.given("BEGIN", "UPDATE t SET a = 2", "CREATE TABLE made (a INT)")
    assert other.affected("UPDATE t SET a = 3") == 1
    room.run("ROLLBACK")


@fact("4", "LOCK_TIMEOUT is 43200 seconds by default", "D: sql-reference/parameters#lock-timeout")
def test_lock_timeout(room: Room) -> None:
    shown = room.row("SHOW PARAMETERS LIKE 'LOCK_TIMEOUT' IN SESSION")
    assert (shown["key"], shown["default"]) == ("LOCK_TIMEOUT", "43200")


@fact("4", "Writers of different tables do not wait for each other", LOCKS)
def test_other_tables(room: Room) -> None:
    room.given(
        "CREATE TABLE t (a INT)", "CREATE TABLE u AS SELECT 1 AS a", "INSERT INTO t VALUES (1)"
    )
    other = room.another()
    other.given("ALTER SESSION SET LOCK_TIMEOUT = 0")
    room.given("BEGIN", "UPDATE t SET a = 2")
    try:
        assert other.affected("UPDATE u SET a = 2") == 1
    except Refused as refused:
        pytest.fail(f"the other table was locked too: {refused}")
    room.run("ROLLBACK")
