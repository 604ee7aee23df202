"""Starts and stops the local account as a process of its own, and tells how it is.

The account itself is a separate program; this knows its command line and its server.json.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from snowlane.errors import ConfigurationError, SnowlaneError

_START_SECONDS = 60
_STOP_SECONDS = 30
_POLL_SECONDS = 0.05
_LOG = "server.log"
_MARKERS = ("server.json", _LOG, "catalog.db", "databases", "buckets")


def status(directory: Path) -> dict[str, Any] | None:
    """What the running account says of itself, None when none runs in the folder."""
    try:
        server: dict[str, Any] = json.loads((directory / "server.json").read_text(encoding="utf-8"))
        process = int(server["pid"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    return server if _is_alive(process) else None


def start(directory: Path, port: int) -> dict[str, Any]:
    """Start an account in the folder and wait until it answers; 0 takes a free port.

    Raises SnowlaneError when one runs already, or the new one ends before it serves, with what it
    said.
    """
    if running := status(directory):
        raise SnowlaneError(
            "a local account is already running",
            why=f"process {running['pid']} serves {directory} on port {running['port']}",
            next="use it, or end it with `snowlane local stop`",
        )
    directory.mkdir(parents=True, exist_ok=True)
    log = directory / _LOG
    command = [sys.executable, "-m", "snowlocal", str(directory), "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        running = status(directory)
        if running and running["pid"] == process.pid:
            return running
        if process.poll() is not None:
            raise _did_not_start(log, process.returncode)
        time.sleep(_POLL_SECONDS)
    process.terminate()
    raise SnowlaneError(
        f"the local account did not answer within {_START_SECONDS} s",
        why=_last_lines(log),
        next=f"see {log}",
    )


def stop(directory: Path) -> dict[str, Any]:
    """End the account of the folder and wait until it has.

    Raises SnowlaneError when none runs, or it does not end.
    """
    running = status(directory)
    if running is None:
        raise SnowlaneError(
            "no local account is running",
            why=f"nothing serves {directory}",
            next="start one: snowlane local start",
        )
    os.kill(int(running["pid"]), signal.SIGTERM)
    end = time.monotonic() + _STOP_SECONDS
    while _is_alive(int(running["pid"])):
        if time.monotonic() > end:
            raise SnowlaneError(
                f"process {running['pid']} did not end within {_STOP_SECONDS} s",
                next=f"see {directory / _LOG}; `kill -9 {running['pid']}` ends it for sure",
            )
        time.sleep(_POLL_SECONDS)
    return running


def reset(directory: Path) -> bool:
    """Remove the account's whole state; False when there was none.

    Raises SnowlaneError while it runs, and ConfigurationError when the folder is something else.
    """
    if running := status(directory):
        raise SnowlaneError(
            "the local account is running",
            why=f"process {running['pid']} serves {directory}",
            next="end it first: snowlane local stop",
        )
    if not directory.exists():
        return False
    entries = [entry.name for entry in directory.iterdir()]
    if entries and not any(name in _MARKERS for name in entries):
        raise ConfigurationError(
            f"{directory} does not look like a local account",
            why=f"it holds {', '.join(sorted(entries)[:5])}",
            next="check SNOWLANE_LOCAL_DIR; remove the folder by hand if it may go",
        )
    shutil.rmtree(directory)
    return True


def _is_alive(process: int) -> bool:
    # A child of ours that has ended stays a zombie until it is waited for.
    try:
        finished, _ = os.waitpid(process, os.WNOHANG)
        return finished == 0
    except ChildProcessError:
        pass
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _did_not_start(log: Path, code: int) -> SnowlaneError:
    said = _last_lines(log)
    if "No module named snowlocal" in said or "No module named 'fakesnow'" in said:
        remedy = "install the extra: pip install 'snowlane[local]'"
    else:
        remedy = "mend that and start it again; another port: snowlane local start --port N"
    return SnowlaneError(f"the local account did not start (exit {code})", why=said, next=remedy)


def _last_lines(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return "\n".join(lines[-3:])
