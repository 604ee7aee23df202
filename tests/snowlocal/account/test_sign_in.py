"""Signing in without a password: by key pair, and as a workload whose issuer vouches for it."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from tests.snowlocal.account.conftest import Rows
from tests.snowlocal.conftest import Connect, error_of

from github_jobs import GitHub, serving

SUBJECT = "repo:retail/platform:environment:qa"


@pytest.fixture(scope="module")
def keys() -> list[rsa.RSAPrivateKey]:
    return [rsa.generate_private_key(65537, 2048) for _ in range(2)]


def private(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def public(key: rsa.RSAPrivateKey) -> str:
    form = PublicFormat.SubjectPublicKeyInfo
    return base64.b64encode(key.public_key().public_bytes(Encoding.DER, form)).decode()


def test_a_private_key_signs_in_the_user_of_its_public_key(
    rows: Rows, connect: Connect, name: str, keys: list[rsa.RSAPrivateKey]
) -> None:
    mine, other = keys
    rows(f"CREATE USER {name} TYPE = SERVICE RSA_PUBLIC_KEY = '{public(mine)}'")

    def sign_in(user: str, key: rsa.RSAPrivateKey) -> str:
        signed = connect(user=user, private_key=private(key), password=None, role="PUBLIC")
        return str(signed.cursor().execute("SELECT CURRENT_USER()").fetchall()[0][0])

    assert sign_in(name, mine) == name
    for user, key in ((name, other), ("SNOWLANE", mine), ("NOBODY", mine)):
        number, text = error_of(lambda user=user, key=key: sign_in(user, key))
        assert (number, "JWT token is invalid" in text) == (390144, True)
    described = {r["property"]: r["value"] for r in rows(f"DESCRIBE USER {name}")}
    assert described["RSA_PUBLIC_KEY_FP"].startswith("SHA256:")
    assert rows(f"SHOW USERS LIKE '{name}'")[0]["has_rsa_public_key"] == "true"
    rows(f"ALTER USER {name} UNSET RSA_PUBLIC_KEY")
    assert error_of(lambda: sign_in(name, mine))[0] == 390144


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    # The connector sends a workload's token to Snowflake's own hosts only, and to those named here.
    monkeypatch.setenv("SNOWFLAKE_WIF_ALLOWED_HOST_SUFFIXES", "127.0.0.1")
    with serving(GitHub(SUBJECT)) as found:
        yield found


def as_workload(connect: Connect, token: str, user: str | None = None) -> str:
    signed = connect(
        authenticator="WORKLOAD_IDENTITY",
        workload_identity_provider="OIDC",
        token=token,
        user=user,
        password=None,
        role="PUBLIC",
    )
    return str(signed.cursor().execute("SELECT CURRENT_USER()").fetchall()[0][0])


def test_a_workload_is_the_user_of_its_issuer_subject_and_audience(
    rows: Rows, connect: Connect, name: str, github: GitHub
) -> None:
    identity = f"TYPE = OIDC ISSUER = '{github.address}' SUBJECT = '{SUBJECT}'"
    rows(f"CREATE USER {name} TYPE = SERVICE WORKLOAD_IDENTITY = ({identity})")
    assert as_workload(connect, github.token("snowflakecomputing.com")) == name
    rows(
        f"ALTER USER {name} SET WORKLOAD_IDENTITY = ({identity} OIDC_AUDIENCE_LIST = ('retail/qa'))"
    )
    assert as_workload(connect, github.token("retail/qa"), name) == name
    other = error_of(lambda: as_workload(connect, github.token("retail/qa"), "SNOWLANE"))
    assert other[0] == 390144

    wrong_audience = github.token("snowflakecomputing.com")
    github.subject = "repo:retail/platform:environment:prod"
    wrong_subject = github.token("retail/qa")
    github.subject, github.seconds = SUBJECT, -60
    too_old = github.token("retail/qa")
    forged = GitHub(SUBJECT, github.address).token("retail/qa")
    for token in (wrong_audience, wrong_subject, too_old, forged):
        assert error_of(lambda token=token: as_workload(connect, token))[0] == 390144


def test_an_issuer_off_this_machine_is_not_asked(
    rows: Rows, connect: Connect, name: str, github: GitHub
) -> None:
    github.address = "https://token.actions.githubusercontent.com"
    identity = f"TYPE = OIDC ISSUER = '{github.address}' SUBJECT = '{SUBJECT}'"
    rows(f"CREATE USER {name} TYPE = SERVICE WORKLOAD_IDENTITY = ({identity})")
    number, text = error_of(lambda: as_workload(connect, github.token("snowflakecomputing.com")))
    assert (number, github.address in text) == (2, True)
