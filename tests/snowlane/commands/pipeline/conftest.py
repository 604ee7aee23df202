"""A deployed project with a graph of three tasks, a task of its own, two pipes, a stream and an alert.

ROOT (started) ── LEFT (started)          ALONE (started)      P1, P2: pipes into T
               └─ PARKED (on purpose)     W: alert (started)   ST: stream on T
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector.cursor import DictCursor

from snowlane.errors import ExitCode
from snowlocal.server import LocalAccount

REVISION = (
    "op.sql('CREATE SCHEMA RAW.S')",
    "op.sql('CREATE TABLE RAW.S.T (A VARCHAR)')",
    "op.sql('CREATE TABLE RAW.S.U (A VARCHAR)')",
    "op.sql('CREATE STAGE RAW.S.ST1')",
    "op.sql('CREATE STAGE RAW.S.ST2')",
)
TASK = "CREATE OR REPLACE TASK RAW.S.{} WAREHOUSE = WH {} AS {}"
OBJECTS = {
    "streams/st": "CREATE OR REPLACE STREAM RAW.S.ST COPY GRANTS ON TABLE RAW.S.T",
    "pipes/p1": "CREATE OR REPLACE PIPE RAW.S.P1 AS COPY INTO RAW.S.T (A) FROM @RAW.S.ST1",
    "pipes/p2": "CREATE OR REPLACE PIPE RAW.S.P2 AS COPY INTO RAW.S.U (A) FROM @RAW.S.ST2",
    "tasks/root": TASK.format(
        "ROOT", "SCHEDULE = '11520 MINUTE'", "INSERT INTO RAW.S.T (A) SELECT 'root'"
    ),
    "tasks/left": TASK.format("LEFT_ONE", "AFTER RAW.S.ROOT", "SELECT 1"),
    "tasks/parked": TASK.format("PARKED_ONE", "AFTER RAW.S.ROOT", "SELECT 2"),
    "tasks/alone": TASK.format(
        "ALONE", "SCHEDULE = '11520 MINUTE'", "INSERT INTO RAW.S.U (A) SELECT A FROM RAW.S.T"
    ),
    "alerts/w": "CREATE OR REPLACE ALERT RAW.S.W WAREHOUSE = WH SCHEDULE = '60 MINUTE'"
    " IF (EXISTS (SELECT A FROM RAW.S.U WHERE A = 'bad')) THEN INSERT INTO RAW.S.U (A) SELECT 'seen'",
}
STARTED = ("TASK S.LEFT_ONE", "TASK S.ROOT", "TASK S.ALONE", "ALERT S.W")
AS_DEPLOYED = {
    "ROOT": "started",
    "LEFT_ONE": "started",
    "PARKED_ONE": "suspended",
    "ALONE": "started",
    "W": "started",
    "P1": "RUNNING",
    "P2": "RUNNING",
}
PAUSED = {
    **AS_DEPLOYED,
    "ROOT": "suspended",
    "ALONE": "suspended",
    "W": "suspended",
    "P1": "PAUSED",
    "P2": "PAUSED",
}


@dataclass
class Line:
    """The deployed project, and questions to its account."""

    account: Any
    shop: Any
    raw: str
    state: str

    def snowlane(self, *arguments: str) -> Any:
        return self.account.snowlane(*arguments)

    def done(self, *arguments: str) -> Any:
        outcome = self.account.snowlane(*arguments)
        assert outcome.code == ExitCode.DONE, outcome.err
        return outcome

    def connect(self) -> Any:
        return snowflake.connector.connect(**self.account.connection)

    def query(self, text: str) -> list[dict[str, Any]]:
        with self.connect() as connection:
            return list(connection.cursor(DictCursor).execute(text).fetchall())

    def run(self, *statements: str, role: str = "DEPLOY_DEV") -> None:
        """Run statements, names of the schema S written as `S.`."""
        with self.connect() as connection:
            connection.cursor().execute(f"USE ROLE {role}")
            connection.cursor().execute("USE WAREHOUSE WH")
            for each in statements:
                connection.cursor().execute(each.replace(" S.", f" {self.raw}.S."))

    def states(self) -> dict[str, str]:
        """The state of each task, alert and pipe."""
        found = {}
        for kind in ("TASKS", "ALERTS"):
            for row in self.query(f"SHOW {kind} IN DATABASE {self.raw}"):
                found[row["name"]] = row["state"]
        for row in self.query(f"SHOW PIPES IN DATABASE {self.raw}"):
            found[row["name"]] = self.pipe(row["name"])["executionState"]
        return found

    def pipe(self, name: str) -> dict[str, Any]:
        (row,) = self.query(f"SELECT SYSTEM$PIPE_STATUS('{self.raw}.S.{name}') AS S")
        return json.loads(row["S"])

    def remembered(self) -> list[str]:
        rows = self.query(f"SELECT KIND, NAME FROM {self.state}.PARKED ORDER BY KIND, NAME")
        return [f"{row['KIND']} {row['NAME'].split('.')[-1]}" for row in rows]

    def put(self, folder: Path, stage: str, *names: str) -> None:
        """Upload one small file a name."""
        with self.connect() as connection:
            for name in names:
                (folder / name).write_text(f"{name}\n")
                connection.cursor().execute(f"PUT file://{folder / name} @{self.raw}.S.{stage}")


def last_run(line: Line, task: str) -> str:
    """The state of a task's newest run."""
    rows = line.query(
        f"SELECT STATE FROM TABLE({line.raw}.INFORMATION_SCHEMA.TASK_HISTORY("
        f"TASK_NAME => '{task}')) ORDER BY SCHEDULED_TIME DESC LIMIT 1"
    )
    return rows[0]["STATE"] if rows else ""


