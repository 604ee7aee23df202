"""The platform as its operators work it: files, pipes, tasks and queries of one environment.

Only a client of an account; how the environment came to be there is not known here.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from snowlane.config.environment import Environment
from snowlane.errors import SnowlaneError
from snowlane.snowflake.session import Session
from snowlane.sql.mapping import map_names

_STAGE = "RAW.BRONZE.STAGE_POS_DATA"
_WAIT_SECONDS = 120
_POLL_SECONDS = 0.05


class Platform:
    """One environment, by a session that may do everything in it.

    Statements name logical databases, as revisions do. `buckets` is the folder whose subfolders
    stand for the buckets of the stages' addresses.
    """

    def __init__(self, session: Session, environment: Environment, buckets: Path) -> None:
        self._session = session
        self._environment = environment
        self._buckets = buckets

    def rows(self, text: str) -> tuple[tuple[Any, ...], ...]:
        """The rows of one statement. Raises SnowflakeError."""
        return self._session.execute(self._mapped(text)).rows

    def value(self, text: str) -> Any:
        """The first value of a query."""
        return self.rows(text)[0][0]

    def types(self, table: str) -> dict[str, str]:
        """The type of each column of a table, as DESCRIBE says it."""
        described = self._session.query(self._mapped(f"DESCRIBE TABLE {table}"))
        return {row["name"]: row["type"] for row in described}

    def drop_into_bucket(self, name: str, text: str) -> None:
        """Put a file of sales where the tills upload theirs: under the address of the stage."""
        address = urlsplit(self._environment.stages[_STAGE])
        folder = self._buckets / address.netloc / address.path.strip("/")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")

    def load(self, file: str) -> None:
        """Have the pipe of the sales load a file, and wait until it has."""
        pipe = "RAW.BRONZE.PIPE_POS_DATA"
        # By name: a pipe that was made anew has forgotten what it loaded, and would load it again.
        self.rows(f"ALTER PIPE {pipe} REFRESH PREFIX = '{file}'")
        pending = f"SELECT PARSE_JSON(SYSTEM$PIPE_STATUS('{pipe}')):pendingFileCount"
        self._wait(lambda: int(self.value(pending)) == 0, f"pipe {pipe}")

    def run_task(self, name: str, last: str | None = None) -> None:
        """Run a task and those that follow it, until `last` of them has ended.

        Raises SnowlaneError with the task's own error when it did not succeed.
        """
        task, waited = f"STAGING.TASKS.{name}", last or name
        self.rows(f"ALTER TASK {task} SUSPEND")
        self.rows(f"SELECT SYSTEM$TASK_DEPENDENTS_ENABLE('{task}')")
        before = len(self._ended(waited))
        self.rows(f"EXECUTE TASK {task}")
        self._wait(lambda: len(self._ended(waited)) > before, f"task {waited}")
        for state, message in self._ended(waited):
            if state != "SUCCEEDED":
                raise SnowlaneError(f"task {waited} ended as {state}", why=str(message or ""))

    def _ended(self, task: str) -> tuple[tuple[Any, ...], ...]:
        """State and error of every run of a task that is over."""
        runs = self.rows(
            "SELECT name, state, error_message"
            " FROM TABLE(STAGING.INFORMATION_SCHEMA.TASK_HISTORY(RESULT_LIMIT => 10000))"
            " WHERE state IN ('SUCCEEDED', 'FAILED', 'SKIPPED')"
        )
        return tuple((state, message) for name, state, message in runs if name == task)

    def _mapped(self, text: str) -> str:
        return map_names(text, self._environment.name_map).text

    @staticmethod
    def _wait(is_over: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + _WAIT_SECONDS
        while not is_over():
            if time.monotonic() > deadline:
                raise SnowlaneError(f"{what} did not end within {_WAIT_SECONDS} s")
            time.sleep(_POLL_SECONDS)
