"""What a rollback suspends and resumes, and in which order."""

from typing import Any

from snowlane.pipeline.rows import task_state
from snowlane.restore.facts import Account
from snowlane.restore.objects import Changes
from snowlane.restore.point import Content
from snowlane.restore.running import states


def row(name: str, **columns: str) -> dict[str, Any]:
    """A started task as SHOW TASKS tells of it."""
    place = {"database_name": "D", "schema_name": "S", "name": name, "state": "started"}
    return {**place, "predecessors": "[]", **columns}


def test_a_finalizer_is_below_its_root_though_nothing_precedes_it() -> None:
    """It has no predecessors: its root is among its relations. While that is started it cannot be changed."""
    rows = [
        row("A_FINAL", task_relations='{"Predecessors":[],"FinalizedRootTask":"D.S.ROOT"}'),
        row("B_CHILD", predecessors='["D.S.ROOT"]'),
        row("ROOT", task_relations="{}"),
    ]
    tasks = {f"D.S.{each['name']}": task_state(each) for each in rows}
    found = states(Content(tasks=tasks), Account(tasks=tasks), Changes(), anything_else=True)
    assert found.suspend == ("ALTER TASK D.S.ROOT SUSPEND",)
    assert found.resume == ("ALTER TASK D.S.ROOT RESUME",)
