"""A client killed with kill -9 while it parks, deploys in a window, or resumes: everything comes back."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from extents import FAULTS
from faults import shop
from faults.client import Client
from faults.proxy import Moment, Proxy
from faults.room import Room

MAKE = Callable[..., Room]
PIPE = "CREATE OR REPLACE PIPE RAW.S.P AS COPY INTO RAW.S.T (A) FROM @RAW.S.SG"
ALERT = (
    "CREATE OR REPLACE ALERT DW.M.W WAREHOUSE = WH SCHEDULE = '60 MINUTE'"
    " IF (EXISTS (SELECT A FROM DW.M.V)) THEN INSERT INTO RAW.S.T (A) SELECT 'seen'"
)
CHILD = "CREATE OR REPLACE TASK DW.M.B_CHILD WAREHOUSE = WH AFTER DW.M.A_ROOT AS SELECT {}"
WINDOW = ("migrate", "dev", "--window", "--scale-warehouse", "large")
PAUSE = ("pipeline", "pause", "dev")
RESUME = ("pipeline", "resume", "dev")


def lay_out(root: Path) -> Path:
    project = shop.lay_out(root)
    shop.revision(project, "r4", ("CREATE STAGE RAW.S.SG",), after="r3")
    shop.an_object(project, "raw/s/pipes/p", PIPE)
    shop.an_object(project, "dw/m/alerts/w", ALERT)
    return project


def change(project: Path) -> None:
    """What is deployed in the window: a column, and a new text of what runs by itself."""
    shop.revision(project, "r5", ("ALTER TABLE RAW.S.T ADD COLUMN D VARCHAR",), after="r4")
    shop.an_object(project, "raw/s/pipes/p", f"{PIPE} PATTERN = '.*'")
    shop.an_object(project, "dw/m/tasks/b_child", CHILD.format(2))
    shop.an_object(project, "dw/m/alerts/w", ALERT.replace("60", "30"))


def running(new_room: MAKE) -> Room:
    """A deployed project with everything running."""
    made = new_room(lay_out)
    made.deploy()
    made.query("GRANT MODIFY ON WAREHOUSE WH TO ROLE DEPLOY_DEV")
    raw, dw = made.databases["RAW"], made.databases["DW"]
    for each in (f"TASK {dw}.M.B_CHILD", f"TASK {dw}.M.A_ROOT", f"ALERT {dw}.M.W"):
        made.query(f"ALTER {each} RESUME")
    assert states(made) == RUNNING, raw
    return made


def states(room: Room) -> dict[str, object]:
    """What runs, the warehouse's size, and how much is still remembered."""
    outcome = room.outcome()
    found = {key: value for key, value in outcome.items() if any(kind in key for kind in KINDS)}
    (house,) = [row for row in room.query("SHOW WAREHOUSES") if row["name"] == "WH"]
    (parked,) = room.query(f"SELECT COUNT(*) AS N FROM {room.state}.PARKED")
    return {**found, "size": house["size"], "parked": parked["N"]}


KINDS = (" TASKS ", " PIPE ", " ALERTS ")
RUNNING = {
    "DW TASKS M.A_ROOT": "started",
    "DW TASKS M.B_CHILD": "started",
    "DW ALERTS M.W": "started",
    "RAW PIPE S.P": False,
    "size": "Medium",
    "parked": 0,
}


def about(*words: str) -> Callable[[str], bool]:
    """Counts the requests that hold all of the words."""
    return lambda sql: all(word in sql for word in words)


