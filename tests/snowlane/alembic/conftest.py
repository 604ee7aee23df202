"""Revisions rendered as plans render them, and run statement by statement on a local account."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector import SnowflakeConnection

from snowlane.alembic.history import load_history
from snowlane.alembic.render import render
from snowlane.sql.mapping import NameMap, map_names
from snowlane.sql.names import literal
from snowlocal.server import LocalAccount

Render = Callable[..., tuple[str, ...]]


@pytest.fixture
def rendered(shop) -> Render:
    """The statements of an upgrade, or of a downgrade."""

    def statements(code: str, *, down: str | None = None) -> tuple[str, ...]:
        shop.revision("r1", code if down is None else "pass", down or "pass")
        history = load_history(shop.root, shop.root / "alembic.ini")
        way = (None, "r1") if down is None else ("r1", None)
        (revision,) = render(history, *way)
        return revision.statements

    return statements


@dataclass
class Database:
    """A database of its own that stands for the logical RAW, with the schema B in it."""

    connection: SnowflakeConnection
    name: str
    render: Render
    sent: list[str] = field(default_factory=list)

    def sql(self, text: str) -> list[Any]:
        """The rows of one statement that names the database logically."""
        mapped = map_names(text, NameMap({"RAW": self.name}))
        assert not mapped.questions
        cursor = self.connection.cursor()
        return list(cursor.execute(mapped.text).fetchall())

    def send(self, statement: str) -> None:
        """Run a statement as a deployment does: as a literal that a block of its own runs."""
        mapped = map_names(statement, NameMap({"RAW": self.name}))
        assert not mapped.questions
        request = f"BEGIN\n  EXECUTE IMMEDIATE {literal(mapped.text)};\n  RETURN 1;\nEND;"
        self.connection.cursor().execute(request).fetchall()
        self.sent.append(statement)

    def upgrade(self, code: str) -> None:
        """Run what an operation renders to."""
        self.sent = []
        for statement in self.render(code):
            self.send(statement)

    def columns(self, table: str = "T") -> dict[str, str]:
        """The columns of a table and their types, in order; NOT NULL is part of the type."""
        rows = self.sql(f"DESCRIBE TABLE RAW.B.{table}")
        return {row[0]: row[1] + ("" if row[3] == "Y" else " NOT NULL") for row in rows}

    def tables(self) -> set[str]:
        return {row[1] for row in self.sql("SHOW TABLES IN SCHEMA RAW.B")}


_numbers = count(1)


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SnowflakeConnection]:
    directory: Path = tmp_path_factory.mktemp("account")
    with (
        LocalAccount(directory) as account,
        snowflake.connector.connect(**account.connection) as connection,
    ):
        yield connection


@pytest.fixture
def raw(connection: SnowflakeConnection, rendered: Render) -> Database:
    database = Database(connection, f"RAW_{next(_numbers)}", rendered)
    connection.cursor().execute(f"CREATE DATABASE {database.name}").fetchall()
    database.sql("CREATE SCHEMA RAW.B")
    return database
