"""Sends the statements of a run that uses several sessions: each fenced by the lock, each journaled.

Unlike a plan's, these statements may be sent in any order; what of them took effect is read from the
account itself.
"""

import itertools
import threading
from collections.abc import Sequence
from contextlib import suppress

from snowlane.errors import LockedError, SnowflakeError, SnowlaneError
from snowlane.plan.journal import FENCE_MESSAGE, Entry, request
from snowlane.plan.model import Statement
from snowlane.snowflake.interruption import undisturbed
from snowlane.snowflake.lock import Lock
from snowlane.snowflake.session import Session


class Requests:
    """The requests of one run, numbered; threads may share it.

    `mark`, of at most 32 characters, stands in the journal with each of them, so that those of other
    runs for the same purpose are known.
    """

    def __init__(self, lock: Lock, deployment: str, mark: str) -> None:
        self.lock = lock
        self.deployment = deployment
        self.mark = mark
        self._numbers = itertools.count(1)
        self._counting = threading.Lock()
        self.done = 0

    def send(
        self, session: Session, stage: str, name: str, text: str, *, index: int = 1, count: int = 1
    ) -> None:
        """Run one statement in a session, as `stage` and `name` in the journal.

        Raises LockedError when the lock is not held any more, and SnowflakeError.
        """
        with self._counting:
            ordinal = next(self._numbers)
        digest = Statement(index, text).hash
        entry = Entry(self.deployment, ordinal, stage, name, self.mark, index, count, digest)
        block = request(self.lock.environment, self.lock.token, entry, text, ())
        try:
            session.execute(block, tag=entry.tag, shown=text)
        except SnowflakeError as error:
            if FENCE_MESSAGE in error.why:
                raise lost(self.lock.environment.name) from None
            raise
        with self._counting:
            self.done += 1

    def cancel(self, sessions: Sequence[Session]) -> None:
        """End what these sessions run just now, by the lock's own session."""
        with undisturbed():
            for session in sessions:
                # One that is gone, or not reached, is judged by what it did.
                with suppress(SnowlaneError):
                    self.lock.execute(
                        f"SELECT SYSTEM$CANCEL_ALL_QUERIES({int(session.session_id)})"
                    )


def lost(environment: str) -> LockedError:
    """The error of a run whose lock was taken over, or ran out."""
    return LockedError(
        f"{environment}: the lock was lost",
        why="another run took over, or the lease ran out while this machine was stalled",
        next="see what the other run does before this one is started again",
    )
