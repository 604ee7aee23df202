"""`snowlane local`: an account as a process of its own."""

import json
import os
import socket
import subprocess
import sys

import pytest
import snowflake.connector

from snowlane.errors import ExitCode


@pytest.fixture
def local(tmp_path):
    """Run `snowlane local …` in a folder of its own; what was started is stopped at the end."""
    environment = {**os.environ, "SNOWLANE_LOCAL_DIR": str(tmp_path / "account")}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "snowlane", "local", *arguments]
        return subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True
        )

    run.directory = tmp_path / "account"
    yield run
    run("stop")


def test_start_use_stop_and_find_it_again(local) -> None:
    assert local("status", "--format", "json").stdout.count('"running": false') == 1
    started = local("start")
    assert started.returncode == ExitCode.DONE, started.stderr
    again = local("start")
    assert again.returncode == ExitCode.FAILED
    assert "already running" in again.stderr

    assert (local.directory / ".gitignore").read_text() == "*\n"
    shown = json.loads(local("status", "--format", "json").stdout)
    assert shown["password"] not in local("status").stdout + started.stdout
    keys = ("account", "host", "port", "protocol", "user", "password")
    with snowflake.connector.connect(**{key: shown[key] for key in keys}) as connection:
        connection.cursor().execute("CREATE DATABASE KEPT")

    assert local("reset", "--yes").returncode == ExitCode.FAILED
    assert local("stop").returncode == ExitCode.DONE
    gone = local("stop")
    assert gone.returncode == ExitCode.FAILED
    assert "snowlane local start" in gone.stderr

    assert local("start").returncode == ExitCode.DONE
    shown = json.loads(local("status", "--format", "json").stdout)
    with snowflake.connector.connect(**{key: shown[key] for key in keys}) as connection:
        names = [row[1] for row in connection.cursor().execute("SHOW DATABASES")]
    assert "KEPT" in names

    assert local("stop").returncode == ExitCode.DONE
    assert local("reset", "--yes").returncode == ExitCode.DONE
    assert not local.directory.exists()


def test_a_port_in_use_is_named(local) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = local("start", "--port", str(port))
    assert done.returncode == ExitCode.FAILED
    assert str(port) in done.stderr
    assert "Traceback" not in done.stderr


def test_reset_spares_a_folder_that_is_something_else(local) -> None:
    local.directory.mkdir()
    (local.directory / "thesis.txt").write_text("years of work")
    done = local("reset", "--yes")
    assert done.returncode == ExitCode.USAGE
    assert (local.directory / "thesis.txt").exists()
