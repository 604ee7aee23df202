"""One difference between what an environment should have and what it has, and the ways to mend it."""

from dataclasses import dataclass
from enum import Enum

from snowlane.drift.inventory import NotFollowed


class Difference(Enum):
    """In which way the environment differs."""

    ADDED = "added"
    MISSING = "missing"
    CHANGED = "changed"


@dataclass(frozen=True)
class Remedy:
    """One way to end a difference: `goal` says what for, `where` where the `code` goes."""

    goal: str
    where: str
    code: str


@dataclass(frozen=True)
class Finding:
    """A difference by its logical name; `expected` and `found` are short texts, "" for nothing."""

    name: str
    kind: str
    difference: Difference
    problem: str
    expected: str = ""
    found: str = ""
    remedies: tuple[Remedy, ...] = ()


@dataclass(frozen=True)
class Drift:
    """All that was found in one environment at one revision, sorted by name."""

    environment: str
    revision: str | None
    findings: tuple[Finding, ...] = ()
    not_followed: tuple[NotFollowed, ...] = ()

    @property
    def is_none(self) -> bool:
        """Whether the environment is what it should be, as far as it could be followed."""
        return not self.findings
