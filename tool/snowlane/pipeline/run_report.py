"""What became of a run by hand, for readers: text, Markdown and plain data."""

from collections.abc import Iterator, Sequence
from typing import Any

from snowlane.pipeline.loads import PipeOutcome
from snowlane.pipeline.runs import GraphOutcome, TaskOutcome

Pipes = Sequence[PipeOutcome]
Graphs = Sequence[GraphOutcome]


def as_data(environment: str, pipes: Pipes, graphs: Graphs, left: Sequence[str]) -> dict[str, Any]:
    """Everything as JSON takes it."""
    return {
        "environment": environment,
        "pipes": [
            {
                "name": each.name,
                "files_sent": each.sent,
                "pending_files": each.pending,
                "error": each.error or None,
                "files": [
                    {
                        "file": load.file,
                        "status": load.status,
                        "rows": load.rows,
                        "error": load.error or None,
                    }
                    for load in each.loads
                ],
            }
            for each in pipes
        ],
        "graphs": [
            {
                "root": each.root,
                "ended": each.is_over and not each.why,
                "well": each.is_well,
                "why": each.why or None,
                "tasks": [_task_data(task) for task in each.tasks],
            }
            for each in graphs
        ],
        "left_suspended": list(left),
    }


def _task_data(task: TaskOutcome) -> dict[str, Any]:
    return {
        "name": task.name,
        "state": task.run.state if task.run else None,
        "seconds": _seconds(task),
        "error": (task.run.error or None) if task.run else None,
        "why": task.why or None,
    }


def as_text(environment: str, pipes: Pipes, graphs: Graphs, left: Sequence[str]) -> str:
    """A line a pipe, a file that is not whole, a graph and a task."""
    if not pipes and not graphs:
        lines = [f"{environment}: no graph runs by itself; name the task to run."]
    else:
        lines = [line for _, line in _lines(pipes, graphs)]
    lines += [f"left  {name} is suspended; name it to run it" for name in left]
    return "\n".join(lines)


def as_markdown(environment: str, pipes: Pipes, graphs: Graphs) -> str:
    """A table of the same lines."""
    lines = [f"### Run of {environment}", "", "| | |", "|---|---|"]
    for kind, line in _lines(pipes, graphs):
        lines.append(f"| {kind} | {' '.join(line.split()).replace('|', chr(92) + '|')} |")
    return "\n".join(lines)


def _lines(pipes: Pipes, graphs: Graphs) -> Iterator[tuple[str, str]]:
    for pipe in pipes:
        yield "pipe", f"pipe  {pipe.name}: {_loaded(pipe)}"
        for load in pipe.loads:
            if load.error:
                yield "file", f"      {load.file}: {load.status}: {load.error}"
    for graph in graphs:
        if graph.why:
            yield "graph", f"task  {graph.root}: {graph.why}"
        for at, task in enumerate(graph.tasks):
            yield "task", f"{'task  ' if not at else '    └ '}{task.name}: {_came_to(task)}"


def _loaded(pipe: PipeOutcome) -> str:
    if pipe.error:
        return pipe.error
    rows = sum(load.rows for load in pipe.loads)
    files = "1 file" if pipe.sent == 1 else f"{pipe.sent} files"
    waits = f", {pipe.pending} still to load" if pipe.pending else ""
    return f"{files} sent, {rows} rows loaded{waits}"


def _came_to(task: TaskOutcome) -> str:
    if task.run is None:
        return f"did not run{f': {task.why}' if task.why else ''}"
    seconds = _seconds(task)
    took = f" in {seconds} s" if seconds is not None else ""
    error = f": {' '.join(task.run.error.split())}" if task.has_failed and task.run.error else ""
    return f"{task.run.state.lower()}{took}{error}"


def _seconds(task: TaskOutcome) -> int | None:
    run = task.run
    if run is None or run.started is None or run.ended is None:
        return None
    return round((run.ended - run.started).total_seconds())


def troubles(pipes: Pipes, graphs: Graphs) -> list[str]:
    """What did not come through, one line each."""
    found = [f"pipe {each.name}: {_loaded(each)}" for each in pipes if each.pending or each.error]
    for pipe in pipes:
        found += [f"{load.file}: {load.error}" for load in pipe.loads if load.has_failed]
    for graph in graphs:
        if graph.why:
            found.append(f"task {graph.root}: {graph.why}")
        found += [f"task {each.name}: {_came_to(each)}" for each in graph.tasks if each.has_failed]
        if not graph.is_over:
            found.append(f"task {graph.root}: its graph has not ended yet")
    return found
