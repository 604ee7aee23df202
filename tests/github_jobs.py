"""What a workflow's job gets of GitHub: an issuer of signed tokens on loopback, and the variables that lead to it."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

_BEARER = "the-runner's-own"


@dataclass
class GitHub:
    """Issues tokens for the job whose `subject` it is; `answers` are the statuses to give before 200."""

    subject: str = ""
    address: str = ""
    answers: list[int] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    seconds: int = 300
    _key: Any = field(default_factory=lambda: rsa.generate_private_key(65537, 2048), repr=False)

    @property
    def variables(self) -> dict[str, str]:
        """What a runner sets for a job with `id-token: write`."""
        return {
            "GITHUB_ACTIONS": "true",
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{self.address}/token?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": _BEARER,
        }

    def token(self, audience: str) -> str:
        claims = {"iss": self.address, "sub": self.subject, "aud": audience}
        claims |= {"exp": int(time.time()) + self.seconds, "jti": str(uuid.uuid4())}
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": "one"})

    def answer(self, path: str, bearer: str) -> tuple[int, dict[str, Any]]:
        """Status and body of one request."""
        parts = urlsplit(path)
        if parts.path == "/.well-known/openid-configuration":
            return 200, {"issuer": self.address, "jwks_uri": f"{self.address}/keys"}
        if parts.path == "/keys":
            key = json.loads(RSAAlgorithm.to_jwk(self._key.public_key()))
            return 200, {"keys": [{**key, "kid": "one", "alg": "RS256", "use": "sig"}]}
        self.asked.append(path)
        if bearer != f"bearer {_BEARER}":
            return 401, {}
        if self.answers:
            return self.answers.pop(0), {}
        return 200, {"value": self.token(parse_qs(parts.query)["audience"][0])}


@contextmanager
def serving(github: GitHub) -> Iterator[GitHub]:
    """The issuer, listening at its `address`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = github.answer(self.path, self.headers.get("Authorization", ""))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    github.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield github
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
