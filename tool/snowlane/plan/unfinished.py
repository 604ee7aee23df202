"""Reads the journal of deployments that did not come to their end: what ran, and what is in doubt.

Pure: rows go in; what a resuming deployment must know comes out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from snowlane.plan.journal import Entry
from snowlane.plan.model import StageKind, Statement

_REVISIONS = (StageKind.UPGRADE.value, StageKind.DOWNGRADE.value)


class Event(Enum):
    """What the journal says of a statement; of several, the one that stands last here counts."""

    STARTED = "STARTED"
    BEGUN = "BEGUN"
    FAILED = "FAILED"
    DONE = "DONE"


_ORDER = tuple(Event)
# The columns of JOURNAL that a row is read from; what are numbers may come as text.
JOURNAL_COLUMNS = (
    *("DEPLOYMENT_ID", "ORDINAL", "EVENT", "STAGE", "NAME", "LEAVES"),
    *("STATEMENT_INDEX", "STATEMENT_COUNT", "HASH", "ERROR"),
)
# How the reason of what was found out afterwards begins.
SETTLED = "settled from query history"


@dataclass(frozen=True)
class Attempt:
    """One statement that was sent, and what came of it."""

    entry: Entry
    event: Event
    error: str = ""

    @property
    def is_in_doubt(self) -> bool:
        """Whether the journal does not tell if it ran."""
        return self.event in (Event.STARTED, Event.BEGUN)

    @property
    def was_settled(self) -> bool:
        """Whether its request was cut off and query history told what became of it."""
        return self.error.startswith(SETTLED)


@dataclass(frozen=True)
class Started:
    """A deployment since the last that was done; `put_back` are the statements it owed at the end."""

    id: str
    outcome: str
    session: str
    owner: str
    put_back: tuple[str, ...] = ()

    @property
    def is_running(self) -> bool:
        """Whether its end is not recorded: it runs now, or its client died."""
        return self.outcome == "running"


@dataclass(frozen=True)
class HalfApplied:
    """A revision of which a part ran: the hashes of its first statements, in order, and their entries."""

    stage: str
    name: str
    hashes: tuple[str, ...]
    entries: tuple[Entry, ...] = field(default=(), compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.stage} {self.name}"


@dataclass(frozen=True)
class Unfinished:
    """The deployments since the last that was done, oldest first, and all their statements."""

    deployments: tuple[Started, ...] = ()
    attempts: tuple[Attempt, ...] = ()

    @property
    def running(self) -> tuple[Started, ...]:
        """Those whose end is not recorded."""
        return tuple(each for each in self.deployments if each.is_running)

    @property
    def in_doubt(self) -> tuple[Attempt, ...]:
        """The statements of which the journal does not tell whether they ran."""
        return tuple(each for each in self.attempts if each.is_in_doubt)

    def statements_run(self, deployment: str) -> int:
        """How many statements of a deployment took effect."""
        return sum(
            each.entry.deployment == deployment
            and each.event is Event.DONE
            and each.entry.index > 0
            for each in self.attempts
        )

    def half_applied(self, version: str | None) -> HalfApplied | None:
        """The revision that began and did not end, seen from the version the environment is at.

        Revisions run one after another, so it can only be the one that was tried last. A version
        that was moved by hand since makes what was tried before void.
        """
        ran: dict[int, Entry] = {}
        last: Attempt | None = None
        for attempt in reversed(self.attempts):
            entry = attempt.entry
            if entry.stage not in _REVISIONS:
                continue
            if last is None:
                last = attempt
            elif (entry.stage, entry.name) != (last.entry.stage, last.entry.name):
                break
            if attempt.event is Event.DONE and entry.index > 0:
                ran.setdefault(entry.index, entry)
            if entry.index == 1:
                break
        if last is None or not ran or last.entry.leaves != version:
            return None
        ordered = tuple(ran[index] for index in sorted(ran))
        hashes = tuple(each.hash for each in ordered)
        return HalfApplied(last.entry.stage, last.entry.name, hashes, ordered)

    def to_put_back(self) -> frozenset[str]:
        """The statements by which what was suspended is set going again, those done left out."""
        owed: set[str] = set()
        for deployment in self.deployments:
            resumed = {
                attempt.entry.hash
                for attempt in self.attempts
                if attempt.entry.deployment == deployment.id
                and attempt.entry.stage == StageKind.RESUME.value
                and attempt.event is Event.DONE
            }
            owed |= set(deployment.put_back)
            owed = {text for text in owed if Statement(0, text).hash not in resumed}
        return frozenset(owed)


@dataclass(frozen=True)
class Row:
    """One row of the journal; only the first of a statement holds its whole entry."""

    deployment: str
    ordinal: int
    event: Event
    entry: Entry | None = None
    error: str = ""


def read_row(values: Mapping[str, Any]) -> Row:
    """A row of JOURNAL by column name; what is null may be missing."""
    deployment, ordinal = str(values["DEPLOYMENT_ID"]), int(values["ORDINAL"])
    entry = None
    if values.get("HASH") is not None:
        entry = Entry(
            deployment,
            ordinal,
            values["STAGE"],
            values["NAME"],
            values.get("LEAVES"),
            int(values["STATEMENT_INDEX"]),
            int(values["STATEMENT_COUNT"]),
            values["HASH"],
        )
    error = str(values.get("ERROR") or "")
    return Row(deployment, ordinal, Event(values["EVENT"]), entry, error)


def attempts_of(rows: Iterable[Row], deployments: Sequence[Started]) -> tuple[Attempt, ...]:
    """One attempt a statement, in the order they were sent; what was settled later counts."""
    entries: dict[tuple[str, int], Entry] = {}
    events: dict[tuple[str, int], Row] = {}
    for row in rows:
        key = row.deployment, row.ordinal
        if row.entry is not None:
            entries[key] = row.entry
        known = events.get(key)
        if known is None or _ORDER.index(row.event) > _ORDER.index(known.event):
            events[key] = row
    position = {each.id: number for number, each in enumerate(deployments)}
    ordered = sorted(entries, key=lambda key: (position[key[0]], key[1]))
    return tuple(Attempt(entries[key], events[key].event, events[key].error) for key in ordered)
