"""The conformance tests themselves: run on a named connection, they report what they found and leave nothing behind.

The connection is that of a local account, which then passes for a stranger: what it lacks must show in the report.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector

from snowlocal.server import LocalAccount

HERE = Path(__file__).parent
_TRIED = (
    "test_locks.py::test_lock_timeout",
    "test_columns_added_and_dropped.py::test_check",
    "test_clone_past.py::test_statement_ids",
    "test_clone_references.py::test_external_stage",
    "test_clone_rights.py::test_children_keep_owner",
)


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest) -> None:
    """Only without --account-connection: a real account is not asked to play a stranger."""
    if request.config.getoption("--account-connection"):
        pytest.skip("it tries the tests, not the account")


def run(home: Path, name: str, *tests: str) -> subprocess.CompletedProcess[str]:
    """Run conformance tests on a named connection."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--account-connection",
        name,
    ]
    paths = [str(HERE / test) for test in tests]
    report = ["--conformance-report", str(home / "report.md")]
    environment = {**os.environ, "SNOWFLAKE_HOME": str(home)}
    return subprocess.run(
        [*command, *report, *paths],
        env=environment,
        cwd=HERE.parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def named(home: Path, name: str, connection: dict[str, Any]) -> None:
    """Write a section of connections.toml."""
    path = home / "connections.toml"
    path.touch(mode=0o600)
    lines = [f"{key} = {value!r}" for key, value in connection.items()]
    path.write_text("\n".join([f"[{name}]", *lines, ""]))


def test_named_connection(tmp_path: Path, elsewhere: None) -> None:
    with LocalAccount(tmp_path / "account") as account:
        named(tmp_path, "stranger", account.connection)
        done = run(tmp_path, "stranger", *_TRIED)
        with snowflake.connector.connect(**account.connection) as connection:
            databases = connection.cursor().execute("SHOW DATABASES").fetchall()
            roles = connection.cursor().execute("SHOW ROLES LIKE 'SNOWLANE_CONF_%'").fetchall()
    assert done.returncode == 1, done.stdout
    assert (databases, roles) == ([], [])
    assert "5 facts: 2 hold, 1 do not hold, 2 could not be tried." in done.stdout
    rows = [line.split(" | ") for line in (tmp_path / "report.md").read_text().splitlines()]
    verdicts = {row[2]: (row[0].removeprefix("| "), row[4]) for row in rows if len(row) == 5}
    verdict, seen = verdicts["CHECK is enforced"]
    assert verdict == "could not be tried"
    assert "Unsupported feature" in seen
    past = "AT (STATEMENT => …) takes the id of a DML statement, not of a DDL statement"
    assert verdicts[past][0] == "does not hold"
    assert verdicts["A cloned external stage has the source's URL"][0] == "could not be tried"
    assert rows[6][2] == "Objects in a cloned container keep the owner of the source", (
        "mem and inf first"
    )


def test_connection_that_cannot_sign_in(tmp_path: Path, elsewhere: None) -> None:
    with LocalAccount(tmp_path / "account") as account:
        named(tmp_path, "stranger", {**account.connection, "password": "guess"})
        done = run(tmp_path, "stranger", _TRIED[0])
    assert done.returncode == 2
    assert "could not be signed in to" in done.stdout + done.stderr
    assert "Incorrect username or password" in done.stdout + done.stderr
