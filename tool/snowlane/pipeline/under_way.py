"""What still runs of a pipeline that was parked. Pure.

A suspended root lets the graph that is under way come to its end; a paused pipe loads what it had
queued. Rules: docs.snowflake.com/en/user-guide/tasks-graphs, functions/system_pipe_status,
functions/alert_history.
"""

from collections.abc import Iterable, Mapping, Sequence

from snowlane.pipeline.model import Alert, Path, Pipe, Run
from snowlane.sql.names import qualified


def graphs_under_way(runs: Mapping[str, Sequence[tuple[Path, Run]]]) -> list[str]:
    """The tasks that run or are about to, for people; `runs` are those of a graph by its root."""
    found = []
    for root, of_graph in sorted(runs.items()):
        for path, run in of_graph:
            name = qualified(*path)
            if run.is_under_way and _comes(run, is_root=name == root):
                since = f" since {run.started:%H:%M:%S} UTC" if run.started else ""
                found.append(f"task {name} is {run.state.lower()}{since}")
    return found


def _comes(run: Run, *, is_root: bool) -> bool:
    """A root's own next run is no run that is under way: it does not come while it is suspended."""
    return run.state != "SCHEDULED" or run.by_hand or not is_root


def alerts_under_way(alerts: Iterable[Alert]) -> list[str]:
    """The alerts whose condition or action runs, for people; one that was suspended ends all the same."""
    found = []
    for alert in alerts:
        if alert.last is not None and alert.last.state == "EXECUTING":
            since = f" since {alert.last.scheduled:%H:%M:%S} UTC" if alert.last.scheduled else ""
            found.append(f"alert {alert.name} is executing{since}")
    return found


def pipes_under_way(pipes: Iterable[Pipe]) -> list[str]:
    """The pipes that still load, for people. One that cannot be asked counts as loading."""
    found = []
    for pipe in pipes:
        if not pipe.state:
            found.append(f"pipe {pipe.name} cannot be asked: {pipe.error}")
        elif pipe.pending:
            files = "file" if pipe.pending == 1 else "files"
            found.append(f"pipe {pipe.name} has {pipe.pending} {files} to load")
    return found
