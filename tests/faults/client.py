"""The command line in a process of its own that a test can kill, forked from one that has all imports.

What is forked is a real process with its own connections; only the two seconds of importing are saved.
"""

import contextlib
import json
import multiprocessing
import os
import time
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import snowflake.connector  # noqa: F401 (imported once, for all that are forked)
import sqlalchemy  # noqa: F401

from snowlane import cli, deploying, planning  # noqa: F401

_TESTS = str(Path(__file__).parents[1])


def _main(arguments: list[str], local: str, out: str) -> None:
    os.environ["SNOWLANE_LOCAL_DIR"] = local
    # SIGINT must reach it as it reaches a program that was started on its own.
    with (
        open(out, "w", buffering=1) as stdout,  # noqa: PTH123
        open(f"{out}.err", "w", buffering=1) as stderr,  # noqa: PTH123
        contextlib.redirect_stdout(stdout),
        contextlib.redirect_stderr(stderr),
    ):
        cli.main(arguments)


@dataclass
class Client:
    """One run of `snowlane`; `directory` is where its output and its server.json lie."""

    directory: Path
    arguments: tuple[str, ...]
    facts: dict[str, Any]
    process: ForkServerProcess = field(init=False)

    def start(self) -> "Client":
        self.directory.mkdir(parents=True, exist_ok=True)
        (self.directory / "server.json").write_text(json.dumps(self.facts))
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])
        # The server that forks is a fresh interpreter, which must find this module.
        before = os.environ.get("PYTHONPATH")
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [_TESTS, before]))
        try:
            self.process = context.Process(
                target=_main,
                args=(list(self.arguments), str(self.directory), str(self.directory / "out")),
            )
            self.process.start()
        finally:
            os.environ.pop("PYTHONPATH")
            if before is not None:
                os.environ["PYTHONPATH"] = before
        return self

    def kill(self) -> None:
        """kill -9, and wait until it is gone."""
        self.process.kill()
        with contextlib.suppress(ProcessLookupError):
            while True:
                os.kill(self.process.pid or 0, 0)
                time.sleep(0.005)

    def signal(self, number: int) -> None:
        assert self.process.pid is not None
        os.kill(self.process.pid, number)

    def wait(self, seconds: float = 120) -> int:
        """The exit code; -9 for one that was killed."""
        self.process.join(seconds)
        assert self.process.exitcode is not None, f"still running: {self.err}"
        return self.process.exitcode

    @property
    def out(self) -> str:
        return (self.directory / "out").read_text()

    @property
    def err(self) -> str:
        path = self.directory / "out.err"
        return path.read_text() if path.exists() else ""
