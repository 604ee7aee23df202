"""Tasks, pipes and alerts end in the state they had, in the order Snowflake asks for."""

from snowlane.objects.source import SqlObject, read_object
from snowlane.plan.activity import is_paused, to_suspend_and_resume
from snowlane.plan.facts import Activity, TaskState
from snowlane.sql.mapping import NameMap

DATABASES = {"DW": "D"}


def suspended_and_resumed(
    changed: list[SqlObject], activity: Activity, dropped: tuple[SqlObject, ...] = ()
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    gone = [each.identity for each in dropped]
    return to_suspend_and_resume(changed, gone, activity, DATABASES)


def an_object(kind: str, name: str, rest: str = "") -> SqlObject:
    text = f"CREATE OR REPLACE {kind} DW.S.{name} {rest}"
    return read_object(name, text, NameMap(DATABASES))


def test_a_started_task_without_predecessors_is_suspended_and_resumed() -> None:
    activity = Activity({"D.S.T": TaskState(True), "D.S.OTHER": TaskState(True)})
    assert suspended_and_resumed([an_object("TASK", "T")], activity) == (
        ("ALTER TASK D.S.T SUSPEND",),
        ("ALTER TASK D.S.T RESUME",),
    )


def test_a_changed_child_stops_its_root_first_and_the_root_starts_last() -> None:
    activity = Activity(
        {
            "D.S.ROOT": TaskState(True),
            "D.S.CHILD": TaskState(True, ("D.S.ROOT",)),
            "D.S.SIBLING": TaskState(True, ("D.S.ROOT",)),
        }
    )
    assert suspended_and_resumed([an_object("TASK", "CHILD")], activity) == (
        ("ALTER TASK D.S.ROOT SUSPEND",),
        ("ALTER TASK D.S.CHILD RESUME", "ALTER TASK D.S.ROOT RESUME"),
    )


def test_a_new_child_stops_the_root_it_is_attached_to_and_stays_suspended() -> None:
    activity = Activity({"D.S.ROOT": TaskState(True)})
    child = an_object("TASK", "NEW", "AFTER DW.S.ROOT AS SELECT 1")
    assert suspended_and_resumed([child], activity) == (
        ("ALTER TASK D.S.ROOT SUSPEND",),
        ("ALTER TASK D.S.ROOT RESUME",),
    )


def test_what_was_suspended_stays_so() -> None:
    activity = Activity({"D.S.T": TaskState(False)})
    assert suspended_and_resumed([an_object("TASK", "T")], activity) == ((), ())


def test_paused_pipes_that_no_block_makes_and_started_alerts_are_put_back() -> None:
    activity = Activity(paused_pipes=frozenset({"D.S.P"}), started_alerts=frozenset({"D.S.A"}))
    changed = [an_object("PIPE", "P", "$$ $$"), an_object("PIPE", "Q"), an_object("ALERT", "A")]
    assert suspended_and_resumed(changed, activity) == (
        (),
        ("ALTER PIPE D.S.P SET PIPE_EXECUTION_PAUSED = TRUE", "ALTER ALERT D.S.A RESUME"),
    )


def test_a_running_pipe_has_loaded_what_it_had_before_it_is_replaced_and_runs_afterwards() -> None:
    activity = Activity(loading_pipes=frozenset({"D.S.P", "D.S.GONE", "D.S.OTHER"}))
    changed, gone = [an_object("PIPE", "P")], (an_object("PIPE", "GONE"),)
    suspend, resume = suspended_and_resumed(changed, activity, gone)
    assert [each.splitlines()[0] for each in suspend] == [
        f"EXECUTE IMMEDIATE $$ -- pause the pipe D.S.{name} and wait for what it loads"
        for name in ("GONE", "P")
    ]
    assert "PIPE_EXECUTION_PAUSED = TRUE" in suspend[0]
    assert resume == ("ALTER PIPE D.S.P SET PIPE_EXECUTION_PAUSED = FALSE",)


def test_what_an_unfinished_deployment_owes_to_a_pipe_counts_more_than_how_it_is_now() -> None:
    runs, paused = (
        f"ALTER PIPE D.S.P SET PIPE_EXECUTION_PAUSED = {each}" for each in ("FALSE", "TRUE")
    )
    now_paused = Activity(paused_pipes=frozenset({"D.S.P"}), owed=frozenset({runs}))
    assert suspended_and_resumed([an_object("PIPE", "P")], now_paused) == ((), (runs,))
    assert not is_paused("D.S.P", now_paused)
    now_runs = Activity(loading_pipes=frozenset({"D.S.P"}), owed=frozenset({paused}))
    assert suspended_and_resumed([an_object("PIPE", "P")], now_runs)[1] == (paused,)
    assert is_paused("D.S.P", now_runs)


def test_a_dropped_task_stops_its_graph_and_is_not_resumed() -> None:
    activity = Activity(
        {
            "D.S.ROOT": TaskState(True),
            "D.S.CHILD": TaskState(True, ("D.S.ROOT",)),
            "D.S.LONELY": TaskState(True),
        }
    )
    assert suspended_and_resumed([], activity, (an_object("TASK", "CHILD"),)) == (
        ("ALTER TASK D.S.ROOT SUSPEND",),
        ("ALTER TASK D.S.ROOT RESUME",),
    )
    assert suspended_and_resumed([], activity, (an_object("TASK", "LONELY"),)) == (
        ("ALTER TASK D.S.LONELY SUSPEND",),
        (),
    )


def test_an_alert_that_is_dropped_is_owed_nothing() -> None:
    activity = Activity(owed=frozenset({"ALTER ALERT D.S.A RESUME"}))
    assert suspended_and_resumed([], activity, (an_object("ALERT", "A"),)) == ((), ())
