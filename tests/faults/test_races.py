"""Two deployments to one environment: one deploys, the other is told who does."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from extents import FAULTS
from faults import shop
from faults.proxy import Moment, Proxy
from faults.room import Room, is_statement

MAKE = Callable[..., Room]
SLOW = "CALL SYSTEM$WAIT({})"


def eventually(happened: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)


def test_two_started_together(new_room: MAKE, undisturbed: Any, whole: bool) -> None:
    for _ in range(100 if whole else 1):
        room = new_room()
        clients = [room.client(room.connection["port"]) for _ in range(2)]
        for client in clients:
            client.start()
        codes = sorted(client.wait() for client in clients)
        # The one that comes late may find nothing left to do.
        assert codes in ([0, 5], [0, 0]), [client.err for client in clients]
        for client in clients:
            if client.wait() == 5:
                assert "another deployment to dev is at work" in client.err
                assert "since 20" in client.err
                assert "To go on: wait for it" in client.err
        assert room.result() == undisturbed
        done = [row["OUTCOME"] for row in room.query(f"SELECT * FROM {room.state}.DEPLOYMENTS")]
        assert done == ["done"]


@pytest.fixture
def slow(new_room: MAKE) -> Room:
    """A room whose last revision waits 60 seconds in the middle."""

    def lay_out(root: Path) -> Path:
        project = shop.lay_out(root)
        statements = (
            "CREATE TABLE RAW.S.U (A INT)",
            SLOW.format(60),
            "CREATE TABLE RAW.S.W (A INT)",
        )
        shop.revision(project, "r4", statements, after="r3")
        return project

    return new_room(lay_out)


def make_quick(room: Room) -> None:
    """Let the statement that waits wait no longer; what came before it stays as it ran."""
    path = room.project / "migrations" / "versions" / "r4.py"
    path.write_text(path.read_text().replace(SLOW.format(60), SLOW.format(0)))


def is_waiting(room: Room) -> bool:
    """Whether the statement that waits is at work for one of the room's deployments."""
    if not room.is_prepared():
        return False
    tags = [
        f"QUERY_TAG LIKE 'snowlane:{row['ID']}:%upgrade r4:2:%'"
        for row in room.query(f"SELECT ID FROM {room.state}.DEPLOYMENTS")
    ]
    return bool(
        tags
        and room.query(
            "SELECT 1 FROM TABLE("
            f"UTILITY{room.suffix}.INFORMATION_SCHEMA.QUERY_HISTORY(RESULT_LIMIT => 1000)) "
            f"WHERE QUERY_TEXT = '{SLOW.format(60)}' AND EXECUTION_STATUS = 'RUNNING' "
            f"AND ({' OR '.join(tags)})"
        )
    )


def test_the_second_is_told_who_holds_the_lock(slow: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    first = slow.client(slow.connection["port"], "migrate", "dev", "--to", "r4").start()
    eventually(lambda: is_waiting(slow))
    lease = slow.lease()
    second = slow.run("migrate", "dev")
    first.kill()
    assert second.wait() == 5
    assert f"held by {lease['OWNER']}" in second.err
    assert f"session {lease['SESSION_ID']}" in second.err
    assert f"since {lease['ACQUIRED_AT']:%Y-%m-%d %H:%M:%S} UTC" in second.err


@FAULTS.whole_only
def test_the_lease_is_renewed_while_a_statement_runs_and_ends_with_its_holder(
    new_room: MAKE,
) -> None:
    def lay_out(root: Path) -> Path:
        project = shop.lay_out(root)
        shop.revision(project, "r4", (SLOW.format(3),), after="r3")
        return project

    room = new_room(lay_out)
    path = room.project / "envs" / "dev.toml"
    path.write_text(path.read_text() + "lease_seconds = 2\n")
    first = room.client(room.connection["port"]).start()
    assert first.wait() == 0, first.err


@FAULTS.whole_only
def test_a_killed_holders_running_statement_is_ended_and_run_again(slow: Room) -> None:
    client = slow.client(slow.connection["port"]).start()
    eventually(lambda: is_waiting(slow))
    client.kill()
    assert slow.run().wait() == 5
    slow.expire_lease()
    make_quick(slow)
    began = time.monotonic()
    slow.deploy()
    assert time.monotonic() - began < 45, "it waited for the statement"
    assert not is_waiting(slow)
    assert set(slow.took_effect().values()) == {1}
    outcomes = slow.query(f"SELECT OUTCOME FROM {slow.state}.DEPLOYMENTS ORDER BY NUMBER")
    assert [row["OUTCOME"] for row in outcomes] == ["half-applied", "done"]


def test_a_stalled_holder_that_lost_its_lease_changes_nothing_more(new_room: MAKE) -> None:
    room = new_room()
    taken: list[int] = []

    def take_over() -> None:
        room.expire_lease()
        taken.append(room.run().wait())

    with Proxy(
        room.connection["port"],
        at=4,
        moment=Moment.HELD,
        strike=take_over,
        counts=is_statement,
    ) as proxy:
        stalled = room.client(proxy.port).start()
        code = stalled.wait()
    assert taken == [0]
    assert code in (5, 6), stalled.err
    assert set(room.took_effect().values()) == {1}
