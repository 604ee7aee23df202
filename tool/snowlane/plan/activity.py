"""What must be suspended before tasks, pipes and alerts are replaced or dropped, and put back afterwards.

Rules: docs.snowflake.com/en/user-guide/tasks-graphs (the root is suspended before a child changes,
children are resumed before it), user-guide/data-load-snowpipe-manage (a pipe is paused and has
loaded what it had before it is made anew) and sql-reference/sql/create-pipe (a new pipe runs). Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from snowlane.objects.source import Identity, SqlObject
from snowlane.plan.facts import Activity, TaskState
from snowlane.sql.names import literal, qualified
from snowlane.sql.scripting import Stop, block, only_if, waiting

SECONDS = 5
ROUNDS = 120


def physical_name(path: tuple[str, ...], databases: Mapping[str, str]) -> str:
    """The full name in the account of a logical path."""
    return qualified(databases[path[0]], *path[1:])


def to_suspend_and_resume(
    changed: Iterable[SqlObject],
    dropped: Iterable[Identity],
    activity: Activity,
    databases: Mapping[str, str],
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The statements before and after some objects are replaced and others dropped.

    A task that was started is started again, a pipe that ran runs again and a paused one is paused
    again; what is new stays as Snowflake makes it: tasks and alerts suspended, pipes running. What
    a deployment that did not end still owes counts as it was before that one.
    """
    changed = tuple(changed)
    gone: dict[str, list[str]] = {"TASK": [], "PIPE": [], "ALERT": []}
    for identity in dropped:
        gone.setdefault(identity.kind, []).append(physical_name(identity.path, databases))
    tasks = [each for each in changed if each.identity.kind == "TASK"]
    suspend, start = _tasks(tasks, gone["TASK"], activity, databases)
    pipes = {
        physical_name(each.identity.path, databases): each.text
        for each in changed
        if each.identity.kind == "PIPE"
    }
    pause, settle = _pipes(pipes, gone["PIPE"], activity)
    alerts = {
        _resume_alert(name)
        for name in _names("ALERT", changed, databases)
        if name in activity.started_alerts
    }
    lost = set(gone["ALERT"])
    alerts |= {
        each
        for each in activity.owed
        if each.startswith(_ALERT) and owed_object(each)[1] not in lost
    }
    return (*suspend, *pause), (*start, *settle, *sorted(alerts))


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
    for end in (_RESUME, _PAUSE, _RUN):
        rest = rest.removesuffix(end)
    return kind, rest


def is_paused(pipe: str, activity: Activity) -> bool:
    """Whether a pipe was paused before any deployment began with it."""
    if _run_pipe(pipe) in activity.owed:
        return False
    return pipe in activity.paused_pipes or pause_pipe(pipe) in activity.owed


def pause_pipe(name: str) -> str:
    """The statement that keeps a pipe from loading."""
    return f"{_PIPE}{name}{_PAUSE}"


def made_paused(name: str, create: str) -> list[str]:
    """A new pipe runs: the statements that make one and pause it, as one so far as that can be."""
    if not _is_made_at_once(create):
        return [create, pause_pipe(name)]
    # What is made may end with a comment.
    return [
        block([], [f"{create}\n;", f"{pause_pipe(name)};"], f"make the pipe {name} anew, paused")
    ]


def _is_made_at_once(create: str) -> bool:
    """Whether a block can hold the statement."""
    return "$$" not in create


_TASK = "ALTER TASK "
_PIPE = "ALTER PIPE "
_ALERT = "ALTER ALERT "
_RESUME = " RESUME"
_PAUSE = " SET PIPE_EXECUTION_PAUSED = TRUE"
_RUN = " SET PIPE_EXECUTION_PAUSED = FALSE"


def _resume_task(name: str) -> str:
    return f"{_TASK}{name}{_RESUME}"


def _run_pipe(name: str) -> str:
    return f"{_PIPE}{name}{_RUN}"


def _resume_alert(name: str) -> str:
    return f"{_ALERT}{name}{_RESUME}"


def _names(kind: str, objects: Iterable[SqlObject], databases: Mapping[str, str]) -> list[str]:
    return [
        physical_name(each.identity.path, databases)
        for each in objects
        if each.identity.kind == kind
    ]


def _pipes(
    replaced: Mapping[str, str], dropped: list[str], activity: Activity
) -> tuple[list[str], list[str]]:
    """Pause what runs and wait for what it loads; end with every pipe as it was.

    `replaced` are texts by name. What was paused before is made as paused, at once where it can be.
    """
    owed = {owed_object(each)[1]: each for each in activity.owed if each.startswith(_PIPE)}
    touched = {*replaced, *dropped}
    pause = [_paused_when_loaded(name) for name in sorted(touched & activity.loading_pipes)]
    settle = {name: _run_pipe(name) for name in touched & activity.loading_pipes}
    settle |= {
        name: pause_pipe(name)
        for name, text in replaced.items()
        if name in activity.paused_pipes and not _is_made_at_once(text)
    }
    settle |= owed
    return pause, [settle[name] for name in sorted(settle) if name not in dropped]


def _paused_when_loaded(name: str) -> str:
    """Pause a pipe and wait for the files it has begun with; let it run again when that takes long."""
    minutes = SECONDS * ROUNDS // 60
    stop = Stop(
        "still_loads", -20011, f"the pipe {name} still loads after {minutes} minutes: it runs on"
    )
    pending = f"GET_PATH(PARSE_JSON(SYSTEM$PIPE_STATUS({literal(name)})), 'pendingFileCount')"
    loading = [f"SELECT COUNT_IF({pending}::INTEGER > 0) INTO :found;"]
    body = [
        f"{pause_pipe(name)};",
        *waiting(loading, SECONDS, ROUNDS),
        *only_if("found > 0", [f"{_run_pipe(name)};", f"RAISE {stop.name};"]),
    ]
    declared = [stop.declaration, "found INTEGER;", "waited INTEGER;"]
    return block(declared, body, f"pause the pipe {name} and wait for what it loads")


def _tasks(
    changed: list[SqlObject], dropped: list[str], activity: Activity, databases: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    tasks: Mapping[str, TaskState] = activity.tasks
    owed = {name for name in tasks if _resume_task(name) in activity.owed}
    edges = {name: set(state.predecessors) for name, state in tasks.items()}
    replaced = []
    for candidate in changed:
        name = physical_name(candidate.identity.path, databases)
        replaced.append(name)
        needed = {
            physical_name(path, databases) for path in candidate.references if path[0] in databases
        }
        edges.setdefault(name, set()).update(needed & tasks.keys())
    touched = _connected([*replaced, *dropped], edges)
    running = [name for name in tasks if tasks[name].is_started and name in touched]
    before = [f"{_TASK}{name} SUSPEND" for name in running if not tasks[name].predecessors]
    started = [name for name in tasks if (name in owed or name in running) and name not in dropped]
    roots = [name for name in started if not edges[name] - set(dropped)]
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
