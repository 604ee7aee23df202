"""Where facts are tried: signed-in sessions, and databases, schemas and roles of the tests' own, dropped at the end.

Works on any account; knows no fact and nothing of the local account's insides.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import Error

T = TypeVar("T")
NO_PRIVILEGE = 3001


class Refused(Exception):
    """The account refused a statement: Snowflake's error number, SQL state and message."""

    def __init__(self, sql: str, error: Error) -> None:
        self.sql = sql
        self.error = error
        self.number = error.errno or -1
        self.sqlstate = error.sqlstate
        self.message = str(error.msg)
        super().__init__(f"{self.message} — for: {sql}")


class CouldNotPrepare(Refused):
    """A statement that only prepares the trial was refused: nothing is known of the fact."""


class Session:
    """One signed-in session."""

    def __init__(self, connection: SnowflakeConnection) -> None:
        self.connection = connection

    def run(self, *statements: str, tag: str | None = None) -> list[tuple[Any, ...]]:
        """Run statements one by one; the rows of the last. Raises Refused."""
        return [tuple(row) for row in self._last(statements, tag)[1]]

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """The rows of a statement by lower-case column name. Raises Refused."""
        names, rows = self._last((sql,), None)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def row(self, sql: str) -> dict[str, Any]:
        """The only row of a statement."""
        rows = self.rows(sql)
        assert len(rows) == 1, f"{len(rows)} rows instead of one for: {sql}"
        return rows[0]

    def value(self, sql: str) -> Any:
        """The only value of a query."""
        rows = self.run(sql)
        assert len(rows) == 1, f"{len(rows)} rows instead of one for: {sql}"
        return rows[0][0]

    def affected(self, sql: str) -> int:
        """The row count that the client is told of a DML statement."""
        cursor = self.connection.cursor()
        try:
            cursor.execute(sql)
        except Error as error:
            raise Refused(sql, error) from error
        return int(cursor.rowcount or 0)

    def given(self, *statements: str) -> None:
        """Run statements that prepare a trial. Raises CouldNotPrepare."""
        try:
            self._last(statements, None)
        except Refused as refused:
            raise CouldNotPrepare(refused.sql, refused.error) from None

    def refusal(self, sql: str) -> Refused:
        """The refusal of a statement that the account must not take."""
        try:
            rows = self.run(sql)
        except Refused as refused:
            return refused
        raise AssertionError(f"it was accepted, answering {rows[:3]}: {sql}")

    def close(self) -> None:
        """Sign out."""
        self.connection.close()

    def _last(
        self, statements: tuple[str, ...], tag: str | None
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        cursor = self.connection.cursor()
        parameters = {"QUERY_TAG": tag} if tag else None
        for sql in statements:
            try:
                cursor.execute(sql, _statement_params=parameters)
                rows = cursor.fetchall()
            except Error as error:
                raise Refused(sql, error) from error
        names = [column.name.lower() for column in cursor.description or ()]
        return names, [tuple(row) for row in rows]  # type: ignore[arg-type]


SignIn = Callable[..., Session]


@dataclass
class House:
    """The account as the tests may use it: two databases of their own, and more that are dropped at the end."""

    sign_in: SignIn
    main: Session
    prefix: str
    directory: Path | None  # of a local account
    schemas: int = 0
    _databases: list[str] = field(default_factory=list)
    _roles: list[str] = field(default_factory=list)

    @property
    def warehouse(self) -> str:
        """The warehouse of the connection; skips where it has none."""
        name = self.main.value("SELECT CURRENT_WAREHOUSE()")
        if not name:
            pytest.skip("the connection has no warehouse")
        return str(name)

    def database(self, suffix: str) -> str:
        """A name for a database that is dropped at the end; the test makes it."""
        name = f"{self.prefix}_{suffix}"
        self._databases.append(name)
        return name

    def role(self, suffix: str) -> str:
        """A new role, granted to the connection's own; skips where the connection may not make one."""
        name = f"{self.prefix}_{suffix}"
        try:
            self.main.run(f"CREATE ROLE {name}")
        except Refused as refused:
            if refused.number == NO_PRIVILEGE:
                pytest.skip(f"the connection's role may not create roles: {refused.message}")
            raise
        self._roles.append(name)
        user = self.main.value("SELECT CURRENT_USER()")
        self.main.given(f'GRANT ROLE {name} TO USER "{user}"')
        return name

    def clear(self) -> list[str]:
        """Drop everything that was made; what could not be dropped, with the reason."""
        left = []
        for kind, names in (("DATABASE", self._databases), ("ROLE", self._roles)):
            while names:
                name = names.pop()
                try:
                    self.main.run(f"DROP {kind} IF EXISTS {name}")
                except Refused as refused:
                    left.append(f"{kind} {name}: {refused.message}")
        return left


class Room:
    """One test's place: a schema of its own in database A, made current in the main session."""

    def __init__(self, house: House) -> None:
        house.schemas += 1
        self.house = house
        self.database = f"{house.prefix}_A"
        self.other_database = f"{house.prefix}_B"
        self.name = f"S{house.schemas}"
        self.schema = f"{self.database}.{self.name}"
        self.main = house.main
        self.given, self.run, self.rows = self.main.given, self.main.run, self.main.rows
        self.row, self.value = self.main.row, self.main.value
        self.affected, self.refusal = self.main.affected, self.main.refusal
        self._opened: list[Session] = []
        self.given(f"CREATE SCHEMA {self.schema}", f"USE SCHEMA {self.schema}")

    def other_schema(self) -> str:
        """A schema of the same name in database B; the current schema stays."""
        name = f"{self.other_database}.{self.name}"
        self.given(f"CREATE SCHEMA {name}", f"USE SCHEMA {self.schema}")
        return name

    def another(self, **overrides: Any) -> Session:
        """A second session in the same schema; signed out at the end of the test."""
        session = self.house.sign_in(**overrides)
        self._opened.append(session)
        session.given("USE SECONDARY ROLES NONE", f"USE SCHEMA {self.schema}")
        return session

    def as_role(self, role: str) -> Session:
        """A second session in which only this role counts; it has no current schema."""
        session = self.house.sign_in()
        self._opened.append(session)
        session.given(f"USE ROLE {role}", "USE SECONDARY ROLES NONE")
        return session

    def new_database(self, suffix: str) -> str:
        """The unique name of a database that the test makes; dropped at the end."""
        return self.house.database(f"{self.name}_{suffix}")

    def new_role(self, suffix: str) -> str:
        """A new role of a unique name; dropped at the end."""
        return self.house.role(f"{self.name}_{suffix}")

    def leave(self) -> None:
        """End an open transaction and drop the schema."""
        for session in self._opened:
            session.close()
        self.run("ROLLBACK", f"DROP SCHEMA IF EXISTS {self.schema}")


def eventually(probe: Callable[[], T], until: Callable[[T], bool], seconds: float = 90) -> T:
    """Ask until the answer is the wanted one, for so many seconds at most; the last answer."""
    end = time.monotonic() + seconds
    pause = 0.05
    while not until(found := probe()) and time.monotonic() < end:
        time.sleep(pause)
        pause = min(pause * 2, 3)
    return found
