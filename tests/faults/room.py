"""A project with databases of its own in the account, and what is left there when a deployment is over."""

import itertools
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import snowflake.connector

from faults.client import Client
from faults.proxy import Moment, Proxy

Ask = Callable[[str], list[dict[str, Any]]]
_BLOCK = "lost EXCEPTION"
# The most rows that QUERY_HISTORY gives.
_PAGE = 10_000
# Columns that say when a row was written.
_CLOCK = ("APPLIED_AT", "CREATED_AT", "UPDATED_AT")
_STATES = {"TASKS": "state", "ALERTS": "state", "STREAMS": "stale"}


def is_statement(sql: str) -> bool:
    """Whether a request holds a statement of the plan."""
    return _BLOCK in sql


@dataclass
class Room:
    """One project deployed to databases that end in `suffix`; `connection` reaches the account."""

    project: Path
    suffix: str
    connection: dict[str, Any]
    scratch: Path
    runs: "itertools.count[int]" = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        text = (self.project / "envs" / "dev.toml").read_text()
        section = re.search(r"\[databases\]\n((?:\w+ = .*\n?)+)", text)
        assert section
        mapped = re.sub(r'"\n', f'{self.suffix}"\n', section[1])
        text = text.replace(section[1], mapped) + f'\n[state]\ndatabase = "UTILITY{self.suffix}"\n'
        (self.project / "envs" / "dev.toml").write_text(text)
        self.databases = dict(re.findall(r'(\w+) = "(\w+)"', mapped))

    @property
    def state(self) -> str:
        return f"UTILITY{self.suffix}.SNOWLANE_DEV"

    @contextmanager
    def session(self) -> Iterator[Ask]:
        """One sign-in for several questions."""
        with snowflake.connector.connect(**self.connection) as connection:
            cursor = connection.cursor(snowflake.connector.DictCursor)
            yield lambda text: list(cursor.execute(text).fetchall())

    def query(self, text: str) -> list[dict[str, Any]]:
        with self.session() as ask:
            return ask(text)

    def client(self, port: int, *arguments: str) -> Client:
        directory = self.scratch / f"run{next(self.runs)}"
        chosen = arguments or ("migrate", "dev")
        command = ("--project-dir", str(self.project), "--local", *chosen)
        return Client(directory, command, {**self.connection, "port": port})

    def run(self, *arguments: str) -> Client:
        """Run to the end and give the finished client back."""
        client = self.client(self.connection["port"], *arguments).start()
        client.wait()
        return client

    def deploy(self) -> None:
        done = self.run()
        assert done.wait() == 0, done.err

    def killed_at(self, at: int, moment: Moment, *, statements_only: bool = True) -> bool:
        """Deploy and kill -9 at a request; False when the deployment ended before it came to it."""
        return self.killed(at, moment, is_statement if statements_only else (lambda sql: True))

    def killed(
        self, at: int, moment: Moment, counts: Callable[[str], bool], *arguments: str
    ) -> bool:
        """Run a command and kill -9 at the `at`-th request that `counts`."""
        client: Client | None = None

        def strike() -> None:
            assert client is not None
            client.kill()

        with Proxy(
            self.connection["port"], at=at, moment=moment, strike=strike, counts=counts
        ) as proxy:
            client = self.client(proxy.port, *arguments)
            client.start()
            code = client.wait()
        if not proxy.struck.is_set():
            assert code == 0, client.err
            return False
        assert code == -9, client.err
        return True

    def requests(self) -> int:
        """How many requests hold the statements of what is to be deployed."""
        plan = json.loads(self.run("plan", "dev", "--format", "json").out)
        return sum(stage["requests"] for stage in plan["stages"])

    def expire_lease(self) -> None:
        """Let the killed holder's lease be past, as it is after two minutes."""
        if self.is_prepared():
            self.query(
                f"UPDATE {self.state}.LEASE SET EXPIRES_AT = DATEADD(second, -1, SYSDATE()) "
                "WHERE TOKEN IS NOT NULL"
            )

    def is_prepared(self) -> bool:
        """Whether the state tables are there, of which the lease is made near the end."""
        return bool(
            self.query(f"SHOW DATABASES LIKE 'UTILITY{self.suffix}'")
            and self.query(f"SHOW TABLES LIKE 'LEASE' IN DATABASE UTILITY{self.suffix}")
        )

    def outcome(self) -> dict[str, Any]:
        """The final catalog and data, the names of the databases taken for their logical ones."""
        found: dict[str, Any] = {}
        with self.session() as ask:
            for logical, physical in self.databases.items():
                found |= {f"{logical} {key}": value for key, value in _held(ask, physical).items()}
        return {key: self._logical(value) for key, value in found.items()}

    def _logical(self, value: Any) -> Any:
        if isinstance(value, str):
            for logical, physical in self.databases.items():
                value = value.replace(physical, logical)
            return value
        return [self._logical(each) for each in value] if isinstance(value, list) else value

    def took_effect(self) -> "Counter[str]":
        """How often each statement of the plans succeeded, by query history and its tags."""
        rows = [
            row
            for row in self._history()
            if row["QUERY_TAG"].startswith("snowlane:") and row["EXECUTION_STATUS"] == "SUCCESS"
        ]
        own = (f"UTILITY{self.suffix}.", ".METADATA.")
        texts = [
            row["QUERY_TEXT"]
            for row in rows
            if self.suffix in row["QUERY_TEXT"]
            and _BLOCK not in row["QUERY_TEXT"]
            and not (
                row["QUERY_TEXT"].startswith(("INSERT", "UPDATE", "DELETE", "MERGE"))
                and any(each in row["QUERY_TEXT"] for each in own)
            )
        ]
        return Counter(self._logical(text) for text in texts)

    def _history(self) -> "list[dict[str, Any]]":
        """The account's whole history: the function gives the newest 10,000, so these are asked for in turn."""
        found: dict[str, dict[str, Any]] = {}
        until = ""
        while True:
            rows = self.query(
                "SELECT QUERY_ID, QUERY_TEXT, QUERY_TAG, EXECUTION_STATUS, "
                "TO_CHAR(END_TIME, 'YYYY-MM-DD HH24:MI:SS.FF6 TZHTZM') AS ENDED FROM TABLE("
                f"UTILITY{self.suffix}.INFORMATION_SCHEMA.QUERY_HISTORY({until}RESULT_LIMIT => {_PAGE}))"
            )
            found |= {row["QUERY_ID"]: row for row in rows}
            if len(rows) < _PAGE:
                return list(found.values())
            oldest = min(row["ENDED"] for row in rows if row["ENDED"])
            until = f"END_TIME_RANGE_END => TO_TIMESTAMP_LTZ('{oldest}'), "

    def result(self) -> "tuple[dict[str, Any], Counter[str]]":
        """What two deployments of the same are compared by."""
        return self.outcome(), self.took_effect()

    def lease(self) -> dict[str, Any]:
        (row,) = self.query(f"SELECT * FROM {self.state}.LEASE")
        return row


def _held(ask: Ask, database: str) -> dict[str, Any]:
    """What a database holds: definitions, states of what runs by itself, and rows."""
    (ddl,) = ask(f"SELECT GET_DDL('DATABASE', '{database}', TRUE) AS D")
    found: dict[str, Any] = {"DDL": ddl["D"]}
    for kind, column in _STATES.items():
        for row in ask(f"SHOW {kind} IN DATABASE {database}"):
            found[f"{kind} {row['schema_name']}.{row['name']}"] = row[column]
    for row in ask(f"SHOW PIPES IN DATABASE {database}"):
        name = f"{database}.{row['schema_name']}.{row['name']}"
        (status,) = ask(f"SELECT SYSTEM$PIPE_STATUS('{name}') AS S")
        found[f"PIPE {row['schema_name']}.{row['name']}"] = '"PAUSED"' in status["S"]
    for row in ask(f"SHOW TABLES IN DATABASE {database}"):
        rows = ask(f'SELECT * FROM "{database}"."{row["schema_name"]}"."{row["name"]}"')
        found[f"{row['schema_name']}.{row['name']}"] = sorted(
            str({key: value for key, value in each.items() if key not in _CLOCK}) for each in rows
        )
    return found
