"""Clones of one deployed environment, run as processes that can be killed, and what is left of them."""

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import snowflake.connector

from faults.client import Client
from faults.proxy import Moment, Proxy
from faults.room import is_statement

LOGICAL = ("RAW", "DW")


@dataclass
class Clones:
    """The project whose prod is deployed, and a scratch directory; `connection` reaches the account."""

    project: Path
    connection: dict[str, Any]
    scratch: Path
    runs: "itertools.count[int]" = field(default_factory=itertools.count)

    def query(self, text: str) -> list[tuple[Any, ...]]:
        with snowflake.connector.connect(**self.connection) as connection:
            return list(connection.cursor().execute(text).fetchall())

    def client(self, *arguments: str, port: int | None = None) -> Client:
        directory = self.scratch / f"run{next(self.runs)}"
        command = ("--project-dir", str(self.project), "--local", *arguments)
        facts = {**self.connection, "port": port or self.connection["port"]}
        return Client(directory, command, facts)

    def run(self, *arguments: str) -> Client:
        """Run to the end and give the finished client back."""
        client = self.client(*arguments).start()
        client.wait()
        return client

    def killed_at(self, name: str, at: int, moment: Moment, *, any_request: bool = False) -> bool:
        """Clone prod and kill -9 at a statement; False when it ended before it came to it."""
        client: Client | None = None

        def strike() -> None:
            assert client is not None
            client.kill()

        counts = (lambda sql: True) if any_request else is_statement
        with Proxy(
            self.connection["port"], at=at, moment=moment, strike=strike, counts=counts
        ) as proxy:
            client = self.client("env", "clone", "prod", name, port=proxy.port)
            client.start()
            code = client.wait()
        if not proxy.struck.is_set():
            assert code == 0, client.err
            return False
        assert code == -9, client.err
        return True

    def expire_leases(self, name: str) -> None:
        """Let the killed holder's leases be past, as they are after two minutes."""
        for schema in ("SNOWLANE_PROD", f"SNOWLANE_{name.upper()}"):
            there = self.query("SHOW TABLES LIKE 'LEASE' IN DATABASE UTILITY")
            if any(row[3] == schema for row in there):
                self.query(
                    f"UPDATE UTILITY.{schema}.LEASE SET EXPIRES_AT = DATEADD(second, -1, SYSDATE()) "
                    "WHERE TOKEN IS NOT NULL"
                )

    def outcome(self, name: str) -> dict[str, Any]:
        """What the clone holds, its own name taken out."""
        found: dict[str, Any] = {}
        for logical in LOGICAL:
            database = f"{name.upper()}_{logical}"
            ((ddl,),) = self.query(f"SELECT GET_DDL('DATABASE', '{database}', TRUE)")
            found[logical] = ddl.partition(";")[2]
            for kind in ("TASKS", "ALERTS"):
                rows = self.query(f"SHOW {kind} IN DATABASE {database}")
                found[f"{logical} {kind}"] = [str(row[1:]).count("suspended") for row in rows]
            for row in self.query(f"SHOW STREAMS IN DATABASE {database}"):
                rows = self.query(f"SELECT COUNT(*) FROM {database}.{row[3]}.{row[1]}")
                found[f"{logical} stream {row[1]}"] = str(rows)
            tables = self.query(
                f"SELECT TABLE_SCHEMA, TABLE_NAME FROM {database}.INFORMATION_SCHEMA.TABLES "
                "WHERE TABLE_TYPE = 'BASE TABLE' AND TABLE_SCHEMA <> 'METADATA'"
            )
            for schema, table in tables:
                rows = self.query(f"SELECT * FROM {database}.{schema}.{table}")
                found[f"{logical}.{schema}.{table}"] = sorted(map(str, rows))
        grants = self.query("SHOW GRANTS TO ROLE READER_QA")
        found["grants"] = sorted(str(row[1:4]) for row in grants if name.upper() in str(row[3]))
        return {key: _without(value, name.upper()) for key, value in found.items()}

    def state(self, name: str) -> list[tuple[Any, ...]]:
        """State and step of the registry's row."""
        return self.query(
            f"SELECT STATE, STEP FROM UTILITY.SNOWLANE_AD_HOC.ENVIRONMENTS WHERE NAME = '{name}'"
        )


def _without(value: Any, name: str) -> Any:
    if isinstance(value, list):
        return [_without(each, name) for each in value]
    return value.replace(name, "X") if isinstance(value, str) else value
