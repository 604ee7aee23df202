"""The platform on a local account, worked as its operators would: files, pipes, tasks, SQL."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector import SnowflakeConnection
from snowflake.connector.cursor import SnowflakeCursor

from prepared import once
from snowlane import cli
from snowlane.sample.history import lay_out
from snowlocal.server import LocalAccount

SOURCE = Path(__file__).parents[2]
SECONDS_TO_WAIT = 120
# The platform before its last two changes, between them, and as it is now.
BEFORE, PROMOTION, NUMBER, HEAD = "20261105_0900", "20261116_0900", "20261119_0900", "head"
REVISIONS = (BEFORE, PROMOTION, NUMBER, HEAD)


class Platform:
    """A project, an account of its own, and the environment dev in it."""

    def __init__(self, project: Path, account: LocalAccount, directory: Path) -> None:
        self.project = project
        self.directory = directory
        self._connection: SnowflakeConnection = snowflake.connector.connect(**account.connection)

    def close(self) -> None:
        self._connection.close()

    def lay_out(self, revision: str) -> None:
        """Make the project's migrations what they were at a revision; "head" takes them as they are."""
        lay_out(SOURCE, self.project, revision)

    def migrate(self, to: str = "head", *options: str) -> int:
        """`snowlane migrate dev`; its exit code."""
        arguments = ["--project-dir", str(self.project), "--local", "migrate", "dev", "--to", to]
        arguments += options
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SNOWLANE_LOCAL_DIR", str(self.directory))
            with pytest.raises(SystemExit) as left:
                cli.main(arguments)
        return int(left.value.code or 0)

    def cursor(self, text: str) -> SnowflakeCursor:
        """One statement, run."""
        cursor = self._connection.cursor()
        cursor.execute(text)
        return cursor

    def sql(self, text: str) -> list[Any]:
        """The rows of one statement."""
        return list(self.cursor(text).fetchall())

    def value(self, text: str) -> Any:
        """The one value of a query."""
        return self.sql(text)[0][0]

    def load(self, source: str, name: str, text: str) -> None:
        """Upload a file to the bucket of a source (pos, orders, inventory) and let its pipe load it."""
        folder = self.directory / "buckets" / "retail-dev" / "raw" / source
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
        # By name: a pipe that was made anew has forgotten what it loaded, and would load it again.
        self.refresh(source, f"PREFIX = '{name}'")

    def refresh(self, source: str, options: str = "") -> None:
        """Tell a source's pipe of the files in its bucket, and wait until it has loaded them."""
        pipe = f"DEV_RAW.BRONZE.PIPE_{source.upper()}_DATA"
        self.sql(f"ALTER PIPE {pipe} REFRESH {options}")
        pending = f"SELECT PARSE_JSON(SYSTEM$PIPE_STATUS('{pipe}')):pendingFileCount > 0"
        self.ended(pending, still=True)

    def run_task(self, name: str, last: str | None = None) -> None:
        """Run a task and what follows it, to the end of `last`; fails unless that succeeded."""
        task, waited = f"DEV_STAGING.TASKS.{name}", last or name
        self.sql(f"ALTER TASK {task} SUSPEND")
        self.sql(f"SELECT SYSTEM$TASK_DEPENDENTS_ENABLE('{task}')")
        runs = (
            "FROM TABLE(DEV_STAGING.INFORMATION_SCHEMA.TASK_HISTORY(RESULT_LIMIT => 10000))"
            f" WHERE state IN ('SUCCEEDED', 'FAILED', 'SKIPPED') AND name = '{waited}'"
        )
        before = self.value(f"SELECT COUNT(*) {runs}")
        self.sql(f"EXECUTE TASK {task}")
        self.ended(f"SELECT COUNT(*) {runs}", still=before)
        assert self.sql(f"SELECT state, error_message {runs} AND state <> 'SUCCEEDED'") == []

    def ended(self, query: str, still: Any) -> Any:
        """The first value of a query, once that is no longer `still`."""
        deadline = time.monotonic() + SECONDS_TO_WAIT
        while (found := self.value(query)) == still:
            assert time.monotonic() < deadline, f"still {still}: {query}"
            time.sleep(0.05)
        return found

    def counts(self) -> tuple[int, int, int]:
        """Rows of raw_pos, of stg_pos, and of fact_sales."""
        tables = ("DEV_RAW.BRONZE.RAW_POS", "DEV_STAGING.SILVER.STG_POS", "DEV_DW.FACTS.FACT_SALES")
        raw, staging, fact = (self.value(f"SELECT COUNT(*) FROM {table}") for table in tables)
        return raw, staging, fact


OpenPlatform = Callable[[str], Platform]


def prepared(factory: pytest.TempPathFactory, revision: str) -> Path:
    """A folder with a project and an account whose dev is at a revision, each made from the one before."""

    def make(folder: Path) -> None:
        before = REVISIONS[: REVISIONS.index(revision)]
        if before:
            shutil.copytree(prepared(factory, before[-1]), folder)
        with served(folder) as platform:
            platform.lay_out(revision)
            assert platform.migrate() == 0

    return once(factory, f"platform {revision}", make)


@contextmanager
def served(folder: Path) -> Iterator[Platform]:
    """The project and the account of a folder, made where they are not there yet."""
    project, directory = folder / "project", folder / "account"
    if not project.exists():
        project.mkdir(parents=True)
        shutil.copy(SOURCE / "alembic.ini", project)
        for part in ("envs", "migrations"):
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(SOURCE / part, project / part, ignore=ignored)
    with LocalAccount(directory) as account, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SNOWLANE_LOCAL_DIR", str(directory))
        platform = Platform(project, account, directory)
        try:
            yield platform
        finally:
            platform.close()


@pytest.fixture(scope="module")
def open_platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenPlatform]:
    """A platform without data, with an account of its own, whose dev is at a revision of REVISIONS."""
    with ExitStack() as stack:

        def copied(revision: str) -> Platform:
            folder = tmp_path_factory.mktemp("platform") / "copy"
            shutil.copytree(prepared(tmp_path_factory, revision), folder)
            return stack.enter_context(served(folder))

        yield copied


@pytest.fixture(scope="module")
def platform(open_platform: OpenPlatform) -> Platform:
    """A platform whose dev is at the head, without data."""
    return open_platform(HEAD)
