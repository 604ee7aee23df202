"""The token of a workflow's job: asked of GitHub for every sign-in, never shown."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from snowlane.config.project import Project
from snowlane.errors import ConfigurationError, SnowlaneError
from snowlane.snowflake.job_token import request_job_token
from snowlane.snowflake.signin import sign_in_for

SUBJECT = "repo:retail@12/platform@345:environment:qa"


def a_token(number: int) -> str:
    parts = ({"alg": "RS256"}, {"sub": SUBJECT, "jti": str(number)})
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts]
    return ".".join([*(part.rstrip("=") for part in encoded), "signature"])


@dataclass
class GitHub:
    """What a runner tells its steps, and what it was asked; `answers` are statuses, then 200."""

    address: str
    answers: list[int] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)

    @property
    def variables(self) -> dict[str, str]:
        return {
            "GITHUB_ACTIONS": "true",
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{self.address}/token?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "the-runner's-own",
        }


@pytest.fixture
def github() -> Iterator[GitHub]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append((self.path, self.headers["Authorization"]))
            status = found.answers.pop(0) if found.answers else 200
            body = json.dumps({"value": a_token(len(found.asked))}).encode()
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body if status == 200 else b"")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = GitHub(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def by_oidc(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variables: dict[str, str]) -> None:
    for name, value in {
        **variables,
        "SNOWFLAKE_HOME": str(tmp_path),
        "SNOWFLAKE_ACCOUNT": "retail",
        "SNOWFLAKE_AUTHENTICATOR": "workload_identity",
        "SNOWFLAKE_WORKLOAD_IDENTITY_PROVIDER": "OIDC",
    }.items():
        monkeypatch.setenv(name, value)


def test_the_request_names_the_audience_and_says_who_asks(github):
    token = request_job_token({**github.variables, "SNOWLANE_OIDC_AUDIENCE": "retail/qa"})
    assert github.asked == [
        ("/token?api-version=2.0&audience=retail%2Fqa", "bearer the-runner's-own")
    ]
    assert (token.value, token.subject, token.audience) == (a_token(1), SUBJECT, "retail/qa")
    assert a_token(1) not in repr(token)


def test_every_sign_in_has_a_token_of_its_own(github, shop, monkeypatch, tmp_path):
    by_oidc(monkeypatch, tmp_path, github.variables)
    dev = Project(shop.root).environment("dev")
    signed = [sign_in_for(dev, shop.root, local=False) for _ in range(2)]
    assert [each.parameters["token"] for each in signed] == [a_token(1), a_token(2)]
    assert a_token(1) in signed[0].secrets
    assert f"subject {SUBJECT}, audience snowflakecomputing.com" in signed[0].described


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SNOWFLAKE_TOKEN", "given"),
        ("SNOWFLAKE_TOKEN_FILE_PATH", "given.jwt"),
        ("SNOWFLAKE_WORKLOAD_IDENTITY_PROVIDER", "AWS"),
        ("SNOWFLAKE_AUTHENTICATOR", "SNOWFLAKE_JWT"),
        ("GITHUB_ACTIONS", "false"),
    ],
)
def test_other_sign_ins_ask_for_none(github, shop, monkeypatch, tmp_path, name, value):
    by_oidc(monkeypatch, tmp_path, {**github.variables})
    monkeypatch.setenv(name, value)
    sign_in_for(Project(shop.root).environment("dev"), shop.root, local=False)
    assert github.asked == []


def test_an_answer_that_may_pass_is_asked_for_again(github):
    github.answers = [503, 502]
    assert request_job_token(github.variables, pause=0).value == a_token(3)


@pytest.mark.parametrize(("answers", "asked", "why"), [([403], 1, "403"), ([500] * 9, 4, "500")])
def test_github_gives_no_token(github, answers, asked, why):
    github.answers = answers
    with pytest.raises(SnowlaneError) as raised:
        request_job_token(github.variables, pause=0)
    assert why in raised.value.why
    assert len(github.asked) == asked


def test_an_address_that_does_not_answer_is_not_shown(github):
    gone = {**github.variables, "ACTIONS_ID_TOKEN_REQUEST_URL": "http://127.0.0.1:1/job?secret=1"}
    with pytest.raises(SnowlaneError) as raised:
        request_job_token(gone, pause=0)
    assert "refused" in raised.value.why
    assert "secret" not in raised.value.why


def test_a_job_without_the_permission_is_told_which(shop, monkeypatch, tmp_path):
    by_oidc(monkeypatch, tmp_path, {"GITHUB_ACTIONS": "true"})
    with pytest.raises(ConfigurationError) as raised:
        sign_in_for(Project(shop.root).environment("dev"), shop.root, local=False)
    assert "id-token: write" in raised.value.next
