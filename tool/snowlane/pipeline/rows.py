"""Rows of SHOW, of the task and alert histories and of the SYSTEM$ functions as tasks, streams, pipes and alerts.

Rules: docs.snowflake.com/en/sql-reference/sql/show-tasks, show-streams, show-pipes, show-alerts,
functions/system_pipe_status, functions/task_history, functions/alert_history. Pure.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from snowlane.pipeline.model import Alert, Path, Pipe, Run, Stream, Task
from snowlane.plan.facts import TaskState
from snowlane.sql.names import parse_path, qualified

Row = Mapping[str, Any]
STARTED = "started"
_FINALIZED = "FinalizedRootTask"


def task(row: Row) -> Task:
    """A row of SHOW TASKS; what finalizes a graph comes after its root."""
    relations = _json(row.get("task_relations")) or {}
    named = list(_json(row["predecessors"]) or ())
    if root := relations.get(_FINALIZED):
        named.append(root)
    before = (parse_path(str(name)) for name in named)
    return Task(
        path=path(row),
        is_started=row["state"] == STARTED,
        after=tuple(qualified(*each) for each in before if each),
        schedule=_text(row, "schedule"),
        condition=_text(row, "condition"),
        definition=_text(row, "definition"),
        id=_text(row, "id"),
        reason=_text(row, "last_suspended_reason"),
        is_finalizer=bool(root),
    )


def task_state(row: Row) -> TaskState:
    """What of a row of SHOW TASKS says whether it is started, and after what it comes."""
    found = task(row)
    return TaskState(found.is_started, found.after)


def stream(row: Row) -> Stream:
    """A row of SHOW STREAMS; of a base that is gone it says so in words."""
    base = _text(row, "table_name")
    return Stream(
        path=path(row),
        base=base if parse_path(base) else "",
        is_stale=str(row["stale"]).lower() == "true",
        stale_after=_moment(row.get("stale_after")),
    )


def pipe(row: Row, status: str | None, error: str = "") -> Pipe:
    """A row of SHOW PIPES and the answer of SYSTEM$PIPE_STATUS, None where that failed with `error`."""
    told: dict[str, Any] = json.loads(status) if status else {}
    return Pipe(
        path=path(row),
        state=str(told.get("executionState") or ""),
        pending=int(told.get("pendingFileCount") or 0),
        definition=_text(row, "definition"),
        owner=_text(row, "owner"),
        error=str(told.get("error") or told.get("fault") or error),
        last_loaded=str(told.get("lastIngestedTimestamp") or ""),
    )


def alert(row: Row) -> Alert:
    """A row of SHOW ALERTS."""
    return Alert(
        path=path(row),
        is_started=row["state"] == STARTED,
        schedule=_text(row, "schedule"),
        definition=f"{_text(row, 'condition')}\n;\n{_text(row, 'action')}",
    )


def task_run(row: Row) -> Run:
    """A row of TASK_HISTORY."""
    return Run(
        state=str(row["state"]),
        scheduled=_moment(row.get("scheduled_time")),
        started=_moment(row.get("query_start_time")),
        ended=_moment(row.get("completed_time")),
        error=_error(row.get("error_code"), row.get("error_message")),
        id=_text(row, "run_id"),
        # EXECUTE TASK or EXECUTE_TASK: the manual has both.
        by_hand=_text(row, "scheduled_from").startswith("EXECUTE"),
    )


def alert_run(row: Row) -> Run:
    """A row of ALERT_HISTORY."""
    return Run(
        state=str(row["state"]),
        scheduled=_moment(row.get("scheduled_time")),
        ended=_moment(row.get("completed_time")),
        error=_error(row.get("sql_error_code"), row.get("sql_error_message")),
    )


def path(row: Row) -> Path:
    """Where the object of a row of SHOW or of a history lies."""
    return str(row["database_name"]), str(row["schema_name"]), str(row["name"])


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value)


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value.strip() else value


def _moment(value: Any) -> datetime | None:
    """A time as UTC that says no zone; the session's own zone is UTC."""
    if not isinstance(value, datetime):
        return None
    return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value


def _error(code: Any, message: Any) -> str:
    if not message:
        return ""
    return f"{code}: {message}" if code else str(message)
