"""Which statements park a pipeline, and which put back exactly what a pause remembers.

Rules: docs.snowflake.com/en/user-guide/tasks-graphs (children are resumed while their root stands
still, the root last), sql-reference/sql/alter-pipe, functions/system_pipe_force_resume (after a
transfer of ownership, and after 14 days). Pure.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from snowlane.config.environment import Environment
from snowlane.objects.source import Identity
from snowlane.pipeline.graphs import Graphs
from snowlane.pipeline.model import RUNNING_PIPE, Pipe, Pipeline, Task
from snowlane.plan.activity import physical_name
from snowlane.plan.parked import Cause, Parked, earliest
from snowlane.sql.names import literal

TASK, PIPE, ALERT, WAREHOUSE = "TASK", "PIPE", "ALERT", "WAREHOUSE"
_STALE_AFTER = timedelta(days=14)
_STALE = "STALENESS_CHECK_OVERRIDE"
_TRANSFERRED = "OWNERSHIP_TRANSFER_CHECK_OVERRIDE"


@dataclass(frozen=True)
class Change:
    """One statement that changes the state of one object; `otherwise` is sent when that is refused."""

    kind: str
    name: str
    statement: str
    otherwise: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What tells its object from all others."""
        return self.kind, self.name

    def __str__(self) -> str:
        return f"{self.kind.lower()} {self.name}"


@dataclass(frozen=True)
class Pause:
    """What is written down before anything is suspended, the statements that suspend, and notes."""

    remember: tuple[Parked, ...] = ()
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()


def hidden(
    pipeline: Pipeline, environment: Environment, applied: Mapping[Identity, str]
) -> tuple[str, ...]:
    """What was applied, runs by itself, and is not among what the environment's role sees.

    Snowflake does not tell of what one has no privilege on. One whose hash is "" is to be applied
    again, and need not be there.
    """
    seen = {(TASK, each.name) for each in pipeline.tasks}
    seen |= {(PIPE, each.name) for each in pipeline.pipes}
    seen |= {(ALERT, each.name) for each in pipeline.alerts}
    return tuple(
        f"{kind.lower()} {name} was applied, and {environment.role} does not see it: if it was not "
        "dropped, it runs on"
        for kind, name in sorted(expected(environment, applied) - seen)
    )


def expected(environment: Environment, applied: Mapping[Identity, str]) -> set[tuple[str, str]]:
    """What was applied and runs by itself, by kind and name; what is to be applied again left out."""
    return {
        (each.kind, physical_name(each.path, environment.databases))
        for each, its_hash in applied.items()
        if its_hash and each.kind in (TASK, PIPE, ALERT) and each.database in environment.databases
    }


def to_pause(pipeline: Pipeline, remembered: Iterable[Parked], cause: Cause) -> Pause:
    """Suspend started roots, pause running pipes, suspend started alerts.

    What an earlier pause remembers is not written down again; a deployment writes down all that it
    finds running, for that is what it puts back. The tasks below a started root are remembered with
    it, and are left as they are: without their root they do not start.
    """
    graphs = Graphs(pipeline.tasks)
    roots = [root.name for root in graphs.roots() if root.is_started]
    members = (name for root in roots for name in graphs.members(root))
    tasks = dict.fromkeys(name for name in members if graphs.tasks[name].is_started)
    pipes = [pipe for pipe in pipeline.pipes if _can_load(pipe)]
    alerts = [alert.name for alert in pipeline.alerts if alert.is_started]
    found = [Parked(TASK, name, cause=cause) for name in tasks]
    found += [Parked(PIPE, pipe.name, pipe.state, pipe.owner, cause) for pipe in pipes]
    found += [Parked(ALERT, name, cause=cause) for name in alerts]
    known = {each.key for each in remembered if cause in (Cause.PAUSE, each.cause)}
    return Pause(
        remember=tuple(each for each in found if each.key not in known),
        changes=(
            *(Change(TASK, name, f"ALTER TASK {name} SUSPEND") for name in roots),
            *(Change(PIPE, pipe.name, _pause_pipe(pipe.name)) for pipe in pipes),
            *(Change(ALERT, name, f"ALTER ALERT {name} SUSPEND") for name in alerts),
        ),
        notes=tuple(_note(pipe) for pipe in pipeline.pipes if _is_unclear(pipe)),
    )


def not_parked(
    pause: Pause, tasks: Iterable[Task], refused: Collection[tuple[str, str]]
) -> tuple[Parked, ...]:
    """What a pause wrote down and did not suspend, for Snowflake refused it: it must not be resumed.

    With a root that runs on go the tasks below it.
    """
    graphs = Graphs(tasks)

    def runs_on(parked: Parked) -> bool:
        if parked.kind != TASK or parked.name not in graphs.tasks:
            return parked.key in refused
        return all((TASK, root) in refused for root in graphs.roots_of(parked.name))

    return tuple(each for each in pause.remember if runs_on(each))


def _can_load(pipe: Pipe) -> bool:
    """A stalled pipe tries again; one that is stopped does not tell whether it is paused, too."""
    return pipe.state == RUNNING_PIPE or pipe.state.startswith("STALLED")


