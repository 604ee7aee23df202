"""EXECUTE TASK and what follows from it: the run of a task graph, its history, return values. `kinds/task.py`
defines tasks.

Rules: docs.snowflake.com/en/sql-reference/sql/execute-task, …/user-guide/tasks-graphs, …/functions/task_history.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from snowlocal import runs, task_graph
from snowlocal.account import Account
from snowlocal.catalog import Entry, now
from snowlocal.context import Context
from snowlocal.dispatch import Dispatcher, Failure
from snowlocal.errors import unsupported
from snowlocal.kinds import task, task_options
from snowlocal.names import Name
from snowlocal.result import Result, status
from snowlocal.session import Session
from snowlocal.tokens import Reader

HISTORY_COLUMNS = (
    ("QUERY_ID", "text"),
    ("NAME", "text"),
    ("DATABASE_NAME", "text"),
    ("SCHEMA_NAME", "text"),
    ("QUERY_TEXT", "text"),
    ("CONDITION_TEXT", "text"),
    ("STATE", "text"),
    ("ERROR_CODE", "text"),
    ("ERROR_MESSAGE", "text"),
    ("SCHEDULED_TIME", "timestamp_ltz"),
    ("QUERY_START_TIME", "timestamp_ltz"),
    ("NEXT_SCHEDULED_TIME", "timestamp_ltz"),
    ("COMPLETED_TIME", "timestamp_ltz"),
    ("ROOT_TASK_ID", "text"),
    ("GRAPH_VERSION", "fixed"),
    ("RUN_ID", "fixed"),
    ("RETURN_VALUE", "text"),
    ("SCHEDULED_FROM", "text"),
    ("ATTEMPT_NUMBER", "fixed"),
    ("CONFIG", "text"),
)
_TIMEOUT_MS = 3_600_000
_FAILURES = 10
_SKIPPED = {
    "state": "SKIPPED",
    "error_code": "0040003",
    "error_message": "Conditional expression for task evaluated to false",
}


@dataclass(frozen=True, slots=True)
class _Step:
    """One task of a graph; `above` are all its predecessors."""

    entry: Entry
    name: Name
    above: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Graph:
    """A run of a graph: its active tasks in order, the root first, as they were when the run was asked for."""

    steps: tuple[_Step, ...]
    scheduled: datetime

    @property
    def root(self) -> Entry:
        """The task the run began with."""
        return self.steps[0].entry

    def above(self, step: _Step) -> list[int]:
        """The predecessors of a task that take part in the run."""
        active = {s.entry.id for s in self.steps}
        return [i for i in step.above if i in active]


def execute(ctx: Context, reader: Reader) -> Result:
    """EXECUTE TASK name: one run of a standalone or root task and, after it, of the started tasks below;
    answers at once.

    Raises 002003, 003001 without OPERATE or OWNERSHIP, 091089 where the owner may not run tasks.
    """
    parts = reader.qualified()
    for words in (("RETRY", "LAST"), ("USING", "CONFIG")):
        if reader.sees(*words):
            raise unsupported(f"EXECUTE TASK … {' '.join(words)}")
    reader.finish()
    with ctx.account.lock:
        root = ctx.find("TASK", parts)
        ctx.access.require(root, "OPERATE", "OWNERSHIP")
        if root.details["after"]:
            raise unsupported(f"EXECUTE TASK of {root.name}, which runs after other tasks")
        task_graph.require_runnable(ctx.catalog, root)
        below = task_graph.descendants(ctx.catalog, root)
        active = [root] + [e for e in below if e.details["state"] == task_graph.STARTED]
        steps = tuple(_Step(e, ctx.catalog.name_of(e), tuple(e.details["after"])) for e in active)
    graph = _Graph(steps, now())
    number = _begin(ctx.account, steps[0], graph)
    overlapping = bool(root.details["options"].get("ALLOW_OVERLAPPING_EXECUTION"))
    account = ctx.account
    name = f"task {account.directory} {root.id}"
    runs.start(name, not overlapping, lambda: _run(account, graph, number))
    return status(f"Task {root.name} is scheduled to run immediately.")


def _begin(account: Account, step: _Step, graph: _Graph) -> int:
    entry, root = step.entry, graph.root
    return runs.begin(
        account,
        "TASK",
        state="SCHEDULED",
        task=entry.id,
        owner=entry.owner,
        name=step.name.name,
        database_name=step.name.database,
        schema_name=step.name.schema,
        query_text=entry.details["body"],
        condition_text=entry.details["when"],
        scheduled_time=graph.scheduled if entry.id == root.id else now(),
        root_task=root.id,
        graph_version=root.details["version"],
        run_id=int(graph.scheduled.timestamp() * 1000),
        config=root.details["options"].get("CONFIG"),
    )


def _run(account: Account, graph: _Graph, number_of_root: int) -> None:
    """Run the tasks in order: not those after a failed one, and skip those after none but skipped ones.

    What follows a task is on record before the task counts as over, so that a graph under way never looks finished.
    """
    numbers = {graph.root.id: number_of_root}
    ended: dict[int, str] = {}
    for step in graph.steps:
        number = numbers.get(step.entry.id)
        if number is None:
            continue
        before = graph.above(step)
        skipped = before and all(ended[i] == "SKIPPED" for i in before)
        outcome = _SKIPPED if skipped else _run_task(account, step, number)
        ended[step.entry.id] = outcome["state"]
        for following in graph.steps:
            if following.entry.id not in numbers and _ready(graph.above(following), ended):
                numbers[following.entry.id] = _begin(account, following, graph)
        runs.update(account, number, **outcome, completed_time=now())
    if "FAILED" in ended.values():
        _suspend_after_failures(account, graph.root)


def _ready(before: list[int], ended: Mapping[int, str]) -> bool:
    return bool(before) and all(ended.get(i) in ("SUCCEEDED", "SKIPPED") for i in before)


def _run_task(account: Account, step: _Step, number: int) -> Mapping[str, Any]:
    """Run one task; gives what its record says in the end."""
    options = dict(step.entry.details["options"])
    parameters = {k: v for k, v in options.items() if k not in task_options.PROPERTIES}
    session = runs.session(account, step.entry, number, {**options, "parameters": parameters})
    runs.update(account, number, state="EXECUTING", query_start_time=now())
    limit = threading.Timer(
        int(options.get("USER_TASK_TIMEOUT_MS") or _TIMEOUT_MS) / 1000, _stop, [session]
    )
    limit.daemon = True
    limit.start()
    try:
        with session.lock:
            return _outcome(account, session, step.entry)
    finally:
        limit.cancel()
        account.close_session(session)


def _outcome(account: Account, session: Session, entry: Entry) -> Mapping[str, Any]:
    try:
        if entry.details["when"] and not _holds(account, session, entry.details["when"]):
            return _SKIPPED
        ran = Dispatcher(account).run(session, entry.details["body"])
    except Failure as failure:
        return {"query_id": failure.query_id, "state": "FAILED", **runs.failure(failure.error)}
    except Exception as error:  # a fault of this program must not leave the run open
        return {"state": "FAILED", **runs.failure(error)}
    return {"state": "SUCCEEDED", "query_id": ran.query_id}


def _holds(account: Account, session: Session, condition: str) -> bool:
    """Whether a WHEN condition is true; it is not a query of the history."""
    from snowlocal.query import engine

    def refused(_: str) -> Result:
        raise unsupported("a statement inside a WHEN condition")

    ctx = Context(account, session, "", condition, run=refused)
    value = engine.scalar(ctx, f"({condition})")
    return value is True or str(value).lower() == "true"


def _stop(session: Session) -> None:
    session.cancel.set()
    session.duck.interrupt()


def _suspend_after_failures(account: Account, root: Entry) -> None:
    """SUSPEND_TASK_AFTER_NUM_FAILURES: a root whose last graphs all failed is suspended; 0 means never."""
    with account.lock:
        entry = account.catalog.maybe(root.id)
        if entry is None or entry.details["state"] != task_graph.STARTED:
            return
        limit = int(entry.details["options"].get("SUSPEND_TASK_AFTER_NUM_FAILURES", _FAILURES))
        failed: dict[int, bool] = {}
        for row in runs.read(account, "TASK"):
            if row["root_task"] == root.id:
                failed[row["run_id"]] = failed.get(row["run_id"], False) or row["state"] == "FAILED"
        last = list(failed.values())[:limit]
        if limit and len(last) == limit and all(last):
            with account.change(None) as change:
                task.suspend(change, entry, "SUSPENDED_DUE_TO_ERRORS")


# -- what is known of runs


def history_rows(ctx: Context) -> list[dict[str, Any]]:
    """The rows of TASK_HISTORY, newest first, by the columns of HISTORY_COLUMNS: of tasks whose owner's role
    the session has.

    With MONITOR EXECUTION or as ACCOUNTADMIN, those of all tasks. Rows of tasks that are gone stay.
    """
    access = ctx.access
    everything = "ACCOUNTADMIN" in access.roles or access.global_privilege("MONITOR EXECUTION")
    found: list[dict[str, Any]] = []
    for row in runs.read(ctx.account, "TASK"):
        entry = ctx.catalog.maybe(row["task"])
        granted = entry is not None and access.has(entry, "MONITOR", "OPERATE")
        if everything or granted or row["owner"] in access.roles:
            shown = {key: row.get(key.lower()) for key, _ in HISTORY_COLUMNS}
            shown["ROOT_TASK_ID"] = task.task_id(row["root_task"])
            found.append(shown | {"SCHEDULED_FROM": "EXECUTE TASK", "ATTEMPT_NUMBER": 1})
    return found


def dependents_enable(ctx: Context, arguments: list[Any]) -> None:
    """SYSTEM$TASK_DEPENDENTS_ENABLE('root'): resume every task below a root and then the root."""
    with ctx.account.lock:
        root = ctx.find("TASK", Reader(str(arguments[0])).qualified())
        ctx.access.require(root, "OPERATE", "OWNERSHIP")
        if root.details["state"] == task_graph.STARTED and task_graph.in_graph(ctx.catalog, root):
            task_graph.require_suspended(ctx.catalog, root)
        below = task_graph.descendants(ctx.catalog, root)
        with ctx.change() as change:
            for entry in [*reversed(below), root]:
                if entry.details["state"] == task_graph.SUSPENDED:
                    task.resume(change, entry)


def set_return_value(ctx: Context, arguments: list[Any]) -> None:
    """CALL SYSTEM$SET_RETURN_VALUE('text') inside a task's body."""
    number = runs.number_of(ctx.session)
    if number is None:
        raise unsupported("SYSTEM$SET_RETURN_VALUE outside of a task run")
    runs.update(ctx.account, number, return_value=str(arguments[0]))


def predecessor_return_value(ctx: Context, arguments: list[Any]) -> str | None:
    """SYSTEM$GET_PREDECESSOR_RETURN_VALUE(['task']): what a predecessor of the running task set in this graph run."""
    number = runs.number_of(ctx.session)
    rows = runs.read(ctx.account, "TASK")
    mine = next((r for r in rows if r["id"] == number), None)
    entry = ctx.catalog.maybe(mine["task"]) if mine else None
    if mine is None or entry is None or not entry.details["after"]:
        raise unsupported("SYSTEM$GET_PREDECESSOR_RETURN_VALUE outside of a child task's run")
    wanted = Reader(str(arguments[0])).qualified()[-1] if arguments else None
    above = [e for e in task_graph.predecessors(ctx.catalog, entry) if wanted in (None, e.name)]
    if len(above) != 1:
        raise unsupported("SYSTEM$GET_PREDECESSOR_RETURN_VALUE without the name of one predecessor")
    for row in rows:
        if (
            row["task"] == above[0].id
            and row["root_task"] == mine["root_task"]
            and row["id"] < mine["id"]
        ):
            value = row.get("return_value")
            return None if value is None else str(value)
    return None
