"""A plan tried on a throw-away copy: what ran and how long, what was checked, and what became of the copy."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Ran:
    """One statement of the plan on the copy; `seconds` None where it did not run, or nothing tells.

    `number` and `count` are its place in its stage; `error` is the account's, where it failed.
    """

    stage: str
    number: int
    count: int
    text: str
    seconds: float | None = None
    error: str = ""


@dataclass(frozen=True)
class Check:
    """Something that must hold after the plan, and where it does not, a line each."""

    what: str
    found: tuple[str, ...] = ()


@dataclass(frozen=True)
class Copy:
    """The throw-away copy: its name, whether it is still there, and where it was not as its source.

    `left` is why it is still there, "" where it was dropped.
    """

    name: str
    seconds: float
    left: str = ""
    unlike: tuple[str, ...] = ()


@dataclass(frozen=True)
class NotNeeded:
    """That there was nothing to rehearse, and why."""

    environment: str
    why: str


@dataclass(frozen=True)
class Rehearsal:
    """One rehearsal. `current` is the revision that the environment is at, None for its base.

    `statements` and `objects` are the hashes of the plan's logical statements and of what was
    applied before; `rows` the tables whose counts changed, with the count before and after; `error`
    is what stopped the plan, "" where it ran to its end. Times are seconds.
    """

    environment: str
    current: str | None
    target: str | None
    bundle: str
    statements: str
    objects: str
    copy: Copy
    ran: tuple[Ran, ...] = ()
    checks: tuple[Check, ...] = ()
    rows: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    error: str = ""
    seconds: float = 0
    overrides: Mapping[str, str] = field(default_factory=dict)

    @property
    def failed_at(self) -> Ran | None:
        """The statement that failed, where one did."""
        return next((each for each in self.ran if each.error), None)

    @property
    def is_passed(self) -> bool:
        """Whether every statement ran and every check holds."""
        return not self.error and not any(each.found for each in self.checks)
