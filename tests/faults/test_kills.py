"""A client killed with kill -9, at any statement: the next run ends where an undisturbed one does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from faults.proxy import Moment
from faults.room import Room

MAKE = Callable[..., Room]
# DDL, DML, the last of a revision, an object; all of them when the suite runs whole.
FEW = [
    (2, Moment.SENT),
    (4, Moment.ANSWERED),
    (7, Moment.SENT),
    (9, Moment.BEFORE),
]
KILLS = (Moment.BEFORE, Moment.SENT, Moment.ANSWERED)
ALL = [(at, moment) for at in range(1, 13) for moment in KILLS]


def undisturbed(new_room: MAKE) -> Any:
    """What a deployment comes to that nobody disturbs: each statement took effect once."""
    room = new_room()
    room.deploy()
    result = room.result()
    assert set(result[1].values()) == {1}
    return result


def test_killed_at_a_statement(new_room: MAKE, whole: bool) -> None:
    expected = undisturbed(new_room)
    for at, moment in ALL if whole else FEW:
        room = new_room()
        assert room.killed_at(at, moment), (at, moment)
        room.expire_lease()
        room.deploy()
        assert room.result() == expected
        assert room.lease()["TOKEN"] is None


@pytest.mark.parametrize("moment", [Moment.SENT, Moment.ANSWERED])
def test_killed_at_every_statement_in_turn(new_room: MAKE, moment: Moment, whole: bool) -> None:
    if moment is Moment.ANSWERED and not whole:
        pytest.skip("the whole suite: make faults")
    expected, room = undisturbed(new_room), new_room()
    kills = 0
    while room.killed_at(1, moment):
        kills += 1
        room.expire_lease()
    assert kills >= 12
    assert room.result() == expected


def test_killed_at_any_request(new_room: MAKE, whole: bool) -> None:
    """The preparation, the lock and the end of the deployment are requests too."""
    if not whole:
        pytest.skip("the whole suite: make faults")
    expected = undisturbed(new_room)
    at = 1
    while True:
        room = new_room()
        if not room.killed_at(at, Moment.SENT, statements_only=False):
            break
        room.expire_lease()
        room.deploy()
        assert room.result() == expected, f"killed at request {at}"
        at += 1
    assert at > 40
