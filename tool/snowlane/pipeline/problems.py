"""What is wrong with a pipeline: failed, stale, stalled. What somebody suspended is not wrong. Pure."""

from collections.abc import Iterator
from enum import Enum

from snowlane.pipeline.model import Alert, Pipe, Pipeline, Stream, Task

_BY_ERRORS = "SUSPENDED_DUE_TO_ERRORS"


class Trouble(Enum):
    """In which way something is wrong."""

    FAILED = "failed"
    STALE = "stale"
    STALLED = "stalled"
    UNKNOWN = "unknown"


Problem = tuple[Trouble, str, str]


def problems(pipeline: Pipeline) -> list[Problem]:
    """Everything wrong, as the kind of trouble, the object by kind and name, and what is known of it."""
    found: list[Problem] = []
    for task in pipeline.tasks:
        found += _task(task)
    for stream in pipeline.streams:
        found += _stream(stream)
    for pipe in pipeline.pipes:
        found += _pipe(pipe)
    for alert in pipeline.alerts:
        found += _alert(alert)
    return found


def _task(task: Task) -> Iterator[Problem]:
    if task.last is not None and task.last.has_failed:
        yield Trouble.FAILED, f"task {task.name}", task.last.error or task.last.state
    elif not task.is_started and task.reason == _BY_ERRORS:
        yield Trouble.FAILED, f"task {task.name}", "suspended because it failed too often"


def _stream(stream: Stream) -> Iterator[Problem]:
    if stream.is_stale:
        base = f" on {stream.base}" if stream.base else ""
        yield Trouble.STALE, f"stream {stream.name}", f"its changes{base} cannot be read any more"
    elif stream.has_data is None:
        yield Trouble.UNKNOWN, f"stream {stream.name}", "it could not be asked for data"


def _pipe(pipe: Pipe) -> Iterator[Problem]:
    if pipe.is_stuck:
        yield (
            Trouble.STALLED,
            f"pipe {pipe.name}",
            ": ".join(filter(None, (pipe.state, pipe.error))),
        )
    elif not pipe.state:
        yield Trouble.UNKNOWN, f"pipe {pipe.name}", pipe.error


def _alert(alert: Alert) -> Iterator[Problem]:
    if alert.last is not None and alert.last.has_failed:
        yield Trouble.FAILED, f"alert {alert.name}", alert.last.error or alert.last.state
