"""Write locks of tables, held until a transaction ends: UPDATE, DELETE and MERGE wait for each other, as on Snowflake.

Rule: docs.snowflake.com/en/sql-reference/transactions, "Resource locking" and "Deadlocks".
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from snowlocal.errors import SnowflakeError, cancelled


class TableLocks:
    """Which session holds which table; waiting ends with 000625 after `timeout` seconds or in a deadlock."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._holder: dict[int, int] = {}
        self._waits_for: dict[int, int] = {}

    def acquire(self, table: int, session: int, timeout: float, stop: Callable[[], bool]) -> None:
        """Take the lock of a table for a session; a lock it has already is taken at once."""
        end = time.monotonic() + timeout
        with self._changed:
            while self._holder.get(table, session) != session:
                self._waits_for[session] = table
                try:
                    if stop():
                        raise cancelled()
                    if self._circle(session):
                        raise _refused("a deadlock was found; the statement was aborted")
                    left = end - time.monotonic()
                    if left <= 0:
                        raise _refused(f"the lock was not granted within {timeout:g} seconds")
                    self._changed.wait(min(left, 0.2))
                finally:
                    del self._waits_for[session]
            self._holder[table] = session

    def release(self, session: int) -> None:
        """Give back everything a session holds."""
        with self._changed:
            self._holder = {t: s for t, s in self._holder.items() if s != session}
            self._changed.notify_all()

    def _circle(self, session: int) -> bool:
        seen = {session}
        at = session
        while (table := self._waits_for.get(at)) is not None:
            holder = self._holder.get(table)
            if holder is None:
                return False
            if holder in seen:
                return True
            seen.add(holder)
            at = holder
        return False


def _refused(why: str) -> SnowflakeError:
    return SnowflakeError(625, "57014", f"Statement could not get a table lock: {why}.")