# The write that remembers, the suspending, the end of it; then the resuming and the forgetting.
PAUSES = (
    (about("INSERT INTO", ".PARKED "), Moment.BEFORE),
    (about("INSERT INTO", ".PARKED "), Moment.ANSWERED),
    (about("ALTER TASK", "SUSPEND"), Moment.SENT),
    (about("TASK_HISTORY"), Moment.ANSWERED),
)
RESUMES = (
    (about("PIPE_EXECUTION_PAUSED = FALSE"), Moment.BEFORE),
    (about("PIPE_EXECUTION_PAUSED = FALSE"), Moment.SENT),
    (about("ALTER TASK", "A_ROOT RESUME"), Moment.SENT),
    (about("DELETE FROM", ".PARKED "), Moment.BEFORE),
    (about("DELETE FROM", ".PARKED "), Moment.SENT),
)
WINDOWS = (
    (about("ALTER TASK", "SUSPEND"), Moment.SENT),
    (about("WAREHOUSE_SIZE = ''LARGE''"), Moment.SENT),
    (about("ADD COLUMN D"), Moment.SENT),
    (about("CREATE OR REPLACE PIPE"), Moment.SENT),
    (about("SET FINISHED_AT"), Moment.SENT),
    (about("WAREHOUSE_SIZE = ''MEDIUM''"), Moment.SENT),
    (about("DELETE FROM", ".PARKED "), Moment.BEFORE),
)


def finished(room: Room, *arguments: str) -> None:
    room.expire_lease()
    done = room.run(*arguments)
    assert done.wait() == 0, done.err


@FAULTS.whole_only
def test_killed_while_pausing_and_resuming(new_room: MAKE) -> None:
    room = running(new_room)
    for counts, moment in PAUSES:
        assert room.killed(1, moment, counts, *PAUSE)
        finished(room, *RESUME)
        assert states(room) == RUNNING
    for counts, moment in RESUMES:
        finished(room, *PAUSE)
        assert room.killed(1, moment, counts, *RESUME)
        finished(room, *RESUME)
        assert states(room) == RUNNING


@FAULTS.whole_only
def test_interrupted_while_waiting(new_room: MAKE) -> None:
    """SIGINT, as a cancelled job gets it: the window puts everything back by itself."""
    room = running(new_room)
    change(room.project)
    said = interrupted(room, *WINDOW)
    assert "dev: interrupted, so nothing was deployed" in said
    assert "the pipeline runs as it did before" in said
    assert states(room) == RUNNING
    assert "what was parked until then is remembered" in interrupted(room, *PAUSE)
    finished(room, *RESUME)
    assert states(room) == RUNNING


def interrupted(room: Room, *command: str) -> str:
    """What a command says that gets SIGINT while it asks for what is under way."""
    client: Client | None = None

    def strike() -> None:
        assert client is not None
        client.signal(signal.SIGINT)

    asks = about("TASK_HISTORY")
    port = room.connection["port"]
    with Proxy(port, at=1, moment=Moment.SENT, strike=strike, counts=asks) as proxy:
        client = room.client(proxy.port, *command).start()
        assert client.wait() == 1, client.err
    return client.err


@FAULTS.whole_only
def test_killed_in_a_window_and_resumed_each_time(new_room: MAKE) -> None:
    """Each kill is followed by `pipeline resume`; the last by the window that ends it."""
    room = running(new_room)
    change(room.project)
    for counts, moment in WINDOWS[:4]:
        assert room.killed(1, moment, counts, *WINDOW)
        finished(room, *RESUME)
        assert states(room) == RUNNING
    finished(room, *WINDOW)
    assert states(room) == RUNNING
    assert set(room.took_effect().values()) == {1}


# Of the windows the one that was killed while it replaced a pipe; of all the others the whole suite.
@pytest.mark.parametrize(
    ("counts", "moment"),
    [
        each if each is WINDOWS[3] else pytest.param(*each, marks=FAULTS.whole_only)
        for each in WINDOWS
    ],
)
def test_killed_in_a_window_and_ended_by_the_next(
    new_room: MAKE, counts: Callable[[str], bool], moment: Moment
) -> None:
    room = running(new_room)
    change(room.project)
    assert room.killed(1, moment, counts, *WINDOW)
    finished(room, *WINDOW)
    assert states(room) == RUNNING
    assert set(room.took_effect().values()) == {1}
    column = room.query(f"SELECT D FROM {room.databases['RAW']}.S.T")
    assert {row["D"] for row in column} == {None}
