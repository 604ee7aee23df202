"""Snowflake's protocol without the connector, to send exactly the same request twice."""

from __future__ import annotations

import json
import urllib.request
from typing import Any
from urllib.parse import urlencode


class RawSession:
    """A sign-in whose requests are put together by hand."""

    def __init__(self, connection: dict[str, Any]) -> None:
        self._base = f"{connection['protocol']}://{connection['host']}:{connection['port']}"
        self._token: str | None = None
        data = {"LOGIN_NAME": connection["user"], "PASSWORD": connection["password"]}
        reply = self.post("/session/v1/login-request", {}, {"data": data})
        self._token = reply["data"]["token"]

    def query(self, sql: str, request_id: str) -> dict[str, Any]:
        """Send one statement under a request id."""
        return self.post("/queries/v1/query-request", {"requestId": request_id}, {"sqlText": sql})

    def post(self, path: str, query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
        """Send a request and read its reply."""
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f'Snowflake Token="{self._token}"'
        request = urllib.request.Request(
            f"{self._base}{path}?{urlencode(query)}", json.dumps(body).encode(), headers
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
        return found
