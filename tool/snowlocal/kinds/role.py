"""Account roles: the names that own things and hold privileges. `grants.py` changes which is granted to whom.

Details: "roles" (names of the roles it is granted to), "users" (names of users), "given" (when and by whom).
Source: docs.snowflake.com/en/sql-reference/sql/create-role and show-roles.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from snowlocal.access import inherited, roles_of_user
from snowlocal.catalog import ACCOUNT_ID, Entry, now
from snowlocal.change import Change
from snowlocal.context import Context
from snowlocal.errors import exists, unsupported
from snowlocal.kinds.base import Columns, Head, Kind
from snowlocal.result import Result, status
from snowlocal.tokens import Reader


class Role(Kind):
    """CREATE, ALTER, DROP, SHOW ROLE."""

    name = "ROLE"
    plural = "ROLES"
    level = "account"
    show_columns: ClassVar[Columns] = (
        ("created_on", "timestamp_ltz"),
        ("name", "text"),
        ("is_default", "text"),
        ("is_current", "text"),
        ("is_inherited", "text"),
        ("assigned_to_users", "fixed"),
        ("granted_to_roles", "fixed"),
        ("granted_roles", "fixed"),
        ("owner", "text"),
        ("comment", "text"),
    )

    def create(self, ctx: Context, head: Head, reader: Reader) -> Result:
        """CREATE ROLE name [COMMENT = '…']; nobody gets the role by that, not even its maker."""
        slot = self.slot(ctx, head, reader.qualified())
        options = reader.options()
        comment = str(options.pop("COMMENT", ""))
        if options:
            raise unsupported(f"CREATE ROLE {', '.join(options)}")
        skipped = self.skipped(slot, head)
        if skipped:
            return skipped
        with ctx.change() as change:
            if slot.existing is not None:
                _leave(change, slot.name, ctx.session.role)
            self.fill(ctx, change, slot, {"roles": [], "users": []}, comment)
        return self.created(slot)

    def drop(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """DROP ROLE: what it owns goes to the role that drops it, what it was granted is gone."""
        ctx.access.require_owner(entry)
        reader.finish()
        with ctx.change() as change:
            _leave(change, entry.name, ctx.session.role)
            self.discard(change, entry)
        return status(f"{entry.name} successfully dropped.")

    def rename(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """RENAME TO: everything that the role owns and holds goes with it."""
        (new,) = reader.qualified()
        reader.finish()
        ctx.access.require_global("CREATE ROLE")
        if ctx.catalog.find("ROLE", ACCOUNT_ID, new) is not None:
            raise exists(new)
        with ctx.change() as change:
            change.put(replace(entry, name=new, altered=now()))
            for other in list(change.catalog.all()):
                renamed = _with_role_renamed(other, entry.name, new)
                if renamed is not None:
                    change.put(renamed)
        for session in ctx.account.sessions.values():
            if session.role == entry.name:
                session.role = new
        return status("Statement executed successfully.")

    def row(self, ctx: Context, entry: Entry) -> dict[str, Any]:
        """A row of SHOW ROLES."""
        user = ctx.catalog.find("USER", ACCOUNT_ID, ctx.session.user)
        default = user.details.get("default_role") if user else None
        mine = inherited(ctx.catalog, roles_of_user(ctx.catalog, ctx.session.user))
        below = [
            role
            for role in ctx.catalog.children(ACCOUNT_ID, "ROLE")
            if entry.name in role.details.get("roles", [])
        ]
        return {
            "created_on": entry.created,
            "name": entry.name,
            "is_default": _yes(entry.name == default),
            "is_current": _yes(entry.name == ctx.session.role),
            "is_inherited": _yes(entry.name in mine and entry.name != ctx.session.role),
            "assigned_to_users": len(entry.details.get("users", [])),
            "granted_to_roles": len(entry.details.get("roles", [])),
            "granted_roles": len(below),
            "owner": entry.owner,
            "comment": entry.comment,
        }


def _yes(answer: bool) -> str:
    return "Y" if answer else "N"


def _leave(change: Change, role: str, heir: str) -> None:
    """Take a role out of everything that names it: owners become `heir`, its grants go."""
    for entry in list(change.catalog.all()):
        kept = tuple(g for g in entry.grants if g.role != role)
        details = entry.details
        if entry.kind == "ROLE" and role in details.get("roles", []):
            details = {**details, "roles": [r for r in details["roles"] if r != role]}
        future = details.get("future")
        if future and any(g["role"] == role for g in future):
            details = {**details, "future": [g for g in future if g["role"] != role]}
        owner = heir if entry.owner == role else entry.owner
        if owner != entry.owner or kept != entry.grants or details is not entry.details:
            change.put(replace(entry, owner=owner, grants=kept, details=details))


def _with_role_renamed(entry: Entry, old: str, new: str) -> Entry | None:
    def name(given: str) -> str:
        return new if given == old else given

    details = dict(entry.details)
    if entry.kind == "ROLE":
        details["roles"] = [name(r) for r in details.get("roles", [])]
        given = details.get("given", {})
        details["given"] = {
            (f"ROLE {new}" if key == f"ROLE {old}" else key): [at, name(by)]
            for key, (at, by) in given.items()
        }
    if entry.kind == "USER" and details.get("default_role") == old:
        details["default_role"] = new
    if "future" in details:
        details["future"] = [
            {**g, "role": name(g["role"]), "granted_by": name(g["granted_by"])}
            for g in details["future"]
        ]
    grants = tuple(
        replace(g, role=name(g.role), granted_by=name(g.granted_by)) for g in entry.grants
    )
    renamed = replace(entry, owner=name(entry.owner), grants=grants, details=details)
    return None if renamed == entry else renamed
