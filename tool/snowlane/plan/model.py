"""A plan as data: stages of exact statements. It knows neither their sources nor who runs them."""

import hashlib
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from snowlane.lint.finding import Finding
from snowlane.objects.source import SqlObject, Tombstone

# Texts travel twice, as statements and as what is recorded of them, and 1 MB is the most that
# Snowflake takes: docs.snowflake.com/en/user-guide/query-size-limits
_MOST_CHARACTERS = 200_000
_MOST_TOGETHER = 50


class StageKind(Enum):
    """What a stage does."""

    UPGRADE = "upgrade"
    DOWNGRADE = "downgrade"
    OBJECT = "object"
    DROP = "drop"
    ACCEPT = "accept"
    RESTORE = "restore"
    SUSPEND = "suspend"
    RESUME = "resume"


@dataclass(frozen=True)
class Statement:
    """One exact SQL text that will be sent; `index` counts from 1 within its stage."""

    index: int
    text: str

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the text, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True)
class Stage:
    """What is done as a whole: one revision or one object.

    `name` is the revision or the object's identity. `records` write down in the environment that
    the stage is done; they travel with the last of `statements`. `done` says how many of these an
    earlier deployment ran already; `leaves` is the version before a revision's stage. `source` is
    the hash of what an upgrade was written as, `logical` that of its statements before names were
    mapped, "" where the plan itself made them. `repeatable` is the object whose whole text it
    applies and writes down as the last of `records`, where applying it once more would change
    nothing. `findings` is what the lints say of its file, `effects` what of the data it touches,
    `downstream` what depends on what it changes.
    """

    kind: StageKind
    name: str
    title: str
    file: str
    statements: tuple[Statement, ...]
    records: tuple[str, ...] = ()
    leaves: str | None = None
    done: int = 0
    source: str | None = None
    logical: str = ""
    repeatable: SqlObject | None = None
    findings: tuple[Finding, ...] = ()
    effects: tuple[str, ...] = ()
    downstream: tuple[str, ...] = ()

    @property
    def what(self) -> str:
        """The stage as people read it: `upgrade 20261124_0915`, and `suspend`, which there is one of."""
        kind = self.kind.value
        return kind if self.name == kind else f"{kind} {self.name}"

    @property
    def may_share(self) -> bool:
        """Whether it may travel in one request with others like it."""
        return self.repeatable is not None and len(self.pending) == 1

    @property
    def pending(self) -> tuple[Statement, ...]:
        """The statements that are still to run."""
        return self.statements[self.done :]


@dataclass(frozen=True)
class Foreseen:
    """A restore point that is made before the plan: what it would keep, and the requests of that."""

    tables: int
    definitions: int
    requests: int


@dataclass(frozen=True)
class Plan:
    """Everything one deployment will do. `current` and `target` are revisions, None the base.

    `baseline` are hashes of the sources of revisions that are applied and have none on record.
    `head` is the newest revision of the checkout; `has_objects` whether objects are part of it.
    `missing_tombstones` are those to be written before it may drop what has no file any more,
    `stranded` the objects that a downgrade would leave naming what is not there.
    `keeps` says that a restore point comes first, `foreseen` what it would be where that was looked
    at; `upkeep` is how many requests go into expired points and the like.
    """

    environment: str
    current: str | None
    target: str | None
    bundle: str
    stages: tuple[Stage, ...]
    warnings: tuple[str, ...] = ()
    is_protected: bool = False
    baseline: tuple[tuple[str, str], ...] = ()
    head: str | None = None
    has_objects: bool = False
    missing_tombstones: tuple[Tombstone, ...] = ()
    stranded: tuple[str, ...] = ()
    keeps: bool = False
    foreseen: Foreseen | None = None
    upkeep: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether all of the bundle is there when it has run: then it may be promoted."""
        return self.has_objects and self.target == self.head

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.stages

    @property
    def logical_hash(self) -> str:
        """Names the statements that revisions and objects ask for, whatever the environment."""
        told = [
            f"{each.kind.value} {each.name} {each.logical}" for each in self.stages if each.logical
        ]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the lints say of all its stages."""
        return tuple(dict.fromkeys(each for stage in self.stages for each in stage.findings))

    @property
    def statement_count(self) -> int:
        """How many statements are to run, records left out."""
        return sum(len(stage.pending) for stage in self.stages)

    @cached_property
    def batches(self) -> tuple[tuple[Stage, ...], ...]:
        """The stages in their order, those together that share one request."""
        found: list[list[Stage]] = []
        size = 0
        for stage in self.stages:
            length = sum(len(each.text) for each in stage.pending)
            fits = found and stage.may_share and found[-1][-1].may_share
            if fits and len(found[-1]) < _MOST_TOGETHER and size + length <= _MOST_CHARACTERS:
                found[-1].append(stage)
                size += length
            else:
                found.append([stage])
                size = length
        return tuple(map(tuple, found))

    @property
    def stage_requests(self) -> tuple[int, ...]:
        """How many requests each stage takes, 0 where it shares that of the one before it.

        One a statement, and one for a stage of records alone.
        """
        return tuple(
            requests
            for first, *others in self.batches
            for requests in (len(first.pending) or 1, *(0 for _ in others))
        )

    @property
    def request_count(self) -> int:
        """How many requests a deployment takes from the lease to its release, renewals left out.

        Beside statements, upkeep and what was foreseen of a restore point: the lease taken, the
        state read again under it, the deployment's beginning, and its end with the release.
        """
        if not self.stages:
            return 0
        kept = self.foreseen.requests if self.foreseen else 0
        return sum(self.stage_requests) + self.upkeep + kept + 4

    @property
    def put_back(self) -> tuple[str, ...]:
        """The statements at the end that set going again what the plan suspends."""
        return tuple(
            statement.text
            for stage in self.stages
            if stage.kind is StageKind.RESUME
            for statement in stage.statements
        )
