"""Ends a statement that takes longer than its session's STATEMENT_TIMEOUT_IN_SECONDS; knows no statement.

Rule: docs.snowflake.com/en/sql-reference/parameters#statement-timeout-in-seconds.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from snowlocal.errors import SnowflakeError, timed_out
from snowlocal.session import Session


@contextmanager
def within(session: Session, seconds: float) -> Iterator[None]:
    """Run a statement of a session for so many seconds at most; 0 is no limit. Raises 000630 when they are over."""
    if seconds <= 0:
        yield
        return
    over = threading.Event()

    def end() -> None:
        over.set()
        session.stop()

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (SnowflakeError, duckdb.InterruptException) as error:
        if over.is_set():
            raise timed_out(seconds) from error
        raise
    finally:
        timer.cancel()
