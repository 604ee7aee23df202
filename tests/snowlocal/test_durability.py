"""What a folder keeps through kill -9, what a damaged one says, and who may serve it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector
from tests.snowlocal.raw_requests import RawSession

from snowlocal.account import DamagedFolder
from snowlocal.server import AccountBusy, LocalAccount, reset, status

Serve = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start `python -m snowlocal` with arguments; what still runs at the end of the test is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "snowlocal", *map(str, arguments)]
        started.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def ready(process: subprocess.Popen[str], directory: Path) -> dict[str, Any]:
    """What server.json says once the process serves the folder."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        facts = status(directory)
        if facts is not None and facts["pid"] == process.pid:
            return facts
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.02)
    raise AssertionError("it was not ready within 30 seconds")


def sign_in(facts: dict[str, Any]) -> snowflake.connector.SnowflakeConnection:
    """A connection by what server.json says."""
    wanted = ("account", "host", "port", "protocol", "user", "password", "role", "warehouse")
    return snowflake.connector.connect(**{key: facts[key] for key in wanted})


def run(connection: snowflake.connector.SnowflakeConnection, *statements: str) -> list[Any]:
    """Run statements; the rows of the last."""
    cursor = connection.cursor()
    for statement in statements:
        cursor.execute(statement)
    return list(cursor.fetchall())


def refused(serve: Serve, *arguments: object) -> str:
    """What `python -m snowlocal` writes when it cannot serve; its exit code must be 1."""
    process = serve(*arguments)
    text = process.communicate(timeout=60)[1]
    assert process.returncode == 1, text
    assert "Traceback" not in text
    assert len(text.strip().splitlines()) == 1
    return text


def test_server_json(serve: Serve, tmp_path: Path) -> None:
    process = serve(tmp_path / "account")
    facts = ready(process, tmp_path / "account")
    path = tmp_path / "account" / "server.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert facts["host"] == "127.0.0.1"
    assert Path(facts["buckets"]).is_dir()
    with sign_in(facts) as connection:
        assert run(connection, "SELECT 1") == [(1,)]
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert not path.exists()
    assert status(tmp_path / "account") is None


_EVERYTHING = (
    "CREATE DATABASE d COMMENT = 'kept'",
    "CREATE SCHEMA d.s",
    "CREATE TABLE d.s.t (id INT AUTOINCREMENT PRIMARY KEY, name VARCHAR(10) NOT NULL DEFAULT 'x', q NUMBER(10,2))",
    "INSERT INTO d.s.t (q) VALUES (1.5), (2.5)",
    "CREATE VIEW d.s.v AS SELECT id, q FROM d.s.t",
    "CREATE SEQUENCE d.s.sq START 5",
    "SELECT d.s.sq.NEXTVAL",
    "CREATE STREAM d.s.st ON TABLE d.s.t",
    "INSERT INTO d.s.t (q) VALUES (3.5)",
    "CREATE TASK d.s.ta WAREHOUSE = COMPUTE_WH SCHEDULE = '60 MINUTE' AS INSERT INTO d.s.t (q) VALUES (9)",
    "ALTER TASK d.s.ta RESUME",
    "CREATE PROCEDURE d.s.p() RETURNS INT LANGUAGE SQL AS $$ BEGIN RETURN 7; END; $$",
    "CREATE STAGE d.s.files",
    "CREATE ROLE reader",
    "GRANT SELECT ON TABLE d.s.t TO ROLE reader",
    "CREATE TABLE d.s.gone AS SELECT 1 AS a",
    "DROP TABLE d.s.gone",
    "CREATE DATABASE copy CLONE d",
    "INSERT INTO copy.s.t (q) VALUES (100)",
)
_STANDING = {
    "SELECT id, name, q::VARCHAR FROM d.s.t ORDER BY id": [(1, "x", "1.50"), (2, "x", "2.50"), (3, "x", "3.50")],
    "SELECT COUNT(*) FROM d.s.v": [(3,)],
    "SELECT d.s.sq.NEXTVAL": [(6,)],
    "SELECT q::VARCHAR FROM d.s.st": [("3.50",)],
    "CALL d.s.p()": [(7,)],
    "SELECT COUNT(*) FROM copy.s.t": [(4,)],
}  # fmt: skip


def test_everything_is_there_after_kill(serve: Serve, tmp_path: Path) -> None:
    process = serve(tmp_path / "account")
    connection = sign_in(ready(process, tmp_path / "account"))
    for statement in _EVERYTHING:
        run(connection, statement)
    file = tmp_path / "one.csv"
    file.write_text("1\n")
    run(connection, f"PUT 'file://{file}' @d.s.files AUTO_COMPRESS = FALSE")
    connection.cursor().execute("SELECT 41", _statement_params={"QUERY_TAG": "before"})
    run(connection, "BEGIN", "INSERT INTO d.s.t (q) VALUES (77)")  # never committed
    process.kill()
    process.wait()
    assert (tmp_path / "account" / "server.json").exists()
    assert status(tmp_path / "account") is None
    with sign_in(ready(serve(tmp_path / "account"), tmp_path / "account")) as again:
        for statement, rows in _STANDING.items():
            assert run(again, statement) == rows, statement
        assert len(run(again, "LIST @d.s.files")) == 1
        tasks = again.cursor(snowflake.connector.DictCursor)
        tasks.execute("SHOW TASKS IN DATABASE d")
        assert [row["state"] for row in tasks.fetchall()] == ["started"]
        assert any("READER" in row for row in run(again, "SHOW GRANTS ON TABLE d.s.t"))
        run(again, "UNDROP TABLE d.s.gone", "INSERT INTO d.s.t (q) VALUES (4)")
        numbers = [number for (number,) in run(again, "SELECT id FROM d.s.t")]
        assert len(set(numbers)) == 4, "AUTOINCREMENT gave a number twice"
        run(again, "CREATE TABLE d.s.later (a INT)", "INSERT INTO d.s.later VALUES (8)")
        assert run(again, "SELECT COUNT(*) FROM d.s.t") == [(4,)]


