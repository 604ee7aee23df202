"""A rollback killed with kill -9 at any statement: the next one ends where an undisturbed one does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from extents import FAULTS
from faults import shop
from faults.client import Client
from faults.proxy import Moment, Proxy
from faults.room import Room, is_statement

BREAK = (
    "ALTER TABLE RAW.S.T ADD COLUMN D VARCHAR",
    "UPDATE RAW.S.T SET A = 'broken'",
    "DROP TABLE RAW.S.OTHER",
    "CREATE TABLE RAW.S.ADDED (A INT)",
)
ROLLBACK = ("rollback", "dev", "--yes", "--accept-stream-loss")


@pytest.fixture
def broken(new_room: Callable[..., Room]) -> tuple[Room, dict[str, Any]]:
    """A room whose last migration changed much, and what it was before."""
    room = new_room()
    project = room.project
    shop.revision(project, "r4", ("CREATE TABLE RAW.S.OTHER AS SELECT 1 AS A",), after="r3")
    room.deploy()
    raw, dw = room.databases["RAW"], room.databases["DW"]
    room.query(f"ALTER TASK {dw}.M.B_CHILD RESUME")
    room.query(f"ALTER TASK {dw}.M.A_ROOT RESUME")
    room.query(f"INSERT INTO {raw}.S.OTHER SELECT 2")
    before = without_points(room.outcome())
    shop.revision(project, "r5", BREAK, after="r4")
    for name in ("dw/m/views/v", "dw/m/tasks/a_root"):
        text = shop.OBJECTS[name]
        changed = text.replace("A, B", "D").replace("'60 MINUTE'", "'30 MINUTE'")
        shop.an_object(project, name, changed)
    done = room.run("migrate", "dev", "--restore-point")
    assert done.wait() == 0, done.err
    return room, before


def without_points(outcome: dict[str, Any]) -> dict[str, Any]:
    """The outcome without the clones that restore points keep."""
    found = {key: value for key, value in outcome.items() if "SNOWLANE_RESTORE" not in key}
    for key, value in found.items():
        if key.endswith(" DDL"):
            found[key] = [each for each in value.split("\n\n") if "SNOWLANE_RESTORE" not in each]
    return found


def killed_at(room: Room, at: int, moment: Moment) -> bool:
    """Roll back and kill -9 at a statement; False when the rollback ended before it came to it."""
    client: Client | None = None

    def strike() -> None:
        assert client is not None
        client.kill()

    port = room.connection["port"]
    with Proxy(port, at=at, moment=moment, strike=strike, counts=is_statement) as proxy:
        client = room.client(proxy.port, *ROLLBACK)
        client.start()
        code = client.wait()
    assert code == (-9 if proxy.struck.is_set() else 0), client.err
    return proxy.struck.is_set()


@FAULTS.whole_only
@pytest.mark.parametrize("moment", [Moment.SENT, Moment.ANSWERED])
def test_killed_at_every_statement_in_turn(
    broken: tuple[Room, dict[str, Any]], moment: Moment
) -> None:
    room, before = broken
    kills = 0
    while killed_at(room, 1, moment):
        kills += 1
        room.expire_lease()
    assert kills >= 10
    assert without_points(room.outcome()) == before
    assert room.lease()["TOKEN"] is None


def test_killed_once_and_a_migration_does_not_go_on_from_there(
    broken: tuple[Room, dict[str, Any]],
) -> None:
    room, before = broken
    assert killed_at(room, 4, Moment.ANSWERED)
    room.expire_lease()
    refused = room.run("migrate", "dev")
    assert refused.wait() == 6
    assert "snowlane rollback dev" in refused.err
    done = room.run(*ROLLBACK)
    assert done.wait() == 0, done.err
    assert without_points(room.outcome()) == before
