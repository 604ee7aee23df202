"""One run of a clone: its sessions, its row in the registry, and what it has found so far."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from snowlane.cloning.sessions import CloneSessions
from snowlane.config.environment import Environment
from snowlane.deploying import Target
from snowlane.environments import registry
from snowlane.environments.contents import Contents
from snowlane.environments.databases import account_names
from snowlane.environments.mending.model import Copy, Unresolved
from snowlane.environments.registry import Registered
from snowlane.environments.steps import Step
from snowlane.errors import SnowlaneError
from snowlane.snowflake.contents import read_contents
from snowlane.snowflake.lock import Lock
from snowlane.snowflake.requests import Requests, lost
from snowlane.snowflake.session import Session

Progress = Callable[[str], None]


class NotMadeError(SnowlaneError):
    """The copy is there, and something in it is not as it must be."""


@dataclass
class Findings:
    """What a run found and did, for the result; `seen_by` is the role that looked."""

    instant: datetime | None = None
    mended: int = 0
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    seen_by: str = ""


@dataclass
class CloneRun:
    """One run; `session` has the environment's role, and `lock` is the environment's own.

    `copied` is what the databases held as this run copied them, None where an earlier one did.
    """

    target: Target
    source: Environment
    row: Registered
    lock: Lock
    session: Session
    sessions: CloneSessions
    requests: Requests
    progress: Progress
    accept_incomplete: bool = False
    findings: Findings = field(default_factory=Findings)
    step: Step = Step.REGISTERED
    copied: Contents | None = None
    _ids: list[str] = field(default_factory=list)

    @property
    def environment(self) -> Environment:
        """The environment that is being made."""
        return self.target.environment

    @property
    def databases(self) -> dict[str, str]:
        """The source's databases, and what each is in the copy."""
        there = self.environment.databases
        return {self.source.databases[logical]: there[logical] for logical in there}

    @property
    def sources(self) -> dict[str, str]:
        """The databases of the copy, and what each is in what it was copied from."""
        return {copy: source for source, copy in self.databases.items()}

    @property
    def copies(self) -> list[str]:
        """The databases of the copy."""
        return list(self.databases.values())

    @property
    def names(self) -> dict[str, str]:
        """What the source's warehouses, roles and integrations are in the copy."""
        return account_names(self.source.names, self.environment.names)

    @property
    def copy(self) -> Copy:
        """How references go from the source to the copy; what stages are is for the step to add."""
        there = self.environment.databases
        urls = {}
        for path, url in self.environment.stages.items():
            logical, *rest = path.split(".")
            urls[there[logical], *rest] = url
        return Copy(self.databases, self.names, urls)

    def begin(self, step: Step) -> None:
        """Write down what is done next. Raises LockedError when the lock was lost."""
        self.step = step
        self.progress(_told(step))
        self.change(state=registry.State.CLONING, step=step.value)

    def pass_over(self, step: Step) -> None:
        """Say of a step that there is nothing to do in it."""
        self.progress(f"{_told(step)}: none")

    def change(self, **values: Any) -> None:
        """Set columns of the registry's row. Raises LockedError when the lock was lost."""
        rows = self.lock.execute(registry.change(self.environment, self.lock.token, **values))
        if not rows or int(str(rows[0][0])) != 1:
            raise lost(self.environment.name)

    def leave_out(self, *lines: str) -> None:
        """Say and write down what the copy lacks, or has otherwise."""
        if not lines:
            return
        for line in lines:
            self.progress(f"Warning: left out: {line}")
        self.findings.left_out = (*self.findings.left_out, *lines)
        self.change(left_out=self.findings.left_out)

    def read(self, sessions: Sequence[Session]) -> Contents:
        """What the copy holds. The sessions are those of the role that copies.

        Only that sees which policy of the source's is attached.
        """
        return read_contents(sessions, self.copies)

    def own(self, contents: Contents) -> Contents:
        """Without what another role owns: nobody in the environment can change or use it."""
        role = self.environment.role
        items = {key: item for key, item in contents.items.items() if item.owner in ("", role)}
        return replace(contents, items=items)

    def workers(self) -> list[Session]:
        """Sessions of the environment's role, as many as its file says."""
        count = self.environment.clone.sessions if self.environment.clone else 1
        return self._noted(self.sessions.workers(count))

    def cloners(self, count: int = 1) -> list[Session]:
        """Sessions of the role that copies and hands over; it sees both the source and the copy."""
        return self._noted(self.sessions.cloners(count))

    def _noted(self, sessions: list[Session]) -> list[Session]:
        """Have whoever takes over know which sessions to end."""
        if self._ids != self.sessions.ids:
            self._ids = self.sessions.ids
            self.change(sessions=self._ids)
        return sessions


def _told(step: Step) -> str:
    return f"[{step.number}/{Step.CHECK.number}] {step.value}"
