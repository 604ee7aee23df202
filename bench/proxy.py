"""A proxy on loopback that counts a Snowflake client's requests and holds each one for a while.

Reads HTTP just far enough to tell one request from the next.
"""

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

_LENGTH = re.compile(rb"content-length:\s*(\d+)", re.IGNORECASE)
_LARGEST_HEAD = 2**20


@dataclass
class Counts:
    """What has passed; `port` is where the proxy listens."""

    port: int = 0
    requests: int = 0
    queries: int = 0
    sign_ins: int = 0
    connections: int = 0


@contextmanager
def counting(target: int, *, delay_ms: float = 0) -> Iterator[Counts]:
    """Pass everything on to a port of loopback, each request after `delay_ms` milliseconds."""
    counts = Counts()
    loop = asyncio.new_event_loop()
    ready = threading.Event()

    async def serve() -> None:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await _connection(reader, writer, target, delay_ms / 1000, counts)

        server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=_LARGEST_HEAD)
        counts.port = server.sockets[0].getsockname()[1]
        ready.set()
        with suppress(asyncio.CancelledError):
            await server.serve_forever()

    serving = loop.create_task(serve())
    thread = threading.Thread(target=_run, args=(loop, serving), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield counts
    finally:
        loop.call_soon_threadsafe(serving.cancel)
        thread.join(timeout=5)


def _run(loop: asyncio.AbstractEventLoop, serving: "asyncio.Task[None]") -> None:
    with suppress(asyncio.CancelledError):
        loop.run_until_complete(serving)


async def _connection(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    target: int,
    delay: float,
    counts: Counts,
) -> None:
    counts.connections += 1
    from_account, to_account = await asyncio.open_connection("127.0.0.1", target)
    await asyncio.gather(
        _requests(reader, to_account, delay, counts), _answers(from_account, writer)
    )


async def _requests(
    reader: asyncio.StreamReader, to_account: asyncio.StreamWriter, delay: float, counts: Counts
) -> None:
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            body = await reader.readexactly(int(length.group(1))) if length else b""
            counts.requests += 1
            counts.queries += b"query-request" in head
            counts.sign_ins += b"login-request" in head
            await asyncio.sleep(delay)
            to_account.write(head + body)
            await to_account.drain()
    to_account.close()


async def _answers(from_account: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await from_account.read(2**16):
            writer.write(data)
            await writer.drain()
    writer.close()