def test_acknowledged_writes_survive_kill_under_load(serve: Serve, tmp_path: Path) -> None:
    process = serve(tmp_path)
    facts = ready(process, tmp_path)
    with sign_in(facts) as setup:
        run(setup, "CREATE DATABASE d", "CREATE TABLE d.PUBLIC.t (client INT, n INT)")
    acknowledged = [0, 0]
    enough = threading.Event()

    def work(client: int) -> None:
        session = RawSession(facts)
        with suppress(OSError, HTTPException):
            while True:
                number = acknowledged[client] + 1
                sql = f"INSERT INTO d.PUBLIC.t VALUES ({client}, {number})"
                assert session.query(sql, str(uuid.uuid4()))["success"]
                acknowledged[client] = number
                if min(acknowledged) >= 10:
                    enough.set()

    threads = [threading.Thread(target=work, args=(client,)) for client in range(2)]
    for thread in threads:
        thread.start()
    assert enough.wait(60)
    os.kill(process.pid, signal.SIGKILL)
    for thread in threads:
        thread.join(60)
    with sign_in(ready(serve(tmp_path), tmp_path)) as again:
        for client, count in enumerate(acknowledged):
            sql = f"SELECT COUNT(*), MAX(n) FROM d.PUBLIC.t WHERE client = {client}"
            assert run(again, sql)[0] in [(count, count), (count + 1, count + 1)]


@pytest.fixture
def stopped(tmp_path: Path) -> Path:
    """The folder of an account that was used and stopped."""
    directory = tmp_path / "account"
    with (
        LocalAccount(directory) as account,
        snowflake.connector.connect(**account.connection) as one,
    ):
        run(one, "CREATE DATABASE d", "CREATE TABLE d.PUBLIC.t AS SELECT 1 AS a")
    return directory


def _truncate(directory: Path) -> None:
    path = directory / "account.duckdb"
    path.write_bytes(path.read_bytes()[:5000])


def _scramble(directory: Path) -> None:
    (directory / "account.duckdb").write_bytes(b"not a database" * 1000)


def _no_identity(directory: Path) -> None:
    (directory / "account.json").unlink()


def _broken_identity(directory: Path) -> None:
    (directory / "account.json").write_text("{")


def _half_identity(directory: Path) -> None:
    (directory / "account.json").write_text('{"format": 1}')


def _broken_history(directory: Path) -> None:
    (directory / "history.sqlite").write_bytes(b"not a database" * 1000)


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (_truncate, "account.duckdb"),
        (_scramble, "account.duckdb"),
        (_no_identity, "account.json"),
        (_broken_identity, "account.json"),
        (_half_identity, "account.json"),
        (_broken_history, "history"),
    ],
)
def test_damaged_folder(
    serve: Serve, stopped: Path, damage: Callable[[Path], None], named: str
) -> None:
    whole = stopped.with_name("whole")
    shutil.copytree(stopped, whole)
    damage(stopped)
    with pytest.raises(DamagedFolder) as caught:
        LocalAccount(stopped).start()
    text = str(caught.value)
    assert str(stopped) in text
    assert named in text
    assert "damaged" in text
    assert "reset" in text
    for file in (path for path in whole.iterdir() if path.is_file()):
        shutil.copy(file, stopped / file.name)
    with LocalAccount(stopped) as account, snowflake.connector.connect(**account.connection) as one:
        assert run(one, "SELECT a FROM d.PUBLIC.t") == [(1,)]


def test_damaged_folder_on_the_command_line(serve: Serve, stopped: Path) -> None:
    _scramble(stopped)
    assert "account.duckdb is damaged" in refused(serve, stopped)


def test_newer_format(stopped: Path) -> None:
    path = stopped / "account.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 99}))
    with pytest.raises(DamagedFolder, match="format 99"):
        LocalAccount(stopped).start()


def test_folder_that_is_a_file(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("x")
    assert str(path) in refused(serve, path)


def test_second_server_on_the_folder(serve: Serve, tmp_path: Path) -> None:
    process = serve(tmp_path)
    facts = ready(process, tmp_path)
    text = refused(serve, tmp_path)
    assert "already running" in text
    assert str(facts["pid"]) in text
    with pytest.raises(AccountBusy):
        reset(tmp_path)
    with sign_in(facts) as connection:
        assert run(connection, "SELECT 1") == [(1,)]


def test_port_in_use(serve: Serve, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert str(port) in refused(serve, tmp_path, "--port", port)
    ready(serve(tmp_path, "--port", port), tmp_path)


def test_reset(stopped: Path) -> None:
    reset(stopped)
    assert not stopped.exists()
    reset(stopped)
