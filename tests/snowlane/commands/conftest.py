"""A local account for each module, and the command line run against it."""

import contextlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector

from snowlane import cli
from snowlocal.server import LocalAccount


@dataclass
class Outcome:
    """What one command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


@dataclass
class Account:
    """A running local account and the project that is deployed to it."""

    connection: dict[str, Any]
    project: Path

    def snowlane(self, *arguments: str) -> Outcome:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                cli.main(["--project-dir", str(self.project), "--local", *arguments])
            except SystemExit as ended:
                return Outcome(int(ended.code or 0), out.getvalue(), err.getvalue())

    def query(self, text: str, **options: str) -> list[tuple]:
        with snowflake.connector.connect(**{**self.connection, **options}) as connection:
            return connection.cursor().execute(text).fetchall()

    def rows(self, text: str) -> list[dict[str, Any]]:
        """The rows of a query or SHOW by column name."""
        with snowflake.connector.connect(**self.connection) as connection:
            cursor = connection.cursor(snowflake.connector.DictCursor)
            return list(cursor.execute(text).fetchall())


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[tuple[Path, dict[str, Any]]]:
    directory = tmp_path_factory.mktemp("account")
    with LocalAccount(directory) as account:
        yield directory, account.connection


@pytest.fixture(scope="session")
def account_at() -> type[Account]:
    """For fixtures that live longer than one test."""
    return Account


@pytest.fixture
def account(served, shop, monkeypatch, request) -> Account:
    """The module's account with an empty project whose databases are the test's own."""
    directory, connection = served
    monkeypatch.setenv("SNOWLANE_LOCAL_DIR", str(directory))
    own = "".join(letter if letter.isalnum() else "_" for letter in request.node.name)[:60].upper()
    for path in (shop.root / "envs").glob("*.toml"):
        text = path.read_text()
        for name in ("RAW", "DW"):
            text = text.replace(f"{path.stem.upper()}_{name}", f"{path.stem.upper()}_{name}_{own}")
        path.write_text(text + f'[state]\ndatabase = "UTILITY_{own}"\n')
    return Account(connection, shop.root)