def _is_unclear(pipe: Pipe) -> bool:
    return not _can_load(pipe) and not pipe.is_paused


def _note(pipe: Pipe) -> str:
    said = pipe.state or pipe.error or "its state cannot be asked"
    return f"pipe {pipe.name} is left as it is: {said}"


def _pause_pipe(name: str) -> str:
    return f"ALTER PIPE {name} SET PIPE_EXECUTION_PAUSED = TRUE"


@dataclass(frozen=True)
class RootResumed:
    """A root's statement, and the tasks below it that must run again before."""

    change: Change
    after: frozenset[str]


@dataclass(frozen=True)
class PutBack:
    """The statements that put back what is remembered, in the order of these fields.

    `stop` are roots that somebody started meanwhile and that must stand still for a moment; `gone`
    is what is not there any more; `same` is as it was already.
    """

    stop: tuple[Change, ...] = ()
    changes: tuple[Change, ...] = ()
    roots: tuple[RootResumed, ...] = ()
    gone: tuple[Parked, ...] = ()
    same: tuple[Parked, ...] = ()


def to_put_back(
    remembered: Sequence[Parked],
    pipeline: Pipeline,
    warehouses: Mapping[str, str],
    now: datetime,
) -> PutBack:
    """Put back what is remembered, as far as it is not so already.

    Of what several causes remember the earliest counts. `warehouses` are their sizes by name;
    `now` is in UTC.
    """
    remembered = earliest(remembered)
    graphs = Graphs(pipeline.tasks)
    pipes = {pipe.name: pipe for pipe in pipeline.pipes}
    alerts = {alert.name: alert for alert in pipeline.alerts}
    there: dict[str, Collection[str]] = {
        TASK: graphs.tasks,
        PIPE: pipes,
        ALERT: alerts,
        WAREHOUSE: warehouses,
    }
    gone = tuple(each for each in remembered if each.name not in there[each.kind])
    left = [each for each in remembered if each not in gone]
    tasks = {each.name for each in left if each.kind == TASK}
    stop, children, roots = _tasks(tasks, graphs)
    changes = [*children]
    for each in left:
        if each.kind == WAREHOUSE and warehouses[each.name] != each.was:
            changes.append(Change(WAREHOUSE, each.name, set_size(each.name, each.was)))
        elif each.kind == PIPE and pipes[each.name].state != RUNNING_PIPE:
            changes.append(_resume_pipe(each, pipes[each.name], now))
        elif each.kind == ALERT and not alerts[each.name].is_started:
            changes.append(Change(ALERT, each.name, f"ALTER ALERT {each.name} RESUME"))
    changed = {change.key for change in (*changes, *(root.change for root in roots))}
    same = tuple(each for each in left if each.key not in changed)
    return PutBack(tuple(stop), tuple(changes), tuple(roots), gone, same)


def set_size(warehouse: str, size: str) -> str:
    """The statement that gives a warehouse a size and waits until it has it."""
    return (
        f"ALTER WAREHOUSE {warehouse} SET WAREHOUSE_SIZE = {literal(size.upper())} "
        "WAIT_FOR_COMPLETION = TRUE"
    )


def _tasks(
    wanted: set[str], graphs: Graphs
) -> tuple[list[Change], list[Change], list[RootResumed]]:
    resumed = [name for name in graphs.children_first(wanted) if not graphs.tasks[name].is_started]
    children = [name for name in resumed if graphs.depth(name)]
    disturbed = {
        root for name in children for root in graphs.roots_of(name) if graphs.tasks[root].is_started
    }
    started = [name for name in resumed if not graphs.depth(name)] + sorted(disturbed)
    return (
        [Change(TASK, name, f"ALTER TASK {name} SUSPEND") for name in sorted(disturbed)],
        [_resume_task(name) for name in children],
        [
            RootResumed(_resume_task(name), frozenset(children) & frozenset(graphs.members(name)))
            for name in started
        ],
    )


def _resume_task(name: str) -> Change:
    return Change(TASK, name, f"ALTER TASK {name} RESUME")


def _resume_pipe(parked: Parked, pipe: Pipe, now: datetime) -> Change:
    """A pipe that changed hands or stood still for long resumes by force only."""
    name = parked.name
    overrides = []
    if parked.since is not None and now - parked.since >= _STALE_AFTER:
        overrides.append(_STALE)
    if parked.owner and pipe.owner and pipe.owner != parked.owner:
        overrides.append(_TRANSFERRED)
    if overrides:
        return Change(PIPE, name, _force_resume(name, overrides))
    plain = f"ALTER PIPE {name} SET PIPE_EXECUTION_PAUSED = FALSE"
    return Change(PIPE, name, plain, _force_resume(name, (_STALE, _TRANSFERRED)))


def _force_resume(name: str, overrides: Iterable[str]) -> str:
    given = ", ".join(each.lower() for each in overrides)
    return f"SELECT SYSTEM$PIPE_FORCE_RESUME({literal(name)}, {literal(given)})"


def size_of(warehouse: str, size: str, cause: Cause) -> Parked:
    """What is remembered of a warehouse before it is scaled; `warehouse` is as SQL takes it."""
    return Parked(WAREHOUSE, warehouse, was=size, cause=cause)
