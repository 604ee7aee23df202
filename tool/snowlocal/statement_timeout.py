"""Ends a statement that takes longer than its session's STATEMENT_TIMEOUT_IN_SECONDS; knows no statement.

Rule: docs.snowflake.com/en/sql-reference/parameters#statement-timeout-in-seconds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from snowlocal.errors import SnowflakeError, timed_out
from snowlocal.session import Session


@dataclass(eq=False)
class _Limit:
    session: Session
    end: float  # of time.monotonic()
    is_over: bool = False


class Timeouts:
    """The limits of all statements under way, watched by one thread, which the first limit starts."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._limits: list[_Limit] = []
        self._thread: threading.Thread | None = None
        self._wakes = 0.0
        self._closed = False

    @contextmanager
    def within(self, session: Session, seconds: float) -> Iterator[None]:
        """Run a statement of a session for so many seconds at most; 0 is no limit. Raises 000630 when they are over."""
        if seconds <= 0:
            yield
            return
        limit = _Limit(session, time.monotonic() + seconds)
        self._add(limit)
        try:
            yield
        except (SnowflakeError, duckdb.InterruptException) as error:
            if limit.is_over:
                raise timed_out(seconds) from error
            raise
        finally:
            with self._changed:
                if not limit.is_over:
                    self._limits.remove(limit)

    def close(self) -> None:
        """End the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _add(self, limit: _Limit) -> None:
        with self._changed:
            self._limits.append(limit)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="timeouts", daemon=True)
                self._thread.start()
            elif limit.end < self._wakes:
                self._changed.notify()

    def _watch(self) -> None:
        with self._changed:
            while not self._closed:
                now = time.monotonic()
                for limit in [each for each in self._limits if each.end <= now]:
                    limit.is_over = True
                    self._limits.remove(limit)
                    limit.session.stop()
                # Without a limit it sleeps until one is added; most end long before their time, and wake nobody.
                self._wakes = min((each.end for each in self._limits), default=float("inf"))
                self._changed.wait(min(self._wakes - now, threading.TIMEOUT_MAX))
