"""Commands as whole processes: their CPU and memory, and the account that they talk to."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SNOWLANE = (sys.executable, "-m", "snowlane")
ALEMBIC = (sys.executable, "-m", "alembic")
# `make bench` installs it apart: its packages and snowlane's do not agree.
SCHEMACHANGE = Path(__file__).parents[1] / ".venv-bench" / "bin" / "schemachange"
_KILOBYTE = 1024


@dataclass(frozen=True)
class Ran:
    """One process that ended: seconds of CPU (user and system), seconds by the clock, peak memory."""

    cpu: float
    wall: float
    megabytes: float
    out: str


def run(
    command: Sequence[str | Path], cwd: Path, variables: Mapping[str, str] | None = None
) -> Ran:
    """Run a command to its end. Raises SystemExit with what it printed when it fails.

    What it imports is compiled once, as pip leaves an installed package.
    """
    environment = {**os.environ, **(variables or {})}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    out, err = cwd / ".bench.out", cwd / ".bench.err"
    began = time.perf_counter()
    with out.open("wb") as to, out.open("rb"), err.open("wb") as errors:
        process = subprocess.Popen(command, cwd=cwd, env=environment, stdout=to, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - began
    if process.returncode:
        raise SystemExit(
            f"{' '.join(map(str, command))} failed ({process.returncode}):\n"
            f"{out.read_text()}\n{err.read_text()}"
        )
    return Ran(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / _KILOBYTE, out.read_text())


def in_turn(commands: Sequence[Sequence[str]], cwd: Path, times: int) -> list[list[Ran]]:
    """Run the commands one after the other, so many rounds after one that is not counted."""
    rounds = [[run(command, cwd) for command in commands] for _ in range(times + 1)]
    return [list(each) for each in zip(*rounds[1:], strict=True)]


def median_ratio(first: Sequence[Ran], second: Sequence[Ran]) -> float:
    """The median of the ratios of CPU, round by round."""
    return statistics.median(a.cpu / b.cpu for a, b in zip(first, second, strict=True))


@dataclass(frozen=True)
class Account:
    """A local account that runs: its folder, and what a client needs."""

    folder: Path
    facts: Mapping[str, object]

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(str(self.facts["port"]))

    def through(self, port: int, folder: Path) -> dict[str, str]:
        """The variables by which snowlane comes to it over another port."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "server.json").write_text(json.dumps({**self.facts, "port": port}))
        return {"SNOWLANE_LOCAL_DIR": str(folder)}


@contextmanager
def local_account(folder: Path) -> Iterator[Account]:
    """A local account in a process of its own."""
    from snowlane.local_process import start, stop

    folder.mkdir(parents=True, exist_ok=True)
    start(folder, 0)
    try:
        yield Account(folder, json.loads((folder / "server.json").read_text()))
    finally:
        stop(folder)
