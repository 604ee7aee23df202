"""What is known of a graph that was run by hand, while it runs and afterwards; what is under way at all."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from snowlane.pipeline.graphs import Graphs
from snowlane.pipeline.model import Pipe, Run, Task
from snowlane.pipeline.order import Footprint, run_order
from snowlane.pipeline.runs import outcome
from snowlane.pipeline.under_way import graphs_under_way, pipes_under_way

BEGAN = datetime(2026, 11, 29, 2, 0)  # noqa: DTZ001
ROOT = Task(("D", "S", "ROOT"), is_started=True)
ONE = Task(("D", "S", "ONE"), is_started=True, after=("D.S.ROOT",))
OFF = Task(("D", "S", "OFF"), is_started=False, after=("D.S.ROOT",))
BELOW = Task(("D", "S", "BELOW"), is_started=True, after=("D.S.OFF",))
LAST = Task(("D", "S", "LAST"), is_started=True, after=("D.S.ROOT",), is_finalizer=True)


def ran(name: str, state: str, *, seconds: int = 0, by_hand: bool = True, run: str = "1"):
    at = BEGAN + timedelta(seconds=seconds)
    return ("D", "S", name), Run(state, at, id=run, by_hand=by_hand)


@pytest.mark.parametrize(
    ("tasks", "runs", "is_over", "states"),
    [
        ((ONE,), [], False, {"ROOT": None}),
        ((ONE,), [ran("ROOT", "SUCCEEDED", by_hand=False)], False, {"ROOT": None}),
        ((ONE,), [ran("ROOT", "SUCCEEDED", seconds=-60)], False, {"ROOT": None}),
        ((ONE,), [ran("ROOT", "EXECUTING")], False, {"ROOT": "EXECUTING", "ONE": None}),
        # The child has no row for a moment after its root has ended.
        ((ONE,), [ran("ROOT", "SUCCEEDED")], False, {"ROOT": "SUCCEEDED", "ONE": None}),
        ((ONE,), [ran("ROOT", "SUCCEEDED"), ran("ONE", "FAILED")], True, {"ROOT": "SUCCEEDED", "ONE": "FAILED"}),
        ((ONE,), [ran("ROOT", "FAILED")], True, {"ROOT": "FAILED", "ONE": None}),
        ((ONE,), [ran("ROOT", "SKIPPED")], True, {"ROOT": "SKIPPED", "ONE": None}),
        ((OFF,), [ran("ROOT", "SUCCEEDED")], True, {"ROOT": "SUCCEEDED", "OFF": None}),
        # What comes after a suspended task may come; a finalizer comes after a failure, too.
        ((OFF, BELOW), [ran("ROOT", "SUCCEEDED")], False, {"ROOT": "SUCCEEDED", "OFF": None, "BELOW": None}),
        ((LAST,), [ran("ROOT", "FAILED")], False, {"ROOT": "FAILED", "LAST": None}),
        # The run of before is another one.
        ((ONE,), [ran("ROOT", "FAILED", seconds=5, run="2"), ran("ONE", "FAILED")], True,
         {"ROOT": "FAILED", "ONE": None}),
    ],
)  # fmt: skip
def test_outcome(tasks, runs, is_over: bool, states: dict[str, str | None]) -> None:
    graphs = Graphs((ROOT, *tasks))
    found = outcome(graphs, "D.S.ROOT", runs, BEGAN, is_quiet=False)
    assert found.is_over is is_over
    assert {each.name[4:]: each.run and each.run.state for each in found.tasks} == states
    if runs and "EXECUTING" not in states.values() and states["ROOT"]:
        assert outcome(graphs, "D.S.ROOT", runs, BEGAN, is_quiet=True).is_over


def test_a_roots_next_run_is_not_under_way_but_all_else_is() -> None:
    runs = {
        "D.S.ROOT": [
            ran("ROOT", "SCHEDULED", by_hand=False),
            ran("ONE", "SCHEDULED", by_hand=False),
            ran("LAST", "SUCCEEDED"),
        ],
        "D.S.OTHER": [ran("OTHER", "SCHEDULED"), ran("OTHER", "EXECUTING", by_hand=False)],
    }
    assert graphs_under_way(runs) == [
        "task D.S.OTHER is scheduled",
        "task D.S.OTHER is executing",
        "task D.S.ONE is scheduled",
    ]


def test_pipes_with_files_to_load_or_no_answer_are_under_way() -> None:
    pipe = Pipe(("D", "S", "P"), "PAUSED")
    found = pipes_under_way([pipe, replace(pipe, pending=2), replace(pipe, state="", error="no")])
    assert found == ["pipe D.S.P has 2 files to load", "pipe D.S.P cannot be asked: no"]


def test_who_fills_a_table_comes_first_and_circles_end() -> None:
    def feeds(reads: str, writes: str) -> Footprint:
        return Footprint(
            *(frozenset(("D", "S", name) for name in names) for names in (reads, writes))
        )

    chain = {"A": feeds("y", "z"), "B": feeds("x", "y"), "C": feeds("", "x"), "D": feeds("", "")}
    assert run_order(chain) == ["C", "B", "A", "D"]
    circle = {"B": feeds("x", "y"), "A": feeds("y", "x"), "C": feeds("x", "")}
    assert run_order(circle) == ["A", "B", "C"]
