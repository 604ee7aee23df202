"""What must be suspended before tasks, pipes and alerts are replaced, and put back afterwards.

Rules: docs.snowflake.com/en/user-guide/tasks-graphs (the root is suspended before a child changes,
children are resumed before it) and sql-reference/sql/create-pipe (a new pipe runs). Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

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
    Snowflake makes it: tasks and alerts suspended, pipes running. What a deployment that did not
    end still owes counts as it was before that one.
    """
    by_kind: dict[str, list[SqlObject]] = {"TASK": [], "PIPE": [], "ALERT": []}
    for candidate in changed:
        if candidate.identity.kind in by_kind:
            by_kind[candidate.identity.kind].append(candidate)
    owed_tasks = {name for name in activity.tasks if _resume_task(name) in activity.owed}
    before, after = _tasks(by_kind["TASK"], activity.tasks, owed_tasks, databases)
    wanted = {
        _pause_pipe(pipe)
        for pipe in _names(by_kind["PIPE"], databases)
        if pipe in activity.paused_pipes
    }
    wanted |= {
        _resume_alert(alert)
        for alert in _names(by_kind["ALERT"], databases)
        if alert in activity.started_alerts
    }
    wanted |= {each for each in activity.owed if not each.startswith(_TASK)}
    in_order = sorted(wanted, key=lambda each: (not each.startswith(_PIPE), each))
    return tuple(before), (*after, *in_order)


def as_parked(activity: Activity) -> Activity:
    """The activity of an environment once its pipeline is parked, by another who puts it back.

    Roots stand still and pipes are paused; the tasks below roots keep their states.
    """
    return replace(
        activity,
        tasks={
            name: replace(state, is_started=state.is_started and bool(state.predecessors))
            for name, state in activity.tasks.items()
        },
        paused_pipes=activity.paused_pipes | activity.loading_pipes,
        loading_pipes=frozenset(),
        started_alerts=frozenset(),
    )


def owed_object(statement: str) -> tuple[str, str]:
    """Kind and full name of what one of the statements above sets going again."""
    _, kind, rest = statement.split(" ", 2)
    return kind, rest.removesuffix(_RESUME).removesuffix(_PAUSE)


_TASK = "ALTER TASK "
_PIPE = "ALTER PIPE "
_RESUME = " RESUME"
_PAUSE = " SET PIPE_EXECUTION_PAUSED = TRUE"


def _resume_task(name: str) -> str:
    return f"{_TASK}{name}{_RESUME}"


def _pause_pipe(name: str) -> str:
    return f"{_PIPE}{name}{_PAUSE}"


def _resume_alert(name: str) -> str:
    return f"ALTER ALERT {name}{_RESUME}"


def _names(objects: Iterable[SqlObject], databases: Mapping[str, str]) -> list[str]:
    return [physical_name(candidate.identity.path, databases) for candidate in objects]


def _tasks(
    changed: list[SqlObject],
    tasks: Mapping[str, TaskState],
    owed: set[str],
    databases: Mapping[str, str],
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
    running = [name for name in tasks if tasks[name].is_started and name in touched]
    before = [f"{_TASK}{name} SUSPEND" for name in running if not tasks[name].predecessors]
    started = [name for name in tasks if name in owed or name in running]
    roots = [name for name in started if not edges[name]]
    children = [
        name for name in started if name not in roots and (name in replaced or name in owed)
    ]
    return before, [_resume_task(name) for name in [*children, *roots]]


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
