"""Users: who may sign in, and where a session of theirs begins. A password is kept as a salted hash and never shown.

Details: the properties in lower case; "password" is [salt, hash] in hex, "workload_identity" is {issuer, subject,
audiences}. What would not be obeyed is refused by name.
Source: docs.snowflake.com/en/sql-reference/sql/create-user, alter-user, desc-user, show-users.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, ClassVar

from snowlocal import passwords
from snowlocal.catalog import ACCOUNT_ID, Entry, now
from snowlocal.change import Change
from snowlocal.context import Context
from snowlocal.errors import compilation, exists, unsupported
from snowlocal.kinds.base import Columns, Head, Kind
from snowlocal.result import Result, status, table
from snowlocal.tokens import Reader

DONE = "Statement executed successfully."
_TYPES = ("PERSON", "SERVICE", "LEGACY_SERVICE")
_TEXTS = ("DISPLAY_NAME", "FIRST_NAME", "MIDDLE_NAME", "LAST_NAME", "EMAIL")
_NAMES = ("DEFAULT_ROLE", "DEFAULT_WAREHOUSE", "DEFAULT_NAMESPACE")
_UNSET_TOO = ("PASSWORD", "RSA_PUBLIC_KEY", "WORKLOAD_IDENTITY", "DEFAULT_SECONDARY_ROLES", "TYPE")
# What a user may change of itself without owning itself.
_OWN = {"DEFAULT_ROLE", "DEFAULT_WAREHOUSE", "DEFAULT_NAMESPACE", "DEFAULT_SECONDARY_ROLES"}
# Not for service users. docs.snowflake.com/en/user-guide/admin-user-management, "Types of users".
_PEOPLE_ONLY = {"FIRST_NAME", "MIDDLE_NAME", "LAST_NAME", "PASSWORD", "MUST_CHANGE_PASSWORD"}


class User(Kind):
    """CREATE, ALTER, DROP, SHOW, DESCRIBE USER."""

    name = "USER"
    plural = "USERS"
    level = "account"
    show_columns: ClassVar[Columns] = (
        ("name", "text"),
        ("created_on", "timestamp_ltz"),
        ("login_name", "text"),
        ("display_name", "text"),
        ("first_name", "text"),
        ("last_name", "text"),
        ("email", "text"),
        ("mins_to_unlock", "text"),
        ("days_to_expiry", "text"),
        ("comment", "text"),
        ("disabled", "text"),
        ("must_change_password", "text"),
        ("snowflake_lock", "text"),
        ("default_warehouse", "text"),
        ("default_namespace", "text"),
        ("default_role", "text"),
        ("default_secondary_roles", "text"),
        ("ext_authn_duo", "text"),
        ("ext_authn_uid", "text"),
        ("mins_to_bypass_mfa", "text"),
        ("owner", "text"),
        ("last_success_login", "timestamp_ltz"),
        ("expires_at_time", "timestamp_ltz"),
        ("locked_until_time", "timestamp_ltz"),
        ("has_password", "text"),
        ("has_rsa_public_key", "text"),
        ("type", "text"),
        ("has_mfa", "text"),
    )

    def create(self, ctx: Context, head: Head, reader: Reader) -> Result:
        """CREATE USER name properties."""
        slot = self.slot(ctx, head, reader.qualified())
        options = reader.options()
        comment = str(options.pop("COMMENT", ""))
        details = _changed({}, options, slot.name, "CREATE")
        skipped = self.skipped(slot, head)
        if skipped:
            return skipped
        with ctx.change() as change:
            if slot.existing is not None:
                _leave(change, slot.name, None)
            self.fill(ctx, change, slot, details, comment)
        return self.created(slot)

    def alter(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """ALTER USER: by its owner; a user may set its own defaults."""
        if entry.name == ctx.session.user and reader.sees("SET"):
            ahead = Reader(reader.source, reader.tokens)
            ahead.at = reader.at + 1
            options = ahead.options()
            if set(options) <= _OWN:
                return self.set(ctx, entry, options)
        return super().alter(ctx, entry, reader)

    def set(self, ctx: Context, entry: Entry, options: dict[str, Any]) -> Result:
        """ALTER USER … SET."""
        comment = str(options.pop("COMMENT", entry.comment))
        details = _changed(entry.details, options, entry.name, "ALTER")
        with ctx.change() as change:
            change.put(replace(entry, comment=comment, details=details, altered=now()))
        return status(DONE)

    def unset(self, ctx: Context, entry: Entry, keys: list[str]) -> Result:
        """ALTER USER … UNSET."""
        details, comment = dict(entry.details), entry.comment
        for key in keys:
            if key == "COMMENT":
                comment = ""
            elif key in (*_TEXTS, *_NAMES, *_UNSET_TOO):
                details.pop(key.lower(), None)
            else:
                raise unsupported(f"ALTER USER UNSET {key}")
        with ctx.change() as change:
            change.put(replace(entry, comment=comment, details=details, altered=now()))
        return status(DONE)

    def rename(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """RENAME TO: roles granted to the user stay granted."""
        (new,) = reader.qualified()
        reader.finish()
        if ctx.catalog.find("USER", ACCOUNT_ID, new) is not None:
            raise exists(new)
        with ctx.change() as change:
            change.put(replace(entry, name=new, altered=now()))
            _leave(change, entry.name, new)
        for session in ctx.account.sessions.values():
            if session.user == entry.name:
                session.user = new
        return status(DONE)

    def drop(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """DROP USER; roles granted to it forget it."""
        ctx.access.require_owner(entry)
        reader.finish()
        if entry.name == ctx.session.user:
            raise unsupported("DROP USER of the user that is signed in")
        with ctx.change() as change:
            _leave(change, entry.name, None)
            self.discard(change, entry)
        return status(f"{entry.name} successfully dropped.")

    def row(self, ctx: Context, entry: Entry) -> dict[str, Any]:
        """A row of SHOW USERS."""
        details = entry.details
        service = details.get("type") == "SERVICE"
        return {
            **{key.lower(): details.get(key.lower()) or "" for key in (*_TEXTS, *_NAMES)},
            "name": entry.name,
            "created_on": entry.created,
            "login_name": entry.name,
            "display_name": details.get("display_name") or entry.name,
            "mins_to_unlock": "",
            "days_to_expiry": "",
            "comment": entry.comment,
            "disabled": "false",
            "must_change_password": "false",
            "snowflake_lock": "false",
            "default_secondary_roles": details.get("default_secondary_roles") or "",
            "ext_authn_duo": "false",
            "ext_authn_uid": "",
            "mins_to_bypass_mfa": "",
            "owner": entry.owner,
            "has_password": "false" if service else "true",
            "has_rsa_public_key": "true" if details.get("rsa_public_key") else "false",
            "type": details.get("type"),
            "has_mfa": "false",
        }

    def describe(self, ctx: Context, entry: Entry) -> Result:
        """DESCRIBE USER: a row a property; the password only as stars."""
        row = self.row(ctx, entry)
        key = entry.details.get("rsa_public_key")
        shown = {
            "NAME": entry.name,
            "COMMENT": entry.comment,
            "DISPLAY_NAME": row["display_name"],
            "TYPE": entry.details.get("type") or "PERSON",
            "LOGIN_NAME": entry.name,
            "FIRST_NAME": row["first_name"],
            "MIDDLE_NAME": row["middle_name"],
            "LAST_NAME": row["last_name"],
            "EMAIL": row["email"],
            "PASSWORD": "********" if row["has_password"] == "true" else None,
            "MUST_CHANGE_PASSWORD": "false",
            "DISABLED": "false",
            "SNOWFLAKE_LOCK": "false",
            "DEFAULT_WAREHOUSE": row["default_warehouse"],
            "DEFAULT_NAMESPACE": row["default_namespace"],
            "DEFAULT_ROLE": row["default_role"],
            "DEFAULT_SECONDARY_ROLES": row["default_secondary_roles"],
            "RSA_PUBLIC_KEY": key,
            "RSA_PUBLIC_KEY_FP": _fingerprint(key) if key else None,
        }
        columns = (
            ("property", "text"),
            ("value", "text"),
            ("default", "text"),
            ("description", "text"),
        )
        return table(
            columns,
            [
                {
                    "property": key,
                    "value": value or "null",
                    "default": "false" if value == "false" else "null",
                    "description": key.capitalize().replace("_", " "),
                }
                for key, value in shown.items()
            ],
        )


def _changed(
    details: dict[str, Any], options: dict[str, Any], name: str, verb: str
) -> dict[str, Any]:
    """The details with `options` applied. Raises 000002 for what would be obeyed in name only."""
    found = dict(details)
    for key, value in options.items():
        if key == "PASSWORD":
            found["password"] = passwords.hashed(str(value))
        elif key == "TYPE":
            kind = str(value).upper()
            if kind not in _TYPES:
                raise compilation(1008, "22023", f"invalid value [{value}] for parameter 'TYPE'")
            found["type"] = kind
        elif key in _TEXTS:
            found[key.lower()] = str(value)
        elif key in _NAMES:
            found[key.lower()] = _folded(str(value))
        elif key == "DEFAULT_SECONDARY_ROLES":
            if value not in (["ALL"], []):
                raise unsupported(f"{verb} USER DEFAULT_SECONDARY_ROLES = {value}")
            found["default_secondary_roles"] = '["ALL"]' if value else "[]"
        elif key == "RSA_PUBLIC_KEY":
            found["rsa_public_key"] = _public_key(str(value))
        elif key == "WORKLOAD_IDENTITY":
            found["workload_identity"] = _workload_identity(value)
        elif not _idle(key, value, name):
            raise unsupported(f"{verb} USER {key}")
    if found.get("type") == "SERVICE":
        wrong = sorted(_PEOPLE_ONLY & {key.upper() for key in found})
        if wrong:
            raise compilation(
                1423, "22023", f"invalid property {wrong[0]} for a user of type SERVICE"
            )
    elif "workload_identity" in found:
        kind = found.get("type", "PERSON")
        raise compilation(
            1423, "22023", f"invalid property WORKLOAD_IDENTITY for a user of type {kind}"
        )
    return found


def _public_key(text: str) -> str:
    # Few users have a key, and what reads it is slow to import.
    from snowlocal.identities import read_public_key

    if read_public_key(text) is None:
        raise compilation(1008, "22023", "invalid value for parameter 'RSA_PUBLIC_KEY'")
    return text


def _fingerprint(text: str) -> str:
    from snowlocal.identities import fingerprint

    return fingerprint(text)


def _workload_identity(value: Any) -> dict[str, Any]:
    """Issuer, subject and audiences of WORKLOAD_IDENTITY = (TYPE = OIDC …)."""
    given = dict(value) if isinstance(value, dict) else {}
    kind = str(given.pop("TYPE", "")).upper()
    if kind != "OIDC":
        raise unsupported(f"WORKLOAD_IDENTITY TYPE = {kind or value}")
    audiences = given.pop("OIDC_AUDIENCE_LIST", [])
    missing = [key for key in ("ISSUER", "SUBJECT") if not given.get(key)]
    if missing or set(given) != {"ISSUER", "SUBJECT"} or not isinstance(audiences, list):
        wrong = (missing or sorted(set(given) - {"ISSUER", "SUBJECT"}) or ["OIDC_AUDIENCE_LIST"])[0]
        raise compilation(1008, "22023", f"invalid value for parameter 'WORKLOAD_IDENTITY.{wrong}'")
    return {
        "issuer": str(given["ISSUER"]),
        "subject": str(given["SUBJECT"]),
        "audiences": [str(each) for each in audiences],
    }


def _idle(key: str, value: Any, name: str) -> bool:
    """Whether a property says what is so anyway."""
    if key == "LOGIN_NAME":
        return str(value).upper() == name
    return key in ("DISABLED", "MUST_CHANGE_PASSWORD") and value is False


def _folded(name: str) -> str:
    return name.upper() if re.fullmatch(r"[A-Za-z_][\w$]*(\.[A-Za-z_][\w$]*)*", name) else name


def _leave(change: Change, user: str, new: str | None) -> None:
    """Give the user's place in the roles granted to it to `new`, or to nobody."""
    for role in change.catalog.children(ACCOUNT_ID, "ROLE"):
        users = role.details.get("users", [])
        if user in users:
            left = [new if u == user else u for u in users if u != user or new]
            change.put(replace(role, details={**role.details, "users": left}))
