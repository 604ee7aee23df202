"""Runs git: never a prompt, never without an end, and no secret of an address in what comes back.

The one place that starts git for facts, merges, tags and pushes.
"""

import os
import re
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from snowlane.errors import ConfigurationError, SnowlaneError

LOCAL_SECONDS = 60
REMOTE_SECONDS = 60
TIMED_OUT = -1
_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]+@")
# A git hook exports these about its own repository, and they would win over the directory.
_OF_A_HOOK = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
_SSH = "ssh -o BatchMode=yes -o ConnectTimeout=15"


@dataclass(frozen=True)
class Answer:
    """What git said; `code` is its exit code, TIMED_OUT when it was ended for taking too long."""

    code: int
    raw: bytes
    err: str

    @property
    def is_ok(self) -> bool:
        """Whether git did what was asked."""
        return self.code == 0

    @property
    def out(self) -> str:
        """Standard output as text, without the line's end."""
        return self.raw.decode("utf-8", "replace").rstrip("\n")

    @property
    def items(self) -> tuple[str, ...]:
        """Standard output of a command that separates by NUL (`-z`)."""
        return tuple(each for each in self.out.split("\0") if each)


@dataclass(frozen=True)
class Git:
    """Git, run in a directory; paths that it takes and gives are relative to that directory."""

    directory: Path

    def ask(
        self,
        *arguments: str,
        given: bytes = b"",
        variables: Mapping[str, str] | None = None,
        seconds: float = LOCAL_SECONDS,
    ) -> Answer:
        """Run one command, whatever its exit code; `given` is its standard input.

        Raises ConfigurationError when git is not installed.
        """
        command = ["git", "--no-pager", *arguments]
        environment = {**_environment(), **(variables or {})}
        try:
            process = subprocess.Popen(
                command,
                cwd=self.directory,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                # What git starts (ssh, a helper) has no terminal to ask on, and ends with it.
                start_new_session=True,
            )
        except FileNotFoundError:
            raise ConfigurationError(
                "git is not there", why="there is no program git on the PATH", next="install git"
            ) from None
        try:
            out, err = process.communicate(given, timeout=seconds)
            code = process.returncode
        except subprocess.TimeoutExpired:
            _end(process)
            out, err = b"", f"git {arguments[0]} gave no answer in {seconds:g} s".encode()
            code = TIMED_OUT
        except BaseException:
            _end(process)
            raise
        return Answer(code, out, without_credentials(err.decode("utf-8", "replace").strip()))

    def run(
        self, *arguments: str, given: bytes = b"", variables: Mapping[str, str] | None = None
    ) -> Answer:
        """Run one command that must succeed. Raises SnowlaneError with git's own words."""
        answer = self.ask(*arguments, given=given, variables=variables)
        if not answer.is_ok:
            raise failed(arguments[0], answer)
        return answer

    def reach(self, *arguments: str) -> Answer:
        """Run one command that talks to a remote, whatever its exit code; it ends in bounded time."""
        variables = {}
        configured = os.environ.get("GIT_SSH_COMMAND") or self.ask("config", "core.sshCommand").out
        if not configured:
            variables["GIT_SSH_COMMAND"] = _SSH
        return self.ask(*arguments, variables=variables, seconds=REMOTE_SECONDS)


def failed(command: str, answer: Answer) -> SnowlaneError:
    """The error for a command that failed and should not have."""
    return SnowlaneError(
        f"git {command} failed",
        why=answer.err or f"exit code {answer.code}",
        next="correct what git says, and run it again",
    )


def without_credentials(text: str) -> str:
    """Addresses without who signs in by them."""
    return _CREDENTIALS.sub("", text)


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK}
    # Messages are read in English; reading facts takes no lock that another git may want.
    return {**kept, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


def _end(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
