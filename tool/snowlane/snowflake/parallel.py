"""Runs independent requests at once, one thread a session."""

import queue
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from snowlane.snowflake.session import Session

_T = TypeVar("_T")
_LOOK_SECONDS = 0.2
_CANCEL_SECONDS = 10


def in_parallel(
    sessions: Sequence[Session],
    tasks: Sequence[Callable[[Session], _T]],
    *,
    cancel: Callable[[Sequence[Session]], None] | None = None,
) -> list[_T]:
    """Do all tasks, each in one of the sessions, and give their results in order.

    The first error ends it: no further task begins, those under way are waited for, and it is
    raised. So does an interruption, after `cancel` was told to end what the sessions run. With one
    session all runs in this thread.
    """
    if len(sessions) == 1 or len(tasks) < 2:
        return [task(sessions[0]) for task in tasks]
    waiting: queue.SimpleQueue[tuple[int, Callable[[Session], _T]]] = queue.SimpleQueue()
    for numbered in enumerate(tasks):
        waiting.put(numbered)
    results: dict[int, _T] = {}
    errors: list[tuple[int, BaseException]] = []
    ended = threading.Event()

    def work(session: Session) -> None:
        while not ended.is_set():
            try:
                number, task = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                results[number] = task(session)
            except BaseException as error:
                errors.append((number, error))
                ended.set()

    threads = [
        threading.Thread(target=work, args=(session,), name="snowlane-request", daemon=True)
        for session in sessions[: len(tasks)]
    ]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            # Without a timeout a signal would wait for the end of the longest request.
            while thread.is_alive():
                thread.join(_LOOK_SECONDS)
    except BaseException:
        ended.set()
        if cancel is not None:
            cancel(sessions)
            for thread in threads:
                thread.join(_CANCEL_SECONDS)
        raise
    if errors:
        raise min(errors, key=lambda each: each[0])[1]
    return [results[number] for number in range(len(tasks))]
