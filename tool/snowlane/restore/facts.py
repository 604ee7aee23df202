"""What adapters tell of an account, for making a restore point and for going back to one."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from snowlane.plan.facts import TaskState
from snowlane.restore.point import Content, KeptObject, RestorePoint
from snowlane.restore.touched import Path

BASE_TABLE = "BASE TABLE"


@dataclass(frozen=True)
class Relation:
    """A table or view; `kind` is INFORMATION_SCHEMA's, or what a table that is no standard one is.

    `retention` is the days of its Time Travel; `rows` is None where the account does not say.
    """

    path: Path
    kind: str
    created: str
    owner: str = ""
    is_transient: bool = False
    retention: int | None = None
    rows: int | None = None

    @property
    def can_be_cloned(self) -> bool:
        """Whether CREATE TABLE … CLONE takes it."""
        return self.kind == BASE_TABLE


@dataclass(frozen=True)
class Stream:
    """A stream: what it reads, where that can be told, and whether rows of it wait."""

    path: Path
    table: Path | None
    is_stale: bool = False
    has_data: bool = False


@dataclass(frozen=True)
class Account:
    """What is there, as far as a restore point or a rollback is about it.

    `schemas` are all of the environment's databases; `pipes` says of each whether it runs, and
    leaves out those that are neither running nor paused; `alerts` whether they are started.
    """

    relations: Mapping[Path, Relation] = field(default_factory=dict)
    objects: tuple[KeptObject, ...] = ()
    schemas: frozenset[Path] = frozenset()
    streams: tuple[Stream, ...] = ()
    tasks: Mapping[str, TaskState] = field(default_factory=dict)
    pipes: Mapping[str, bool] = field(default_factory=dict)
    alerts: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class RowChange:
    """How many rows of a table are not in its clone, and how many of the clone's are gone.

    Columns that only one of them has do not count. None, None when they cannot be compared.
    """

    added: int | None
    missing: int | None

    @property
    def is_none(self) -> bool:
        """Whether both hold the same rows."""
        return self.added == 0 and self.missing == 0


@dataclass(frozen=True)
class LoadedFile:
    """A file that was loaded into a table since the point."""

    table: Path
    file: str
    rows: int
    loaded_at: str


@dataclass(frozen=True)
class Present:
    """What is there now, against what the point holds.

    `was` and `now` are definitions by kind and full name; `columns` are those of each clone;
    `granted_otherwise` are tables whose grants are not those that their clones took along;
    `governed` are tables of which a policy may mask values or hide rows from the role that asks.
    """

    account: Account
    was: Mapping[tuple[str, str], str]
    now: Mapping[tuple[str, str], str]
    columns: Mapping[Path, tuple[str, ...]]
    changes: Mapping[Path, RowChange]
    granted_otherwise: frozenset[Path] = frozenset()
    governed: frozenset[Path] = frozenset()
    files: tuple[LoadedFile, ...] = ()


@dataclass(frozen=True)
class Goal:
    """Where a rollback goes: the chosen point, and what has to be put back."""

    point: RestorePoint
    content: Content
