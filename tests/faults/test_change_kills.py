"""A second deployment, of all that is altered, dropped, followed or paused, killed at its statements."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from extents import FAULTS
from faults import shop
from faults.proxy import Moment
from faults.room import Room

MAKE = Callable[..., Room]
PIPE = "CREATE OR REPLACE PIPE RAW.S.{} AS COPY INTO RAW.S.T (A) FROM @RAW.S.FILES PATTERN = '{}'"
POLICY = "CREATE OR REPLACE MASKING POLICY RAW.S.HIDDEN AS (v VARCHAR) RETURNS VARCHAR -> {}"
BEFORE = "-- snowlane: phase=before\n"
STAR = "-- snowlane: allow select-star-view: a mirror, replaced with its table\n"
NEVER = "CASE WHEN CURRENT_ROLE() = 'NOBODY' THEN '-' ELSE v END"


def first(root: Path) -> None:
    """What is there before."""
    masked = "ALTER TABLE RAW.S.T MODIFY COLUMN C SET MASKING POLICY RAW.S.HIDDEN"
    shop.revision(root, "r4", ("CREATE STAGE RAW.S.FILES", masked), after="r3")
    shop.an_object(root, "raw/s/policies/hidden", BEFORE + POLICY.format(NEVER))
    star = "CREATE OR REPLACE VIEW DW.M.STAR COPY GRANTS AS SELECT * FROM RAW.S.T"
    shop.an_object(root, "dw/m/views/star", STAR + star)
    for name in ("RUNS", "STOPS"):
        shop.an_object(root, f"raw/s/pipes/{name.lower()}", PIPE.format(name, "a.*"))


def second(root: Path) -> None:
    """Alters the policy, drops a procedure and a task, has a view follow, makes pipes anew."""
    shop.revision(root, "r5", ("ALTER TABLE RAW.S.T ADD COLUMN D INT",), after="r4")
    changed = POLICY.format(NEVER.replace("'-'", "'*'"))
    shop.an_object(root, "raw/s/policies/hidden", f"{BEFORE}{changed} COMMENT = 'why'")
    shop.an_object(root, "dw/m/procedures/p", "DROP PROCEDURE DW.M.P()")
    shop.an_object(root, "dw/m/tasks/b_child", "DROP TASK IF EXISTS DW.M.B_CHILD")
    root_task = shop.OBJECTS["dw/m/tasks/a_root"].replace("CALL DW.M.P()", "SELECT 2")
    shop.an_object(root, "dw/m/tasks/a_root", root_task)
    for name in ("RUNS", "STOPS"):
        shop.an_object(root, f"raw/s/pipes/{name.lower()}", PIPE.format(name, "b.*"))


def changing(new_room: MAKE) -> Room:
    """A room at the first state, running, whose project holds the second."""
    room = new_room()
    first(room.project)
    room.deploy()
    raw, dw = room.databases["RAW"], room.databases["DW"]
    room.query(f"ALTER TASK {dw}.M.B_CHILD RESUME")
    room.query(f"ALTER TASK {dw}.M.A_ROOT RESUME")
    room.query(f"ALTER PIPE {raw}.S.STOPS SET PIPE_EXECUTION_PAUSED = TRUE")
    second(room.project)
    return room


def expected(new_room: MAKE) -> object:
    """What nobody disturbs comes to."""
    room = changing(new_room)
    room.deploy()
    states = room.outcome()
    assert states["DW TASKS M.A_ROOT"] == "started"
    assert "DW TASKS M.B_CHILD" not in states
    assert (states["RAW PIPE S.RUNS"], states["RAW PIPE S.STOPS"]) == (False, True)
    return room.result()


@FAULTS.whole_only
def test_a_change_killed_behind_what_others_follow(new_room: MAKE) -> None:
    """Behind the revision that the view follows, and behind the first of what is dropped."""
    undisturbed, room = expected(new_room), changing(new_room)
    for at in (4, 5):
        assert room.killed_at(at, Moment.SENT)
        room.expire_lease()
    room.deploy()
    assert room.result() == undisturbed


@FAULTS.whole_only
def test_a_change_killed_at_every_statement_in_turn(new_room: MAKE) -> None:
    undisturbed, room = expected(new_room), changing(new_room)
    kills = 0
    while room.killed_at(1, Moment.SENT):
        kills += 1
        room.expire_lease()
    assert kills >= 11
    assert room.result() == undisturbed


@FAULTS.whole_only
@pytest.mark.parametrize("moment", [Moment.BEFORE, Moment.SENT, Moment.ANSWERED])
def test_a_change_killed_once_anywhere(new_room: MAKE, moment: Moment) -> None:
    undisturbed, at = expected(new_room), 1
    while True:
        room = changing(new_room)
        if not room.killed_at(at, moment):
            break
        room.expire_lease()
        room.deploy()
        assert room.result() == undisturbed, f"killed at statement {at}"
        at += 1
    assert at > 11
