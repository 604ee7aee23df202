"""Which statements park a pipeline and put it back, in which order, and by force where that is needed."""

from dataclasses import replace
from datetime import datetime, timedelta

from snowlane.pipeline.model import Alert, Pipe, Pipeline, Task
from snowlane.pipeline.parking import to_pause, to_put_back
from snowlane.plan.parked import Cause, Parked

NOW = datetime(2026, 11, 29, 2, 0)  # noqa: DTZ001
ROOT = Task(("D", "S", "ROOT"), is_started=True)
CHILD = Task(("D", "S", "A_CHILD"), is_started=True, after=("D.S.ROOT",))
DEEP = Task(("D", "S", "B_DEEP"), is_started=True, after=("D.S.A_CHILD", "D.S.ROOT"))
LAST = Task(("D", "S", "C_LAST"), is_started=True, after=("D.S.ROOT",), is_finalizer=True)
PIPELINE = Pipeline(tasks=(CHILD, DEEP, LAST, ROOT))


def statements(changes) -> list[str]:
    return [each.statement for each in changes]


def parked(pipeline: Pipeline) -> list[Parked]:
    return [replace(each, since=NOW) for each in to_pause(pipeline, (), Cause.PAUSE).remember]


def test_only_started_roots_are_suspended_and_their_graphs_remembered() -> None:
    off = replace(ROOT, path=("D", "S", "OFF"), is_started=False)
    below = replace(CHILD, path=("D", "S", "BELOW_OFF"), after=("D.S.OFF",))
    pause = to_pause(replace(PIPELINE, tasks=(*PIPELINE.tasks, off, below)), (), Cause.PAUSE)
    assert statements(pause.changes) == ["ALTER TASK D.S.ROOT SUSPEND"]
    assert {each.name for each in pause.remember} == {task.name for task in PIPELINE.tasks}


def test_children_run_again_before_their_root_the_deepest_first() -> None:
    stopped = tuple(replace(task, is_started=False) for task in PIPELINE.tasks)
    back = to_put_back(parked(PIPELINE), Pipeline(tasks=stopped), {}, NOW)
    assert statements(back.changes) == [
        "ALTER TASK D.S.B_DEEP RESUME",
        "ALTER TASK D.S.A_CHILD RESUME",
        "ALTER TASK D.S.C_LAST RESUME",
    ]
    (root,) = back.roots
    assert root.change.statement == "ALTER TASK D.S.ROOT RESUME"
    assert root.after == {"D.S.A_CHILD", "D.S.B_DEEP", "D.S.C_LAST"}


def test_a_root_that_was_started_meanwhile_stands_still_for_its_child() -> None:
    now = Pipeline(tasks=(ROOT, replace(CHILD, is_started=False)))
    back = to_put_back(parked(PIPELINE), now, {}, NOW)
    assert statements(back.stop) == ["ALTER TASK D.S.ROOT SUSPEND"]
    assert statements(root.change for root in back.roots) == ["ALTER TASK D.S.ROOT RESUME"]
    assert {each.name for each in back.gone} == {"D.S.B_DEEP", "D.S.C_LAST"}


def test_pipes_are_left_alone_where_their_state_does_not_tell_whether_they_are_paused() -> None:
    pipes = tuple(
        Pipe(("D", "S", state), state)
        for state in ("RUNNING", "STALLED_EXECUTION_ERROR", "PAUSED", "STOPPED_MISSING_TABLE", "")
    )
    pause = to_pause(Pipeline(pipes=pipes), (), Cause.PAUSE)
    assert [each.was for each in pause.remember] == ["RUNNING", "STALLED_EXECUTION_ERROR"]
    assert len(pause.changes) == 2
    assert pause.notes == (
        "pipe D.S.STOPPED_MISSING_TABLE is left as it is: STOPPED_MISSING_TABLE",
        'pipe D.S."" is left as it is: its state cannot be asked',
    )


def test_a_pipe_is_resumed_by_force_after_a_change_of_owner_or_fourteen_days() -> None:
    ran = Pipe(("D", "S", "P"), "RUNNING", owner="ANA")
    (row,) = parked(Pipeline(pipes=(ran,)))

    def sent(owner: str, days: int) -> tuple[str, str]:
        now = Pipeline(pipes=(replace(ran, state="PAUSED", owner=owner),))
        (change,) = to_put_back([row], now, {}, NOW + timedelta(days=days)).changes
        return change.statement, change.otherwise

    force = "SELECT SYSTEM$PIPE_FORCE_RESUME('D.S.P', '{}')"
    stale, owner = "staleness_check_override", "ownership_transfer_check_override"
    assert sent("ANA", 13) == (
        "ALTER PIPE D.S.P SET PIPE_EXECUTION_PAUSED = FALSE",
        force.format(f"{stale}, {owner}"),
    )
    assert sent("ANA", 14) == (force.format(stale), "")
    assert sent("BEN", 1) == (force.format(owner), "")
    assert sent("BEN", 20) == (force.format(f"{stale}, {owner}"), "")


def test_a_deployment_writes_down_what_a_person_paused_and_started_again() -> None:
    alert = Alert(("D", "S", "W"), is_started=True)
    before = parked(Pipeline(alerts=(alert,)))
    assert to_pause(Pipeline(alerts=(alert,)), before, Cause.PAUSE).remember == ()
    (again,) = to_pause(Pipeline(alerts=(alert,)), before, Cause.WINDOW).remember
    assert again.cause is Cause.WINDOW


def test_a_warehouse_gets_back_the_size_that_it_had() -> None:
    row = Parked("WAREHOUSE", "WH", "2X-Large", cause=Cause.WINDOW, since=NOW)
    (change,) = to_put_back([row], Pipeline(), {"WH": "4X-Large"}, NOW).changes
    assert change.statement == (
        "ALTER WAREHOUSE WH SET WAREHOUSE_SIZE = '2X-LARGE' WAIT_FOR_COMPLETION = TRUE"
    )
    assert to_put_back([row], Pipeline(), {"WH": "2X-Large"}, NOW).same == (row,)
    assert to_put_back([row], Pipeline(), {}, NOW).gone == (row,)
