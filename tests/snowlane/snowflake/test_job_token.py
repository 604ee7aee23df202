"""The token of a workflow's job: asked of GitHub for every sign-in, never shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from github_jobs import GitHub, serving
from snowlane.config.project import Project
from snowlane.errors import ConfigurationError, SnowlaneError
from snowlane.snowflake.job_token import request_job_token
from snowlane.snowflake.signin import sign_in_for

SUBJECT = "repo:retail@12/platform@345:environment:qa"


@pytest.fixture
def github() -> Iterator[GitHub]:
    with serving(GitHub(SUBJECT)) as found:
        yield found


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
    assert github.asked == ["/token?api-version=2.0&audience=retail%2Fqa"]
    assert (token.subject, token.audience) == (SUBJECT, "retail/qa")
    assert token.value not in repr(token)


def test_every_sign_in_has_a_token_of_its_own(github, shop, monkeypatch, tmp_path):
    by_oidc(monkeypatch, tmp_path, github.variables)
    dev = Project(shop.root).environment("dev")
    signed = [sign_in_for(dev, shop.root, local=False) for _ in range(2)]
    first, second = (each.parameters["token"] for each in signed)
    assert first != second
    assert first in signed[0].secrets
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
    assert request_job_token(github.variables, pause=0).subject == SUBJECT
    assert len(github.asked) == 3


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
