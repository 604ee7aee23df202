"""Tasks, pipes and alerts end in the state they had, in the order Snowflake asks for."""

from snowlane.objects.source import SqlObject, read_object
from snowlane.plan.activity import to_suspend_and_resume
from snowlane.plan.facts import Activity, TaskState
from snowlane.sql.mapping import NameMap

DATABASES = {"DW": "D"}


def an_object(kind: str, name: str, rest: str = "") -> SqlObject:
    text = f"CREATE OR REPLACE {kind} DW.S.{name} {rest}"
    return read_object(name, text, NameMap(DATABASES))


def test_a_started_task_without_predecessors_is_suspended_and_resumed() -> None:
    activity = Activity({"D.S.T": TaskState(True), "D.S.OTHER": TaskState(True)})
    assert to_suspend_and_resume([an_object("TASK", "T")], activity, DATABASES) == (
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
    assert to_suspend_and_resume([an_object("TASK", "CHILD")], activity, DATABASES) == (
        ("ALTER TASK D.S.ROOT SUSPEND",),
        ("ALTER TASK D.S.CHILD RESUME", "ALTER TASK D.S.ROOT RESUME"),
    )


def test_a_new_child_stops_the_root_it_is_attached_to_and_stays_suspended() -> None:
    activity = Activity({"D.S.ROOT": TaskState(True)})
    child = an_object("TASK", "NEW", "AFTER DW.S.ROOT AS SELECT 1")
    assert to_suspend_and_resume([child], activity, DATABASES) == (
        ("ALTER TASK D.S.ROOT SUSPEND",),
        ("ALTER TASK D.S.ROOT RESUME",),
    )


def test_what_was_suspended_stays_so() -> None:
    activity = Activity({"D.S.T": TaskState(False)})
    assert to_suspend_and_resume([an_object("TASK", "T")], activity, DATABASES) == ((), ())


def test_paused_pipes_and_started_alerts_are_put_back() -> None:
    activity = Activity(paused_pipes=frozenset({"D.S.P"}), started_alerts=frozenset({"D.S.A"}))
    changed = [an_object("PIPE", "P"), an_object("PIPE", "Q"), an_object("ALERT", "A")]
    assert to_suspend_and_resume(changed, activity, DATABASES) == (
        (),
        ("ALTER PIPE D.S.P SET PIPE_EXECUTION_PAUSED = TRUE", "ALTER ALERT D.S.A RESUME"),
    )