def lay_out(shop: Any) -> None:
    shop.revision("r1", "\n".join(REVISION))
    for name, text in OBJECTS.items():
        shop.object(f"raw/s/{name}", text)


def start(line: Line) -> None:
    """Bring everything into the states of AS_DEPLOYED, and forget pauses."""
    line.run(
        "ALTER TASK S.ROOT SUSPEND",
        "ALTER TASK S.PARKED_ONE SUSPEND",
        *(f"ALTER {each} RESUME" for each in STARTED),
        *(f"ALTER PIPE S.{each} SET PIPE_EXECUTION_PAUSED = FALSE" for each in ("P1", "P2")),
        f"DELETE FROM {line.state}.PARKED",
    )


@pytest.fixture(scope="package")
def served(tmp_path_factory: Any) -> Iterator[tuple[Path, dict[str, Any]]]:
    """One account for all modules of the folder."""
    directory = tmp_path_factory.mktemp("account")
    with LocalAccount(directory) as account:
        yield directory, account.connection


@pytest.fixture(scope="package")
def deployed(served: Any, account_at: Any, new_shop: Any, tmp_path_factory: Any) -> Iterator[Line]:
    """The project, deployed to dev once for all modules of the folder."""
    directory, connection = served
    shop = new_shop(tmp_path_factory.mktemp("project") / "shop")
    lay_out(shop)
    with pytest.MonkeyPatch.context() as variables:
        variables.setenv("SNOWLANE_LOCAL_DIR", str(directory))
        line = Line(account_at(connection, shop.root), shop, "DEV_RAW", "UTILITY.SNOWLANE_DEV")
        line.done("migrate", "dev")
        yield line


@pytest.fixture
def line(deployed: Line) -> Line:
    """The project as it was deployed, everything running and nothing remembered."""
    start(deployed)
    assert deployed.states() == AS_DEPLOYED
    return deployed


@pytest.fixture
def own(account: Any, shop: Any) -> Line:
    """The project in databases of the test's own, for tests that deploy to it again."""
    lay_out(shop)
    text = (shop.root / "envs" / "dev.toml").read_text()
    raw, state = (
        re.search(rf'^{key} = "(\w+)"', text, re.MULTILINE) for key in ("RAW", "database")
    )
    assert raw
    assert state
    line = Line(account, shop, raw[1], f"{state[1]}.SNOWLANE_DEV")
    line.done("migrate", "dev")
    start(line)
    return line
