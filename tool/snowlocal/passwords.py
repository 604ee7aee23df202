"""Passwords of users made by CREATE USER: kept as a salted hash, compared without telling how far they agree."""

from __future__ import annotations

import hashlib
import hmac
import secrets


def hashed(password: str) -> list[str]:
    """What is kept of a password: [salt, hash], both in hex."""
    salt = secrets.token_hex(16)
    return [salt, _hash(salt, password)]


def matches(kept: list[str], password: str) -> bool:
    """Whether `kept` was made of this password."""
    salt, digest = kept
    return hmac.compare_digest(_hash(salt, password), digest)


def _hash(salt: str, password: str) -> str:
    return hashlib.scrypt(password.encode(), salt=bytes.fromhex(salt), n=2**12, r=8, p=1).hex()
