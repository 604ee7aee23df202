"""What the tests of code objects share: running a task graph to its end."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

RunTask = Callable[[str], dict[str, tuple[Any, ...]]]
_PATIENCE = 30  # seconds, for a machine that is busy with other things


@pytest.fixture
def run_task(sql: Callable[..., list[Any]], schema: str) -> RunTask:
    """EXECUTE TASK and wait for its graph; gives (state, error code, error message, return value) by task name."""
    history = (
        "SELECT name, state, error_code, error_message, return_value, run_id"
        " FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY())"
        f" WHERE schema_name = '{schema.split('.')[1]}'"
    )

    def run(name: str) -> dict[str, tuple[Any, ...]]:
        sql(f"EXECUTE TASK {name}")
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            rows = sql(history)
            newest = max(row[5] for row in rows)
            graph = {row[0]: tuple(row[1:5]) for row in rows if row[5] == newest}
            if not {"SCHEDULED", "EXECUTING"} & {row[0] for row in graph.values()}:
                return graph
            time.sleep(0.05)
        raise AssertionError(f"the run of {name} did not end: {graph}")

    return run
