"""The steps of a refresh, in order, and which databases it still has to exchange. Pure.

Each step is written into the registry before it begins, and may be done again.
"""

from collections.abc import Mapping
from enum import Enum

from snowlane.environments.databases import is_of_clone
from snowlane.environments.registry import Registered, State
from snowlane.errors import RefusedError


class RefreshStep(Enum):
    """What a refresh is doing under the environment's lock; the values are what people read."""

    PAUSE = "pausing the pipeline"
    ACCESS = "giving the copy the environment's own grants"
    SWAP = "exchanging the databases"
    REPOINT = "re-pointing what refers to the copy's names"
    GRANTS = "giving the grants of what was replaced"
    CHECK = "looking for what refers to another environment"
    RESUME = "putting the pipeline back"

    @property
    def number(self) -> int:
        """Its place, from 1."""
        return tuple(RefreshStep).index(self) + 1


def aside_name(name: str) -> str:
    """The ad-hoc environment in which a standing one is made anew."""
    return f"{name}_refresh"


def step_of(row: Registered | None) -> RefreshStep:
    """Where a refresh that stopped goes on; what is not known to be done is done again."""
    if row is None or row.state is not State.REFRESHING:
        return RefreshStep.PAUSE
    known = {step.value: step for step in RefreshStep}
    step = known.get(row.step, RefreshStep.PAUSE)
    # What was mended by hand since is looked at by the whole of these.
    between = RefreshStep.REPOINT.number <= step.number <= RefreshStep.CHECK.number
    return RefreshStep.REPOINT if between else step


def to_swap(
    row: Registered, databases: Mapping[str, str], comments: Mapping[str, str]
) -> list[tuple[str, str]]:
    """The pairs that are not exchanged yet; `row` is the copy's, `databases` the environment's.

    The mark in a database's comment goes with it. Raises RefusedError when it is on neither side.
    """
    waiting = []
    for logical, own in databases.items():
        aside = row.databases[logical]
        if is_of_clone(comments.get(aside, ""), row.name, row.clone_id):
            waiting.append((own, aside))
        elif not is_of_clone(comments.get(own, ""), row.name, row.clone_id):
            raise RefusedError(
                f"it cannot be told whether {own} and {aside} are exchanged",
                why="neither is there with the comment that the copy was given",
                next=f"give the database that holds the copy back the comment that begins with "
                f"'snowlane environment {row.name}, clone {row.clone_id}'",
            )
    return waiting
