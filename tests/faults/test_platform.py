"""The retail platform, its deployment killed at every request in turn: nothing is lost or doubled."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from extents import FAULTS
from faults.proxy import Moment
from faults.room import Room

_SOURCE = Path(__file__).parents[2]


def lay_out(root: Path) -> Path:
    """A copy of the repository's own project."""
    for each in ("envs", "migrations"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(_SOURCE / each, root / each, ignore=ignored)
    shutil.copy(_SOURCE / "alembic.ini", root / "alembic.ini")
    return root.resolve()


@FAULTS.whole_only
@pytest.mark.parametrize("moment", [Moment.SENT, Moment.ANSWERED])
def test_killed_at_every_statement_in_turn(new_room: Callable[..., Room], moment: Moment) -> None:
    undisturbed, room = new_room(lay_out), new_room(lay_out)
    requests = room.requests()
    undisturbed.deploy()
    expected = undisturbed.result()
    kills = 0
    while room.killed_at(1, moment):
        kills += 1
        room.expire_lease()
    # One that was still running was ended by the next run, and is sent again.
    assert kills >= requests
    assert room.result() == expected
