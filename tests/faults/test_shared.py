"""A request that many objects share, stopped between two of them: none is lost, none is taken for done."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from extents import FAULTS
from faults import shop
from faults.room import Room
from faults.test_races import eventually
from snowlocal.server import LocalAccount

VIEWS = 40
VIEW = (
    "CREATE OR REPLACE VIEW DW.M.V{number:02} COPY GRANTS AS SELECT A, {number} AS N FROM RAW.S.T"
)


def lay_out(root: Path) -> Path:
    """Forty views, which travel in one request with the two tasks and the procedure."""
    project = shop.lay_out(root)
    for number in range(VIEWS):
        shop.an_object(project, f"dw/m/views/v{number:02}", VIEW.format(number=number))
    return project


def has_begun(room: Room) -> bool:
    """Whether the third of the views is made."""
    return room.is_prepared() and bool(
        room.query(
            f"SELECT 1 FROM TABLE(UTILITY{room.suffix}.INFORMATION_SCHEMA.QUERY_HISTORY()) "
            "WHERE EXECUTION_STATUS = 'SUCCESS' AND "
            "STARTSWITH(QUERY_TEXT, 'CREATE OR REPLACE VIEW') AND QUERY_TEXT LIKE '%.M.V02 %'"
        )
    )


def ends_whole(room: Room, expected: dict[str, Any]) -> None:
    """The next deployment ends where an undisturbed one does; only whole texts were sent twice."""
    room.expire_lease()
    room.deploy()
    assert room.outcome() == expected
    for text, times in room.took_effect().items():
        may_repeat = text.startswith(("CREATE OR REPLACE VIEW", "CREATE OR REPLACE PROCEDURE"))
        assert times == 1 or (times == 2 and (may_repeat or " TASK " in text)), text
    done = room.run("plan", "dev")
    assert "Nothing to do" in done.out


@pytest.fixture(scope="module")
def expected(new_rooms: Callable[..., Room]) -> dict[str, Any]:
    room = new_rooms(lay_out)
    room.deploy()
    return room.outcome()


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=FAULTS.whole_only)]
)
def test_cancelled_between_two_objects(
    new_room: Callable[..., Room], expected: dict[str, Any], number: signal.Signals
) -> None:
    room = new_room(lay_out)
    client = room.client(room.connection["port"]).start()
    eventually(lambda: has_begun(room))
    client.signal(number)
    # The signal may come when the last object is done.
    if client.wait(30) != 0:
        assert client.wait() == 6, client.err
        assert "interrupted" in client.err
        assert "is applied once more, which changes nothing" in client.err
        assert "Traceback" not in client.err
        assert room.lease()["TOKEN"] is None
    ends_whole(room, expected)


@FAULTS.whole_only
def test_killed_between_two_objects(
    new_room: Callable[..., Room], expected: dict[str, Any]
) -> None:
    """The next run ends what the old session still runs."""
    room = new_room(lay_out)
    client = room.client(room.connection["port"]).start()
    eventually(lambda: has_begun(room))
    client.kill()
    ends_whole(room, expected)


@FAULTS.whole_only
def test_the_account_restarts_between_two_objects(expected: dict[str, Any], tmp_path: Path) -> None:
    account = LocalAccount(tmp_path / "account")
    account.start()
    try:
        project = lay_out(tmp_path / "project")
        room = Room(project, "_R", dict(account.connection), tmp_path / "runs")
        client = room.client(account.port).start()
        eventually(lambda: has_begun(room))
        account.stop()
        account.start()
        assert client.wait() in (0, 6), client.err
        assert "Traceback" not in client.err
        ends_whole(room, expected)
    finally:
        account.stop()
