"""The facts a plan is made from, as adapters gather them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from snowlane.objects.source import Identity
from snowlane.plan.parked import Parked
from snowlane.plan.unfinished import Unfinished


@dataclass(frozen=True)
class Revision:
    """A revision rendered in one direction: its statements still name logical databases.

    `leaves` is the version before it runs and `reaches` the one after, None for the base. `lines`
    says for each statement on which line of the file it is made, where that is known.
    """

    id: str
    message: str
    file: str
    leaves: str | None
    reaches: str | None
    statements: tuple[str, ...]
    is_downgrade: bool = False
    lines: tuple[int | None, ...] = ()


@dataclass(frozen=True)
class LastDone:
    """The last deployment that came to its end; `commit` and `branch` are "" where none is known.

    `is_whole` says that all of the bundle was there then.
    """

    number: int
    bundle: str
    revision: str | None
    is_whole: bool = False
    commit: str = ""
    branch: str = ""
    by: str = ""


@dataclass(frozen=True)
class Applied:
    """What the environment says is there: its version, and the hash of each applied object.

    A hash of "" says that the object must be applied again; `texts` are what was applied of the kinds
    that are altered and not replaced. `revisions` holds the hash of the
    source each applied revision had; `unfinished` what deployments left that did not end;
    `expired_points` are restore points whose time is over, or whose making was broken off. `parked`
    is what a pause remembers. `last_done` is None before the first deployment.
    """

    version: str | None = None
    objects: Mapping[Identity, str] = field(default_factory=dict)
    revisions: Mapping[str, str] = field(default_factory=dict)
    unfinished: Unfinished = field(default_factory=Unfinished)
    expired_points: tuple[str, ...] = ()
    last_done: LastDone | None = None
    parked: tuple[Parked, ...] = ()
    texts: Mapping[Identity, str] = field(default_factory=dict)

    @property
    def half_applied(self) -> str:
        """The revision of which a part ran, as in `upgrade r2`; "" where there is none."""
        half = self.unfinished.half_applied(self.version)
        return str(half) if half else ""

    @property
    def is_half_applied(self) -> bool:
        """Whether a deployment stopped with a part of what it meant to do done, or in doubt."""
        unfinished = self.unfinished
        return (
            self.half_applied != ""
            or bool(unfinished.in_doubt)
            or any(each.outcome != "failed" for each in unfinished.deployments)
        )

    @property
    def objects_hash(self) -> str:
        """Names the objects that are applied, and their texts; the same in a clone."""
        told = sorted(f"{identity} {text}" for identity, text in self.objects.items())
        return hashlib.sha256("\n".join(told).encode()).hexdigest()


@dataclass(frozen=True)
class TaskState:
    """A task of the account: whether it is started, and the full names of its predecessors."""

    is_started: bool
    predecessors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Activity:
    """What runs by itself in the environment, by full physical name.

    `paused_pipes`, `loading_pipes` and `started_alerts` hold only those in that state; of the pipes only
    those that are asked about. `owed` are the statements that deployments which did not end still
    owe to what they suspended.
    """

    tasks: Mapping[str, TaskState] = field(default_factory=dict)
    paused_pipes: frozenset[str] = frozenset()
    started_alerts: frozenset[str] = frozenset()
    owed: frozenset[str] = frozenset()
    loading_pipes: frozenset[str] = frozenset()
