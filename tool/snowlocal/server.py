"""The local account as a server on loopback: HTTP routes, start and stop, the folder's lock and its server.json."""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import shutil
import socket
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import anyio.to_thread
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from snowlocal import wire
from snowlocal.account import ACCOUNT_NAME, USER, WAREHOUSE, Account, DamagedFolder
from snowlocal.catalog import now
from snowlocal.errors import SnowflakeError
from snowlocal.protocol import Protocol
from snowlocal.session import Session

HOST = "127.0.0.1"
_THREADS = 100


class AccountBusy(Exception):
    """The folder is served by another process, or the port is taken; the message says which and how to go on."""


class LocalAccount:
    """A running local account. Use it as a context manager, or `start` and `stop` it.

    `port` 0 asks the system for a free one. Raises AccountBusy and account.DamagedFolder at `start`.
    """

    def __init__(self, directory: Path, port: int = 0, host: str = HOST) -> None:
        self.directory = Path(directory)
        self.port = port
        self.host = host
        self._held: IO[str] | None = None
        self._account: Account | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> LocalAccount:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Open the folder and serve it; returns when it answers."""
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            self._held = _hold(self.directory)
        except OSError as error:
            raise DamagedFolder(
                f"{self.directory} cannot be used as the folder of a local account: {error.strerror}. Name another."
            ) from error
        listener: socket.socket | None = None
        try:
            listener = _listen(self.host, self.port)
            self._account = Account(self.directory)
        except BaseException:
            if listener is not None:
                listener.close()
            self._held.close()
            raise
        self.port = listener.getsockname()[1]
        app = application(Protocol(self._account))
        config = uvicorn.Config(
            app,
            log_level="error",
            lifespan="on",
            timeout_keep_alive=60,
            timeout_graceful_shutdown=2,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, name="snowlocal", daemon=True
        )
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)
        self._announce()

    def stop(self) -> None:
        """Stop serving, close the files and give the folder free. Harmless when it is not running."""
        if self._server is None or self._thread is None or self._account is None:
            return
        (self.directory / "server.json").unlink(missing_ok=True)
        self._server.should_exit = True
        self._thread.join()
        self._account.close()
        if self._held is not None:
            self._held.close()
        self._server = self._thread = self._account = self._held = None

    def wait(self) -> None:
        """Block until the server ends."""
        if self._thread is not None:
            self._thread.join()

    @property
    def connection(self) -> dict[str, Any]:
        """What snowflake.connector.connect takes to sign in."""
        assert self._account is not None, "the account is not running"
        return {
            "account": ACCOUNT_NAME,
            "host": self.host,
            "port": self.port,
            "protocol": "http",
            "user": USER,
            "password": self._account.password,
            "role": "ACCOUNTADMIN",
            "warehouse": WAREHOUSE,
        }

    def _announce(self) -> None:
        path = self.directory / "server.json"
        facts = {
            "pid": os.getpid(),
            **self.connection,
            "buckets": str(self.directory / "buckets"),
            "started": now().isoformat(timespec="seconds"),
        }
        draft = path.with_suffix(".tmp")
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(facts))
        draft.replace(path)


def status(directory: Path) -> dict[str, Any] | None:
    """What server.json says of the account running in a folder, or None where none runs."""
    try:
        facts: dict[str, Any] = json.loads((Path(directory) / "server.json").read_text())
        os.kill(int(facts["pid"]), 0)
    except (OSError, ValueError, KeyError):
        return None
    return facts


def reset(directory: Path) -> None:
    """Remove an account's folder with all its data. Raises AccountBusy while it runs."""
    directory = Path(directory)
    if directory.exists():
        held = _hold(directory)
        shutil.rmtree(directory)
        held.close()


def _hold(directory: Path) -> IO[str]:
    held = (directory / "server.lock").open("w")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        held.close()
        facts = status(directory)
        where = f" (process {facts['pid']}, port {facts['port']})" if facts else ""
        raise AccountBusy(
            f"A local account is already running in {directory}{where}. Use it, or stop it with `snowlane local stop`."
        ) from None
    return held


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise AccountBusy(
            f"Port {port} on {host} cannot be used: {error.strerror}. Choose another port, or 0 for a free one."
        ) from None
    return listener


