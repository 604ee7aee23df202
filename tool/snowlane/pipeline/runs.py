"""What became of a task graph that was run by hand: the newest run of each of its tasks. Pure.

Rules: docs.snowflake.com/en/user-guide/tasks-graphs (a suspended child is passed over; what comes after a
failed task does not run) and sql-reference/functions/task_history.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from snowlane.pipeline.graphs import Graphs
from snowlane.pipeline.model import Path, Run
from snowlane.sql.names import qualified

_THROUGH = ("SUCCEEDED", "SKIPPED")


@dataclass(frozen=True)
class TaskOutcome:
    """One task of a graph that was run; `run` is None where it did not run, which `why` tells."""

    name: str
    run: Run | None = None
    why: str = ""

    @property
    def has_failed(self) -> bool:
        """Whether it ran and did not come through; one that was cancelled did not either."""
        run = self.run
        return run is not None and not run.is_under_way and run.state not in _THROUGH


@dataclass(frozen=True)
class GraphOutcome:
    """A graph that was run, or was not, which `why` tells; `is_over` says that nothing more comes."""

    root: str
    tasks: tuple[TaskOutcome, ...] = ()
    is_over: bool = True
    why: str = ""

    @property
    def is_well(self) -> bool:
        """Whether it ran to its end and no task failed."""
        return self.is_over and not self.why and not any(each.has_failed for each in self.tasks)


def outcome(
    graphs: Graphs, root: str, runs: Iterable[tuple[Path, Run]], since: datetime, *, is_quiet: bool
) -> GraphOutcome:
    """What is known of the run that EXECUTE TASK started after `since`, in UTC.

    `is_quiet` says that nothing has changed for long enough: then what could still come does not.
    """
    by_hand = [
        (qualified(*path), run)
        for path, run in runs
        if run.by_hand and run.scheduled is not None and run.scheduled >= since
    ]
    newest = _newest(by_hand, root, since)
    if newest is None:
        return GraphOutcome(root, (TaskOutcome(root),), is_over=False)
    mine = [(name, run) for name, run in by_hand if run.id == newest.id]
    found = {name: _newest(mine, name, since) for name in graphs.members(root)}
    coming = any(run is not None and run.is_under_way for run in found.values())
    may_come = not is_quiet and any(_may_come(graphs, root, name, found) for name in found)
    tasks = tuple(
        TaskOutcome(name, run, "" if run else _why_not(graphs, root, name, found))
        for name, run in found.items()
    )
    return GraphOutcome(root, tasks, is_over=not coming and not may_come)


def _newest(runs: Sequence[tuple[str, Run]], name: str, since: datetime) -> Run | None:
    mine = [run for other, run in runs if other == name]
    return max(mine, key=lambda run: run.scheduled or since, default=None)


def _may_come(graphs: Graphs, root: str, name: str, found: dict[str, Run | None]) -> bool:
    """Whether a task without a run may get one: a started one with nothing failed or skipped before it."""
    if found[name] is not None or not graphs.tasks[name].is_started:
        return False
    top = found[root]
    if top is not None and top.state == "SKIPPED":
        return False
    if graphs.tasks[name].is_finalizer:
        return True
    before = [each for each in graphs.tasks[name].after if each in found]
    return all(_is_through(graphs, root, each, found) for each in before)


def _is_through(graphs: Graphs, root: str, name: str, found: dict[str, Run | None]) -> bool:
    run = found[name]
    if run is None:
        # A suspended task is passed over; another may come itself.
        return not graphs.tasks[name].is_started or _may_come(graphs, root, name, found)
    return run.is_under_way or run.state in _THROUGH


def _why_not(graphs: Graphs, root: str, name: str, found: dict[str, Run | None]) -> str:
    task = graphs.tasks[name]
    if not task.is_started and name != root:
        return "suspended"
    failed = [
        each
        for each in task.after
        if (run := found.get(each)) is not None
        and not run.is_under_way
        and run.state != "SUCCEEDED"
    ]
    return f"{failed[0]} did not succeed" if failed else ""
