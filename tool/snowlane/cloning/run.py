"""One run of a clone: its sessions, its row in the registry, and what it has found so far."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from snowlane.config.environment import Environment
from snowlane.deploying import Target
from snowlane.environments import registry
from snowlane.environments.contents import Contents
from snowlane.environments.databases import account_names
from snowlane.environments.mending.model import Copy, Unresolved
from snowlane.environments.registry import Registered
from snowlane.environments.steps import Step
from snowlane.errors import RefusedError, SnowlaneError
from snowlane.snowflake.contents import read_contents
from snowlane.snowflake.lock import Lock
from snowlane.snowflake.requests import Requests, lost
from snowlane.snowflake.session import Session
from snowlane.sql.names import literal

Progress = Callable[[str], None]


class NotMadeError(SnowlaneError):
    """The copy is there, and something in it is not as it must be."""


@dataclass
class Findings:
    """What a run found and did, for the result."""

    instant: datetime | None = None
    mended: int = 0
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()


@dataclass
class CloneRun:
    """One run; `session` has the environment's role, and `lock` is the environment's own."""

    target: Target
    source: Environment
    row: Registered
    lock: Lock
    session: Session
    requests: Requests
    progress: Progress
    accept_incomplete: bool = False
    findings: Findings = field(default_factory=Findings)
    sessions_used: set[str] = field(default_factory=set)
    step: Step = Step.REGISTERED

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
        self.progress(f"[{step.number}/{Step.CHECK.number}] {step.value}")
        self.change(state=registry.State.CLONING, step=step.value)

    def change(self, **values: Any) -> None:
        """Set columns of the registry's row. Raises LockedError when the lock was lost."""
        rows = self.lock.execute(registry.change(self.environment, self.lock.token, **values))
        if not rows or int(str(rows[0][0])) != 1:
            raise lost(self.environment.name)

    def leave_out(self, *lines: str) -> None:
        """Say and write down what the copy lacks."""
        for line in lines:
            self.progress(f"Warning: left out: {line}")
        self.findings.left_out = (*self.findings.left_out, *lines)
        self.change(left_out=self.findings.left_out)

    def read(self, sessions: Sequence[Session]) -> Contents:
        """What the copy holds and its role owns: what another owns, nobody in it can change or use.

        The sessions are those of the role that copies: only that sees which policy of the source's
        is attached.
        """
        found = read_contents(sessions, self.copies)
        role = self.environment.role
        items = {key: item for key, item in found.items.items() if item.owner in ("", role)}
        return replace(found, items=items)

    @contextmanager
    def workers(self) -> Iterator[list[Session]]:
        """Sessions of the environment's role, as many as its file says."""
        count = self.environment.clone.sessions if self.environment.clone else 1
        with ExitStack() as stack:
            more = [stack.enter_context(self.target.open()) for _ in range(count - 1)]
            self._note(more)
            yield [self.session, *more]

    @contextmanager
    def cloners(self, count: int) -> Iterator[list[Session]]:
        """Sessions of the role that copies and hands over; it sees both the source and the copy."""
        with ExitStack() as stack:
            sessions = [stack.enter_context(open_cloner(self.target)) for _ in range(count)]
            self._note(sessions)
            yield sessions

    def _note(self, sessions: Sequence[Session]) -> None:
        """Have whoever takes over know which sessions to end."""
        self.sessions_used |= {each.session_id for each in sessions}
        self.change(sessions=sorted(self.sessions_used))


def open_cloner(target: Target) -> Session:
    """A session of the role that copies; of all the user's roles where the file names none.

    Raises RefusedError when that role has no part in the environment's: it could not see its copies.
    """
    role = target.environment.clone_role
    session = target.open(role=role) if role else target.open_as_user()
    try:
        own = target.environment.role
        if not session.execute(f"SELECT IS_ROLE_IN_SESSION({literal(own)})").rows[0][0]:
            raise RefusedError(
                f"{role or 'the user'} cannot make {target.environment.name}",
                why=f"the role {own} is not granted to it",
                next=f"an administrator runs `snowlane bootstrap "
                f"{target.environment.made_like or target.environment.name}`, which grants it",
            )
    except BaseException:
        session.close()
        raise
    return session
