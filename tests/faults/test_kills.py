"""A client killed with kill -9, at any statement: the next run ends where an undisturbed one does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from extents import FAULTS
from faults.proxy import Moment
from faults.room import Room

MAKE = Callable[..., Room]
# DML that is known to be done, an object that was not sent; all of them when the suite runs whole.
FEW = [(4, Moment.ANSWERED), (8, Moment.BEFORE)]
KILLS = (Moment.BEFORE, Moment.SENT, Moment.ANSWERED)


def test_killed_at_a_statement(new_room: MAKE, undisturbed: Any, whole: bool) -> None:
    every = [(at, moment) for at in range(1, new_room().requests() + 1) for moment in KILLS]
    for at, moment in every if whole else FEW:
        room = new_room()
        assert room.killed_at(at, moment), (at, moment)
        room.expire_lease()
        room.deploy()
        assert room.result() == undisturbed
        assert room.lease()["TOKEN"] is None


@FAULTS.whole_only
@pytest.mark.parametrize("moment", [Moment.SENT, Moment.ANSWERED])
def test_killed_at_every_statement_in_turn(
    new_room: MAKE, undisturbed: Any, moment: Moment
) -> None:
    room = new_room()
    requests, kills = room.requests(), 0
    while room.killed_at(1, moment):
        kills += 1
        room.expire_lease()
    assert kills >= requests
    assert room.result() == undisturbed


@FAULTS.whole_only
def test_killed_at_any_request(new_room: MAKE, undisturbed: Any) -> None:
    """The preparation, the lock and the end of the deployment are requests too."""
    at = 1
    while True:
        room = new_room()
        if not room.killed_at(at, Moment.SENT, statements_only=False):
            break
        room.expire_lease()
        room.deploy()
        assert room.result() == undisturbed, f"killed at request {at}"
        at += 1
    assert at > 35