# -- routes

Answer = dict[str, Any]


def application(protocol: Protocol) -> Starlette:
    """The HTTP routes of Snowflake's protocol that the connector uses."""

    async def login(request: Request) -> JSONResponse:
        body = await _body(request)
        return await _reply(lambda: protocol.login(request.query_params, body))

    async def query(request: Request) -> JSONResponse:
        body = await _body(request)
        request_id = request.query_params.get("requestId")
        return await signed_in(request, lambda session: protocol.query(session, request_id, body))

    async def session(request: Request) -> JSONResponse:
        if request.query_params.get("delete"):
            return await signed_in(request, protocol.close)
        return await signed_in(request, lambda _: wire.answer(None))

    async def renew(request: Request) -> JSONResponse:
        return await signed_in(request, protocol.renew)

    async def result(request: Request) -> JSONResponse:
        query_id = request.path_params["query_id"]
        return await signed_in(request, lambda _: protocol.result(query_id))

    async def monitor(request: Request) -> JSONResponse:
        query_id = request.path_params["query_id"]
        return await signed_in(request, lambda _: protocol.monitor(query_id))

    async def abort(request: Request) -> JSONResponse:
        body = await _body(request)
        return await signed_in(request, lambda _: protocol.abort(body.get("requestId")))

    async def abort_query(request: Request) -> JSONResponse:
        query_id = request.path_params["query_id"]
        return await signed_in(request, lambda session: protocol.abort_query(session, query_id))

    async def telemetry(_: Request) -> JSONResponse:
        return JSONResponse(wire.answer(None))

    async def signed_in(request: Request, work: Callable[[Session], Answer]) -> JSONResponse:
        header = request.headers.get("Authorization", "")
        token = header.partition('Token="')[2].rstrip('"')
        return await _reply(lambda: work(protocol.session(token)))

    async def unknown(request: Request, _: Exception) -> JSONResponse:
        error = SnowflakeError(
            2, "0A000", f"The local account has no request {request.method} {request.url.path}."
        )
        return JSONResponse(wire.refusal(error), status_code=404)

    def route(
        path: str, handler: Callable[[Request], Awaitable[JSONResponse]], method: str
    ) -> Route:
        return Route(path, handler, methods=[method])

    return Starlette(
        routes=[
            route("/session/v1/login-request", login, "POST"),
            route("/session/token-request", renew, "POST"),
            route("/session/heartbeat", session, "POST"),
            route("/session", session, "POST"),
            route("/queries/v1/query-request", query, "POST"),
            route("/queries/v1/abort-request", abort, "POST"),
            route("/queries/{query_id}/abort-request", abort_query, "POST"),
            route("/queries/{query_id}/result", result, "GET"),
            route("/monitoring/queries/{query_id}", monitor, "GET"),
            route("/telemetry/send", telemetry, "POST"),
        ],
        exception_handlers={404: unknown, 405: unknown},
        lifespan=_lifespan,
    )


class _lifespan:  # noqa: N801 (named as the parameter it is given to)
    def __init__(self, _: Starlette) -> None: ...

    async def __aenter__(self) -> None:
        anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS

    async def __aexit__(self, *_: object) -> None: ...


async def _body(request: Request) -> dict[str, Any]:
    raw = await request.body()
    if request.headers.get("Content-Encoding") == "gzip":
        raw = gzip.decompress(raw)
    with suppress(ValueError):
        parsed = json.loads(raw or b"{}")
        if isinstance(parsed, dict):
            return parsed
    return {}


async def _reply(work: Callable[[], Answer]) -> JSONResponse:
    def answered() -> Answer:
        try:
            return work()
        except SnowflakeError as error:
            return wire.refusal(error)
        except (
            Exception
        ) as error:  # a fault of this program: said, with HTTP 200 so that it is not repeated
            fault = SnowflakeError(
                370001,
                "XX000",
                f"The local account failed on this statement ({type(error).__name__}: {error}). "
                "Nothing of it was kept; please report it with the statement.",
            )
            return wire.refusal(fault)

    return JSONResponse(await run_in_threadpool(answered))
