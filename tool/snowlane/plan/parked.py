"""What a pause remembers: the objects that ran, and the warehouse's size, until they are put back.

A row is written before its object is touched and goes when the object is as it was, so that what a
killed client leaves is always in the table. Pure: names in, SQL out.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from snowlane.config.environment import Environment
from snowlane.plan.lease import held_by
from snowlane.plan.state_tables import PARKED_TABLE, state_table
from snowlane.sql.names import literal

STARTED = "started"


class Cause(Enum):
    """What parked an object: a person's pause, which ends by `pipeline resume`, or what runs itself."""

    PAUSE = "pause"
    WINDOW = "window"
    REFRESH = "refresh"


@dataclass(frozen=True)
class Parked:
    """One object that a pause suspended; `name` is as SQL takes it.

    `was` is `started`, a pipe's executionState or a warehouse's size. `owner` is the role that
    owned it then; `since` is in UTC, None before it is written down.
    """

    kind: str
    name: str
    was: str = STARTED
    owner: str = ""
    cause: Cause = Cause.PAUSE
    by: str = field(default="", compare=False)
    since: datetime | None = field(default=None, compare=False)

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from all others."""
        return self.kind, self.name

    def __str__(self) -> str:
        return f"{self.kind.lower()} {self.name}"


def remember(environment: Environment, token: str, parked: Sequence[Parked], by: str) -> str:
    """Write objects down; adds no row when the lock is lost. `by` is who does it, for people."""
    rows = ", ".join(f"({', '.join(literal(text) for text in _columns(each))})" for each in parked)
    return (
        f"INSERT INTO {state_table(environment, PARKED_TABLE)} "  # noqa: S608
        "(KIND, NAME, WAS, OWNER, CAUSE, PARKED_BY, PARKED_AT) "
        "SELECT COLUMN1, COLUMN2, COLUMN3, COLUMN4, COLUMN5, "
        f"{literal(by)}, SYSDATE() FROM VALUES {rows} "
        f"WHERE EXISTS (SELECT 1 {held_by(environment, token)})"
    )


def _columns(parked: Parked) -> tuple[str, ...]:
    return parked.kind, parked.name, parked.was, parked.owner, parked.cause.value


def adopt(environment: Environment, token: str) -> str:
    """Make what a deployment parked a person's pause; changes nothing when the lock is lost."""
    return (
        f"UPDATE {state_table(environment, PARKED_TABLE)} SET CAUSE = {literal(Cause.PAUSE.value)} "  # noqa: S608
        f"WHERE EXISTS (SELECT 1 {held_by(environment, token)})"
    )


def forget(environment: Environment, token: str, parked: Collection[Parked]) -> str:
    """Strike objects off; strikes none when the lock is lost.

    What another cause remembers of the same objects stays.
    """
    keys = sorted({(*each.key, each.cause.value) for each in parked})
    listed = ", ".join(f"({', '.join(literal(text) for text in key)})" for key in keys)
    return (
        f"DELETE FROM {state_table(environment, PARKED_TABLE)} "  # noqa: S608
        f"WHERE (KIND, NAME, CAUSE) IN ({listed}) "
        f"AND EXISTS (SELECT 1 {held_by(environment, token)})"
    )


def earliest(parked: Iterable[Parked]) -> tuple[Parked, ...]:
    """Each object once, as it was before anything parked it: of several causes the first counts."""
    found: dict[tuple[str, str], Parked] = {}
    for each in sorted(parked, key=_written_down):
        found.setdefault(each.key, each)
    return tuple(found.values())


def _written_down(parked: Parked) -> tuple[bool, str]:
    return parked.since is None, parked.since.isoformat() if parked.since else ""
