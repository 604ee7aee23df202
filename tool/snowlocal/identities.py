"""Sign-ins by a signed token: key pair, and workload identity by OIDC. Tells whose token it is; keeps none.

A workload's issuer is asked for its keys, and the account reaches nothing but this machine: an issuer elsewhere may be
named, and a sign-in by its token is refused by name.
Source: docs.snowflake.com/en/user-guide/key-pair-auth, key-pair-auth-troubleshooting, workload-identity-federation.
"""

from __future__ import annotations

import base64
import hashlib
import json
import urllib.request
import uuid
from binascii import Error as NotBase64
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from snowlocal.catalog import Entry
from snowlocal.errors import SnowflakeError, unsupported

DEFAULT_AUDIENCE = "snowflakecomputing.com"
_ALGORITHMS = ["RS256"]
_SECONDS_TO_ANSWER = 5


def read_public_key(text: str) -> RSAPublicKey | None:
    """The key of an RSA_PUBLIC_KEY property, PEM without its first and last line; None where it is no such key."""
    try:
        key = load_der_public_key(base64.b64decode("".join(text.split()), validate=True))
    except (NotBase64, ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPublicKey) else None


def fingerprint(text: str) -> str:
    """What DESCRIBE USER shows of a public key."""
    digest = hashlib.sha256(base64.b64decode("".join(text.split()))).digest()
    return f"SHA256:{base64.b64encode(digest).decode()}"


def key_pair_user(users: Iterable[Entry], account: str, login: str, token: str) -> str:
    """Whose private key signed the token: the user `login`. Raises SnowflakeError 390144 where it is not theirs."""
    entry = next((each for each in users if each.name == login), None)
    written = entry.details.get("rsa_public_key") if entry is not None else None
    key = read_public_key(str(written)) if written else None
    if key is None:
        raise _invalid()
    name = f"{account.upper()}.{login}"
    try:
        claims = jwt.decode(
            token, key, algorithms=_ALGORITHMS, issuer=f"{name}.{fingerprint(str(written))}"
        )
    except jwt.InvalidTokenError:
        raise _invalid() from None
    if claims.get("sub") != name:
        raise _invalid()
    return login


def workload_user(users: Iterable[Entry], login: str, provider: str, token: str) -> str:
    """The service user whose WORKLOAD_IDENTITY is the token's; `login` may name it, or be empty.

    Raises SnowflakeError where it is nobody's, or another's.
    """
    if provider.upper() != "OIDC":
        raise unsupported(f"workload identity provider {provider}")
    try:
        unverified = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        raise _invalid() from None
    for entry in users:
        identity = entry.details.get("workload_identity")
        if not identity or any(
            identity[claim] != unverified.get(name)
            for claim, name in (("issuer", "iss"), ("subject", "sub"))
        ):
            continue
        try:
            jwt.decode(
                token,
                _issuers_key(identity["issuer"], token),
                algorithms=_ALGORITHMS,
                audience=identity["audiences"] or [DEFAULT_AUDIENCE],
            )
        except (jwt.PyJWTError, OSError, ValueError, KeyError):
            raise _invalid() from None
        if login not in ("", entry.name):
            raise _invalid()
        return entry.name
    raise _invalid()


def _issuers_key(issuer: str, token: str) -> Any:
    """The key that the token names, as its issuer publishes it."""
    found = urlsplit(issuer)
    if found.scheme not in ("http", "https") or found.hostname not in ("127.0.0.1", "localhost"):
        raise unsupported(f"workload identity of the issuer {issuer}")
    wanted = jwt.get_unverified_header(token).get("kid")
    published = _asked(_asked(f"{issuer}/.well-known/openid-configuration")["jwks_uri"])["keys"]
    return {key["kid"]: jwt.PyJWK(key) for key in published}[wanted].key


def _asked(address: str) -> dict[str, Any]:
    with urllib.request.urlopen(address, timeout=_SECONDS_TO_ANSWER) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def _invalid() -> SnowflakeError:
    # Snowflake tells the reason only to administrators, by the number in brackets.
    return SnowflakeError(390144, "08001", f"JWT token is invalid. [{uuid.uuid4()}]")
