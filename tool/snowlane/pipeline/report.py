"""A pipeline for readers: text, Markdown and plain data, by database."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from snowlane.pipeline.graphs import Graphs
from snowlane.pipeline.model import Alert, Path, Pipe, Pipeline, Run, Stream, Task
from snowlane.pipeline.problems import Problem, problems
from snowlane.plan.parked import Cause, Parked, earliest
from snowlane.sql.names import qualified

_HOW = {
    Cause.PAUSE: "by hand",
    Cause.WINDOW: "for a deployment",
    Cause.REFRESH: "for `env refresh`",
}
# One line of the report: kind, name, state, the rest.
_Line = tuple[str, str, str, str]


def as_data(
    environment: str, pipeline: Pipeline, parked: Sequence[Parked], at: datetime
) -> dict[str, Any]:
    """Everything as JSON takes it; times are UTC."""
    graphs = Graphs(pipeline.tasks)
    return {
        "environment": environment,
        "at": _iso(at),
        "paused": [parked_data(each) for each in parked],
        "tasks": [_task_data(task, graphs) for _, task in graphs.lines()],
        "streams": [
            {
                "name": each.name,
                "on": each.base,
                "stale": each.is_stale,
                "stale_after": _iso(each.stale_after),
                "has_data": each.has_data,
            }
            for each in pipeline.streams
        ],
        "pipes": [
            {
                "name": each.name,
                "state": each.state or None,
                "pending_files": each.pending,
                "last_loaded": each.last_loaded or None,
                "error": each.error or None,
            }
            for each in pipeline.pipes
        ],
        "alerts": [
            {
                "name": each.name,
                "state": _state(each.is_started),
                "schedule": each.schedule,
                "last_run": _run_data(each.last),
            }
            for each in pipeline.alerts
        ],
        "problems": [
            {"problem": trouble.value, "object": name, "why": why}
            for trouble, name, why in problems(pipeline)
        ],
    }


def parked_data(parked: Parked) -> dict[str, Any]:
    """One thing that a pause remembers."""
    return {
        "kind": parked.kind.lower(),
        "name": parked.name,
        "was": parked.was,
        "paused_by": parked.cause.value,
        "by": parked.by,
        "since": _iso(parked.since),
    }


def _task_data(task: Task, graphs: Graphs) -> dict[str, Any]:
    return {
        "name": task.name,
        "state": _state(task.is_started),
        "schedule": task.schedule or None,
        "condition": task.condition or None,
        "after": list(task.after),
        "root": graphs.roots_of(task.name)[0],
        "suspended_because": (task.reason or None) if not task.is_started else None,
        "last_run": _run_data(task.last),
    }


def _run_data(run: Run | None) -> dict[str, Any] | None:
    if run is None:
        return None
    return {
        "state": run.state,
        "scheduled": _iso(run.scheduled),
        "ended": _iso(run.ended),
        "seconds": _seconds(run),
        "error": run.error or None,
    }


def as_text(
    environment: str,
    databases: Mapping[str, str],
    pipeline: Pipeline,
    parked: Sequence[Parked],
) -> str:
    """One block a database, one line an object, graphs as trees, and what is wrong at the end."""
    blocks = ["\n".join([f"{environment}: {_headline(parked)}", *_who(parked)])]
    by_database = {there: list(_lines(there, pipeline, parked)) for there in databases.values()}
    widths = [
        max((len(line[at]) for lines in by_database.values() for line in lines), default=0)
        for at in range(3)
    ]
    for logical, there in databases.items():
        lines = [f"{logical} = {there}"]
        for line in by_database[there]:
            cells = [cell.ljust(width) for cell, width in zip(line, widths, strict=False)]
            lines.append(f"  {'  '.join([*cells, line[3]])}".rstrip())
        if len(lines) == 1:
            lines.append("  nothing runs by itself here")
        blocks.append("\n".join(lines))
    if besides := _besides(pipeline, parked):
        blocks.append("\n".join(["to be resumed besides:", *(f"  {line}" for line in besides)]))
    found = problems(pipeline)
    if found:
        blocks.append("\n".join([f"{len(found)} not as it should be:", *map(_problem, found)]))
    return "\n\n".join(blocks)


def as_markdown(
    environment: str,
    databases: Mapping[str, str],
    pipeline: Pipeline,
    parked: Sequence[Parked],
) -> str:
    """One table over all databases, and what is wrong below it."""
    lines = [f"### Pipeline of {environment}: {_headline(parked)}", ""]
    lines += [f"- {line.strip()}" for line in _who(parked)]
    lines += [f"- to be resumed besides: {line}" for line in _besides(pipeline, parked)]
    lines += [""] if lines[-1] else []
    lines += ["| database | kind | name | state | |", "|---|---|---|---|---|"]
    for logical, there in databases.items():
        for line in _lines(there, pipeline, parked):
            cells = [f"{logical} = {there}", *line]
            lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    found = problems(pipeline)
    if found:
        lines += ["", *(f"- **{name}** {trouble.value}: {why}" for trouble, name, why in found)]
    return "\n".join(lines)


def _headline(parked: Sequence[Parked]) -> str:
    if not parked:
        return "not paused"
    return f"paused, {len(earliest(parked))} to be resumed"


def _who(parked: Sequence[Parked]) -> list[str]:
    """Who paused it and when, once each."""
    told: dict[str, None] = {}
    for each in parked:
        how = _HOW[each.cause]
        told[f"paused {how} since {_when(each.since)} by {each.by or 'somebody'}"] = None
    return [f"  {line}" for line in told]


def _besides(pipeline: Pipeline, parked: Sequence[Parked]) -> list[str]:
    """What a pause remembers and no line of the report shows."""
    shown = {("TASK", each.name) for each in pipeline.tasks}
    shown |= {("PIPE", each.name) for each in pipeline.pipes}
    shown |= {("ALERT", each.name) for each in pipeline.alerts}
    return [
        f"{each}, to the size {each.was}"
        if each.kind == "WAREHOUSE"
        else f"{each}, which is not seen"
        for each in earliest(parked)
        if each.key not in shown
    ]


def _lines(database: str, pipeline: Pipeline, parked: Sequence[Parked]) -> Iterator[_Line]:
    names = {each.key for each in parked}

    def state(kind: str, name: str, said: str) -> str:
        return f"{said} (to resume)" if (kind, name) in names else said

    for pipe in (each for each in pipeline.pipes if each.path[0] == database):
        told = pipe.state or "unknown"
        said = state("PIPE", pipe.name, told) if pipe.is_paused else told
        yield "pipe", _short(pipe.path), said, _pipe(pipe)
    for stream in (each for each in pipeline.streams if each.path[0] == database):
        yield "stream", _short(stream.path), _stream_state(stream), _base(stream)
    for depth, task in Graphs(pipeline.tasks).lines():
        if task.path[0] == database:
            name = f"{'  ' * (depth - 1)}└ {_short(task.path)}" if depth else _short(task.path)
            told = _state(task.is_started)
            # The tasks below a root are remembered with it and stay as they are.
            said = told if task.is_started else state("TASK", task.name, told)
            yield "task", name, said, _task(task)
    for alert in (each for each in pipeline.alerts if each.path[0] == database):
        told = _state(alert.is_started)
        said = told if alert.is_started else state("ALERT", alert.name, told)
        yield "alert", _short(alert.path), said, _alert(alert)


def _short(path: Path) -> str:
    return qualified(*path[1:])


def _state(is_started: bool) -> str:
    return "started" if is_started else "suspended"


def _pipe(pipe: Pipe) -> str:
    parts = [f"{pipe.pending} pending"]
    if pipe.last_loaded:
        parts.append(f"last loaded {pipe.last_loaded[:19].replace('T', ' ')}")
    return "; ".join([*parts, *filter(None, [pipe.error])])


def _stream_state(stream: Stream) -> str:
    if stream.is_stale:
        return "stale"
    return {True: "has data", False: "empty", None: "unknown"}[stream.has_data]


def _base(stream: Stream) -> str:
    return f"on {stream.base}" if stream.base else "what it is on is gone"


def _task(task: Task) -> str:
    when = [task.schedule] if task.schedule else []
    if task.condition:
        when.append(f"when {' '.join(task.condition.split())}")
    return "; ".join([*when, _last(task.last)])


def _alert(alert: Alert) -> str:
    return "; ".join([alert.schedule, _last(alert.last)])


def _last(run: Run | None) -> str:
    if run is None:
        return "no run in the last week"
    seconds = _seconds(run)
    took = f" in {seconds} s" if seconds is not None else ""
    error = f": {' '.join(run.error.split())}" if run.error and run.has_failed else ""
    return (
        f"last {run.state.lower()} {_when(run.ended or run.started or run.scheduled)}{took}{error}"
    )


def _seconds(run: Run) -> int | None:
    if run.started is None or run.ended is None:
        return None
    return round((run.ended - run.started).total_seconds())


def _problem(found: Problem) -> str:
    trouble, name, why = found
    return f"  {name} {trouble.value}: {' '.join(why.split())}"


def _when(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else "?"


def _iso(at: datetime | None) -> str | None:
    return f"{at.isoformat(timespec='seconds')}Z" if at else None
