"""SHOW GRANTS ON, TO and OF, and SHOW FUTURE GRANTS: what the entries' grants and the roles' holders say.

Source: docs.snowflake.com/en/sql-reference/sql/show-grants.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from snowlocal import kinds_table
from snowlocal.catalog import ACCOUNT_ID, COLUMNED, Entry, Grant
from snowlocal.context import Context
from snowlocal.errors import SnowflakeError, compilation, missing, unsupported
from snowlocal.grant_targets import read_container, read_object
from snowlocal.kinds.base import Columns
from snowlocal.names import dotted
from snowlocal.result import Result, table
from snowlocal.show_filters import cut
from snowlocal.tokens import Reader

_PRIVILEGES: Columns = (
    ("created_on", "timestamp_ltz"),
    ("privilege", "text"),
    ("granted_on", "text"),
    ("name", "text"),
    ("granted_to", "text"),
    ("grantee_name", "text"),
    ("grant_option", "text"),
    ("granted_by", "text"),
    ("granted_by_role_type", "text"),
)
_ROLES: Columns = (
    ("created_on", "timestamp_ltz"),
    ("role", "text"),
    ("granted_to", "text"),
    ("grantee_name", "text"),
    ("granted_by", "text"),
)
_FUTURE: Columns = (
    ("created_on", "timestamp_ltz"),
    ("privilege", "text"),
    ("grant_on", "text"),
    ("name", "text"),
    ("grant_to", "text"),
    ("grantee_name", "text"),
    ("grant_option", "text"),
)


def grants(ctx: Context, reader: Reader) -> Result:
    """SHOW GRANTS [ON … | TO ROLE|USER … | OF ROLE …] [LIMIT n]; `reader` stands after GRANTS."""
    if reader.accept("ON"):
        return _on(ctx, reader)
    if reader.accept("OF"):
        reader.expect("ROLE")
        role = _account_object(ctx, "ROLE", reader)
        return table(_ROLES, cut(list(_holders(role)), _limit(reader)))
    if reader.accept("TO"):
        if reader.accept("ROLE"):
            role = _account_object(ctx, "ROLE", reader)
            return table(_PRIVILEGES, cut(list(_held(ctx, role)), _limit(reader)))
        if not reader.accept("USER"):
            raise unsupported(f"SHOW GRANTS TO {reader.rest().upper()}")
        user = _account_object(ctx, "USER", reader)
        return table(_ROLES, cut(list(_of_user(ctx, user.name)), _limit(reader)))
    return table(_ROLES, cut(list(_of_user(ctx, ctx.session.user)), _limit(reader)))


def future_grants(ctx: Context, reader: Reader) -> Result:
    """SHOW FUTURE GRANTS IN DATABASE|SCHEMA … or TO ROLE …"""
    if reader.accept("TO"):
        reader.expect("ROLE")
        role = _account_object(ctx, "ROLE", reader).name
        places = [e for e in ctx.catalog.below(ACCOUNT_ID) if e.kind in ("DATABASE", "SCHEMA")]
        rows = [r for e in places for r in _future_rows(ctx, e) if r["grantee_name"] == role]
    else:
        rows = list(_future_rows(ctx, read_container(ctx, reader)))
    return table(_FUTURE, cut(rows, _limit(reader)))


def _limit(reader: Reader) -> int | None:
    limit = int(reader.value()) if reader.accept("LIMIT") else None
    reader.finish()
    return limit


def _account_object(ctx: Context, kind: str, reader: Reader) -> Entry:
    name = reader.identifier()
    found = ctx.catalog.find(kind, ACCOUNT_ID, name)
    if found is None:
        raise missing(kind, dotted(name))
    return found


def _on(ctx: Context, reader: Reader) -> Result:
    entry = ctx.catalog.get(ACCOUNT_ID) if reader.accept("ACCOUNT") else _named(ctx, reader)
    return table(_PRIVILEGES, cut(list(_given(ctx, entry)), _limit(reader)))


def _named(ctx: Context, reader: Reader) -> Entry:
    """The object after ON: of the kind that is said, else a table, a view or one of their like. Raises 002003."""
    at = reader.at
    try:
        return read_object(ctx, kinds_table.read(reader), reader)
    except SnowflakeError as error:
        reader.at = at
        token = reader.peek()
        if error.number != 2 or token is None or token.kind not in ("word", "name"):
            raise
        parts = reader.qualified()
        if not (reader.done or reader.sees("LIMIT")):
            raise
    schema, name = ctx.place(parts, "SHOW")
    found = ctx.catalog.find("TABLE", schema.id, name)
    if found is None or found.kind not in COLUMNED or not ctx.access.sees(found):
        shown = dotted(*parts)
        raise compilation(2003, "02000", f"Object '{shown}' does not exist or not authorized.")
    return found


def _shown_name(ctx: Context, entry: Entry) -> str:
    return entry.name if entry.id == ACCOUNT_ID else ctx.catalog.text_of(entry)


def _shown_kind(kind: str) -> str:
    return kind.replace(" ", "_")


def _given(ctx: Context, entry: Entry) -> Iterator[dict[str, Any]]:
    """The privileges on one object, ownership first."""
    common = {
        "granted_on": _shown_kind(entry.kind),
        "name": _shown_name(ctx, entry),
        "granted_to": "ROLE",
        "granted_by_role_type": "ROLE",
    }
    if entry.owner and entry.kind != "ACCOUNT":
        yield {
            **common,
            "created_on": entry.created,
            "privilege": "OWNERSHIP",
            "grantee_name": entry.owner,
            "grant_option": "true",
            "granted_by": entry.owner,
        }
    for grant in sorted(entry.grants, key=lambda g: (g.privilege, g.role)):
        yield {
            **common,
            "created_on": _time(grant, entry),
            "privilege": grant.privilege,
            "grantee_name": grant.role,
            "grant_option": "true" if grant.grant_option else "false",
            "granted_by": grant.granted_by,
        }


def _time(grant: Grant, entry: Entry) -> datetime:
    return datetime.fromisoformat(grant.at) if grant.at else entry.created


def _held(ctx: Context, role: Entry) -> Iterator[dict[str, Any]]:
    """What one role owns, holds and was granted as roles, on live objects."""
    for entry in [ctx.catalog.get(ACCOUNT_ID), *ctx.catalog.below(ACCOUNT_ID)]:
        yield from (row for row in _given(ctx, entry) if row["grantee_name"] == role.name)
        if entry.kind == "ROLE" and role.name in entry.details.get("roles", []):
            at, by = _given_mark(entry, f"ROLE {role.name}")
            yield {
                "created_on": at,
                "privilege": "USAGE",
                "granted_on": "ROLE",
                "name": entry.name,
                "granted_to": "ROLE",
                "grantee_name": role.name,
                "grant_option": "false",
                "granted_by": by,
                "granted_by_role_type": "ROLE" if by else "",
            }


def _given_mark(role: Entry, holder: str) -> tuple[datetime, str]:
    at, by = role.details.get("given", {}).get(holder, (None, ""))
    return (datetime.fromisoformat(at) if at else role.created), by


def _holders(role: Entry) -> Iterator[dict[str, Any]]:
    for word, key in (("ROLE", "roles"), ("USER", "users")):
        for name in role.details.get(key, []):
            at, by = _given_mark(role, f"{word} {name}")
            yield {
                "created_on": at,
                "role": role.name,
                "granted_to": word,
                "grantee_name": name,
                "granted_by": by,
            }


def _of_user(ctx: Context, user: str) -> Iterator[dict[str, Any]]:
    for role in ctx.catalog.children(ACCOUNT_ID, "ROLE"):
        for row in _holders(role):
            if (row["granted_to"], row["grantee_name"]) == ("USER", user):
                yield row


def _future_rows(ctx: Context, container: Entry) -> Iterator[dict[str, Any]]:
    for given in container.details.get("future", []):
        yield {
            "created_on": datetime.fromisoformat(given["at"]),
            "privilege": given["privilege"],
            "grant_on": _shown_kind(given["kind"]),
            "name": f"{ctx.catalog.text_of(container)}.<{_shown_kind(given['kind'])}>",
            "grant_to": "ROLE",
            "grantee_name": given["role"],
            "grant_option": "true" if given["grant_option"] else "false",
        }
