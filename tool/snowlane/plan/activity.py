"""What must be suspended before tasks, pipes and alerts are replaced, and put back afterwards.

Rules: docs.snowflake.com/en/user-guide/tasks-graphs (the root is suspended before a child changes,
children are resumed before it) and sql-reference/sql/create-pipe (a new pipe runs). Pure.
"""

from collections.abc import Iterable, Mapping

from snowlane.objects.source import SqlObject
from snowlane.plan.facts import Activity, TaskState
from snowlane.sql.names import qualified


def physical_name(path: tuple[str, ...], databases: Mapping[str, str]) -> str:
    """The full name in the account of a logical path."""
    return qualified(databases[path[0]], *path[1:])


def to_suspend_and_resume(
    changed: Iterable[SqlObject], activity: Activity, databases: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The statements before and after the replacement of the given objects.

    A task that was started is started again, a paused pipe paused again; what is new stays as
    Snowflake makes it: tasks and alerts suspended, pipes running.
    """
    by_kind: dict[str, list[SqlObject]] = {"TASK": [], "PIPE": [], "ALERT": []}
    for candidate in changed:
        if candidate.identity.kind in by_kind:
            by_kind[candidate.identity.kind].append(candidate)
    before, after = _tasks(by_kind["TASK"], activity.tasks, databases)
    for pipe in _names(by_kind["PIPE"], databases):
        if pipe in activity.paused_pipes:
            after.append(f"ALTER PIPE {pipe} SET PIPE_EXECUTION_PAUSED = TRUE")
    for alert in _names(by_kind["ALERT"], databases):
        if alert in activity.started_alerts:
            after.append(f"ALTER ALERT {alert} RESUME")
    return tuple(before), tuple(after)


def _names(objects: Iterable[SqlObject], databases: Mapping[str, str]) -> list[str]:
    return [physical_name(candidate.identity.path, databases) for candidate in objects]


def _tasks(
    changed: list[SqlObject], tasks: Mapping[str, TaskState], databases: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    edges = {name: set(state.predecessors) for name, state in tasks.items()}
    replaced = []
    for candidate in changed:
        name = physical_name(candidate.identity.path, databases)
        replaced.append(name)
        needed = {
            physical_name(path, databases) for path in candidate.references if path[0] in databases
        }
        edges.setdefault(name, set()).update(needed & tasks.keys())
    touched = _connected(replaced, edges)
    started = [name for name in tasks if tasks[name].is_started and name in touched]
    roots = [name for name in started if not tasks[name].predecessors]
    children = [name for name in started if name in replaced and name not in roots]
    before = [f"ALTER TASK {name} SUSPEND" for name in roots]
    after = [f"ALTER TASK {name} RESUME" for name in [*children, *roots]]
    return before, after


def _connected(names: list[str], edges: Mapping[str, set[str]]) -> set[str]:
    """All tasks of the graphs that the given ones belong to."""
    neighbours: dict[str, set[str]] = {}
    for name, predecessors in edges.items():
        for predecessor in predecessors:
            neighbours.setdefault(name, set()).add(predecessor)
            neighbours.setdefault(predecessor, set()).add(name)
    reached: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += neighbours.get(name, ())
    return reached
