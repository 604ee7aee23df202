"""Shows, pauses and resumes an environment's pipeline.

The commands come in here. All that writes holds the environment's deployment lock meanwhile.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from snowlane.deploying import Target, locked
from snowlane.errors import SnowlaneError
from snowlane.pipeline.model import Pipeline
from snowlane.plan.parked import Cause, Parked
from snowlane.snowflake.interruption import interruptible
from snowlane.snowflake.parking import Paused, Restored, park, put_back, wait_until_quiet
from snowlane.snowflake.pipeline_state import read_pipeline, with_history
from snowlane.snowflake.restore_facts import server_time
from snowlane.snowflake.state import read_applied

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Standing:
    """A pipeline with its history, what a pause of it remembers, and the account's clock in UTC."""

    pipeline: Pipeline
    parked: tuple[Parked, ...]
    at: datetime


@dataclass(frozen=True)
class Pausing:
    """What a pause came to; `before` is what an earlier one remembers, `running` what has not ended."""

    paused: Paused
    before: tuple[Parked, ...]
    running: tuple[str, ...]


def standing(target: Target) -> Standing:
    """Where the pipeline stands. Raises NotBootstrappedError and SnowflakeError."""
    with target.open() as session:
        applied = read_applied(session, target.environment)
        pipeline = read_pipeline(session, target.environment)
        history = with_history(session, target.environment, pipeline)
        return Standing(history, applied.parked, server_time(session))


def pause(target: Target, wait: timedelta, progress: Progress) -> Pausing:
    """Park all that runs and wait for what is under way, `wait` at most; nothing is forced.

    A second pause adds to what the first remembers. Raises LockedError.
    """
    with (
        interruptible(),
        target.open() as session,
        locked(target, session, progress) as (lock, applied),
    ):
        try:
            paused = park(session, lock, applied, Cause.PAUSE, progress)
            running = wait_until_quiet(session, target.environment, paused, wait, progress)
        except KeyboardInterrupt:
            name = target.environment.name
            raise SnowlaneError(
                f"{name}: interrupted while pausing",
                why="what was parked until then is remembered, and stays parked",
                next=f"`snowlane pipeline pause {name}` goes on, `snowlane pipeline resume {name}` goes "
                "back",
            ) from None
        return Pausing(paused, applied.parked, tuple(running))


def resume(target: Target, progress: Progress, cause: Cause | None = None) -> Restored:
    """Put back exactly what is remembered, or what this `cause` parked of it. Raises LockedError."""
    with interruptible(), target.open() as session:
        seen = read_applied(session, target.environment)
        if not _of(seen.parked, cause):
            return Restored()
        with locked(target, session, progress) as (lock, applied):
            parked = _of(applied.parked, cause)
            return put_back(session, lock, parked, applied, progress)


def _of(parked: tuple[Parked, ...], cause: Cause | None) -> tuple[Parked, ...]:
    return tuple(each for each in parked if cause in (None, each.cause))
