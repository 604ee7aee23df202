"""A proxy in front of an account that can strike at one request: kill the client, or cut it off.

It reads HTTP just far enough to tell one request from the next.
"""

import gzip
import json
import re
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from enum import Enum

_LENGTH = re.compile(rb"content-length:\s*(\d+)", re.I)


class Moment(Enum):
    """When the proxy strikes, seen from the request it has counted to."""

    BEFORE = "before it is sent on"
    HELD = "held back, then sent on"
    SENT = "between send and answer"
    ANSWERED = "after it was answered"


class Proxy:
    """Listens on a free port of loopback and passes everything on to `target`.

    `strike` is called once, at the `at`-th query request whose SQL `counts`; without `at` it only
    counts. Use it as a context manager.
    """

    def __init__(
        self,
        target: int,
        *,
        at: int = 0,
        moment: Moment = Moment.ANSWERED,
        strike: Callable[[], None] = lambda: None,
        counts: Callable[[str], bool] = lambda sql: True,
    ) -> None:
        self._target = target
        self._at = at
        self._moment = moment
        self._strike = strike
        self._counts = counts
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.counted = 0
        self.queries = 0
        self.struck = threading.Event()

    def __enter__(self) -> "Proxy":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """Drop every connection there is; new ones are taken."""
        with self._lock:
            dropped, self._sockets = self._sockets, []
        for each in dropped:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        # A client that is killed, or an account that is restarted, ends the connection anywhere.
        with suppress(OSError, EOFError):
            account = socket.create_connection(("127.0.0.1", self._target))
            with self._lock:
                self._sockets += [client, account]
            with client, account:
                buffers: tuple[bytearray, bytearray] = (bytearray(), bytearray())
                while True:
                    asked = _message(client, buffers[0])
                    here = self._is_the_one(asked)
                    if here and self._moment in (Moment.BEFORE, Moment.HELD):
                        self._hit()
                    if here and self._moment is Moment.BEFORE:
                        return
                    account.sendall(asked)
                    if here and self._moment is Moment.SENT:
                        self._hit()
                    answered = _message(account, buffers[1])
                    if here and self._moment is Moment.ANSWERED:
                        self._hit()
                    client.sendall(answered)

    def _is_the_one(self, message: bytes) -> bool:
        head, _, body = message.partition(b"\r\n\r\n")
        if b"/queries/v1/query-request" not in head:
            return False
        text = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
        sql = str(json.loads(text).get("sqlText", ""))
        with self._lock:
            self.queries += 1
            if not self._counts(sql):
                return False
            self.counted += 1
            return self.counted == self._at

    def _hit(self) -> None:
        self.struck.set()
        self._strike()


def _message(source: socket.socket, buffer: bytearray) -> bytes:
    """One whole request or answer; raises EOFError at the end of the connection."""
    while b"\r\n\r\n" not in buffer:
        _more(source, buffer)
    end = buffer.index(b"\r\n\r\n") + 4
    found = _LENGTH.search(bytes(buffer[:end]))
    end += int(found.group(1)) if found else 0
    while len(buffer) < end:
        _more(source, buffer)
    message = bytes(buffer[:end])
    del buffer[:end]
    return message


def _more(source: socket.socket, buffer: bytearray) -> None:
    data = source.recv(65536)
    if not data:
        raise EOFError
    buffer += data
