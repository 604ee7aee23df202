"""The INFORMATION_SCHEMA views about roles and privileges.

Source: docs.snowflake.com/en/sql-reference/info-schema/object_privileges, applicable_roles, enabled_roles.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from snowlocal.access import inherited, roles_of_user
from snowlocal.catalog import ACCOUNT_ID, Entry
from snowlocal.context import Context
from snowlocal.information_columns import yes

Row = dict[str, Any]


def _privileges(ctx: Context, entries: list[Entry], prefix: str) -> Iterator[Row]:
    for entry in entries:
        name = ctx.catalog.name_of(entry)
        place = {
            f"{prefix}_CATALOG": name.database,
            f"{prefix}_SCHEMA": name.schema,
            f"{prefix}_NAME": name.name,
        }
        held = [(g.granted_by, g.role, g.privilege, g.grant_option) for g in entry.grants]
        for by, role, privilege, option in [(entry.owner, entry.owner, "OWNERSHIP", True), *held]:
            yield {
                **place,
                "OBJECT_TYPE": entry.kind,
                "GRANTOR": by,
                "GRANTEE": role,
                "GRANTED_TO": "ROLE",
                "PRIVILEGE_TYPE": privilege,
                "IS_GRANTABLE": yes(option),
                "WITH_HIERARCHY": "NO",
                "CREATED": entry.created,
            }


def object_privileges(ctx: Context, entries: list[Entry]) -> Iterator[Row]:
    """OBJECT_PRIVILEGES of these objects."""
    return _privileges(ctx, entries, "OBJECT")


def table_privileges(ctx: Context, entries: list[Entry]) -> Iterator[Row]:
    """TABLE_PRIVILEGES of these tables and views."""
    return _privileges(ctx, entries, "TABLE")


def applicable_roles(ctx: Context, _: Entry) -> Iterator[Row]:
    """APPLICABLE_ROLES: which role the user has by which grant."""
    user = ctx.session.user
    mine = inherited(ctx.catalog, roles_of_user(ctx.catalog, user))
    for role in ctx.catalog.children(ACCOUNT_ID, "ROLE"):
        holders = [h for h in role.details.get("roles", []) if h in mine]
        if user in role.details.get("users", []):
            holders.append(user)
        for holder in holders:
            yield {
                "GRANTEE": holder,
                "ROLE_NAME": role.name,
                "ROLE_OWNER": role.owner,
                "IS_GRANTABLE": yes(role.owner in mine),
            }


def enabled_roles(ctx: Context, _: Entry) -> Iterator[Row]:
    """ENABLED_ROLES: the roles of the session."""
    for name in sorted(ctx.access.roles):
        role = ctx.catalog.find("ROLE", ACCOUNT_ID, name)
        yield {"ROLE_NAME": name, "ROLE_OWNER": role.owner if role else None}
