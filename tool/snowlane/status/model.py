"""Where one environment stands, as its own tables and the checkout say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum


class Reach(Enum):
    """Whether an environment could be asked."""

    READY = "ready"
    NOT_BOOTSTRAPPED = "not bootstrapped"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class Lock:
    """Who holds the deployment lock; one that is past may be taken over."""

    owner: str
    since: datetime | None
    expires: datetime | None
    is_past: bool
    address: str = ""


@dataclass(frozen=True)
class Measured:
    """The last measured drift."""

    at: datetime
    age: timedelta
    revision: str | None
    findings: int
    not_followed: int


@dataclass(frozen=True)
class Rehearsed:
    """The last rehearsal against the environment; `revision` is where it stood then."""

    at: datetime
    age: timedelta
    revision: str | None
    bundle: str
    is_passed: bool


@dataclass(frozen=True)
class Points:
    """The restore points that can be gone back to; `newest` is the id of the last one."""

    count: int
    newest: str
    expires: datetime | None


@dataclass(frozen=True)
class Behind:
    """How far the deployed commit is behind its environment's branch, as this repository knows it.

    `commits` is None where that cannot be told, and `note` says why. `is_same` says that the
    migrations at the branch are those that are deployed.
    """

    branch: str
    commits: int | None = None
    is_same: bool = False
    note: str = ""


@dataclass(frozen=True)
class Deployment:
    """One deployment as the environment wrote it down; times are UTC."""

    id: str
    number: int
    outcome: str
    started: datetime | None
    finished: datetime | None
    by: str
    bundle: str
    from_revision: str | None
    to_revision: str | None
    statements_run: int
    tool_version: str = ""
    commit: str = ""
    branch: str = ""
    overrides: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    note: str = ""
    error: str = ""


@dataclass(frozen=True)
class HalfWay:
    """That a part of a deployment is there, and its end is not.

    `by` is the last of which something took effect, or may have; `stage` and `statement`, of `of`,
    are the last that did: "" and 0 where the journal tells of none. With `in_doubt` the journal does
    not tell whether it did. `next` is how to go on.
    """

    by: Deployment
    stage: str
    statement: int
    of: int
    in_doubt: bool
    next: str


@dataclass(frozen=True)
class PipelinePaused:
    """That a pause remembers something to be resumed: how much, since when, and who paused it."""

    count: int
    since: datetime | None
    by: str


@dataclass(frozen=True)
class Pending:
    """What the checkout has and the environment has not; None for `revisions`: it cannot be told."""

    revisions: int | None = None
    objects: int | None = None
    note: str = ""

    @property
    def is_any(self) -> bool:
        """Whether a deployment would do something."""
        return bool(self.revisions) or bool(self.objects)


@dataclass(frozen=True)
class Standing:
    """One environment: `deployed` is its last deployment that was done, `latest` the last at all.

    `why` says what could not be asked; `asked_at` is the account's clock, in UTC.
    """

    environment: str
    databases: Mapping[str, str]
    reach: Reach
    why: str = ""
    is_protected: bool = False
    revision: str | None = None
    objects: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    deployed: Deployment | None = None
    latest: Deployment | None = None
    half_applied: HalfWay | None = None
    lock: Lock | None = None
    drift: Measured | None = None
    rehearsal: Rehearsed | None = None
    points: Points | None = None
    behind: Behind | None = None
    paused: PipelinePaused | None = None
    pending: Pending = Pending()
    asked_at: datetime | None = None

    @property
    def is_behind(self) -> bool:
        """Whether something is pending, or drift was found when it was last measured."""
        return self.pending.is_any or bool(self.drift and self.drift.findings)
