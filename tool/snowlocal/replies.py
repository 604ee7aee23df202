"""Answers a repeated request with the first answer: the connector repeats a request that it got no answer to."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

Reply = dict[str, Any]


class Replies:
    """The newest answers by request id; a request that comes again while it runs waits for the first."""

    def __init__(self, keep: int = 500) -> None:
        self._lock = threading.Lock()
        self._keep = keep
        self._slots: OrderedDict[str, tuple[threading.Event, list[Reply]]] = OrderedDict()

    def once(self, request_id: str | None, work: Callable[[], Reply]) -> Reply:
        """Run `work` the first time a request id is seen, and give its answer every time."""
        if not request_id:
            return work()
        with self._lock:
            slot = self._slots.get(request_id)
            first = slot is None
            if slot is None:
                slot = (threading.Event(), [])
                self._slots[request_id] = slot
                while len(self._slots) > self._keep:
                    self._slots.popitem(last=False)
        event, answers = slot
        if first:
            try:
                answers.append(work())
            finally:
                event.set()
        else:
            event.wait()
        return answers[0]
