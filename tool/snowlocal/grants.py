"""GRANT and REVOKE: who may give which privilege on what, and the role hierarchy.

Reads a statement, checks the giver's right and changes entries; what privileges allow is judged elsewhere.
Source: docs.snowflake.com/en/sql-reference/sql/grant-privilege, grant-role, revoke-privilege.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from snowlocal.catalog import Entry, Grant, now
from snowlocal.context import Context
from snowlocal.errors import SnowflakeError, no_privilege, unsupported
from snowlocal.grant_targets import Target, expanded, read_grantee, read_privileges, read_target
from snowlocal.privileges import GIVEN_BY
from snowlocal.result import Result, status
from snowlocal.role_grants import change_role
from snowlocal.tokens import Reader

_DONE = "Statement executed successfully."


def grant(ctx: Context, reader: Reader) -> Result:
    """GRANT privileges or a role; `reader` stands after GRANT."""
    if reader.accept("ROLE"):
        return change_role(ctx, reader, "TO")
    if reader.sees("DATABASE", "ROLE"):
        raise unsupported("GRANT DATABASE ROLE")
    privileges = read_privileges(reader)
    target = read_target(ctx, reader)
    reader.expect("TO")
    role = read_grantee(ctx, reader, "GRANT")
    if privileges == ["OWNERSHIP"]:
        from snowlocal.ownership import transfer

        return transfer(ctx, target, role, reader)
    option = reader.accept("WITH", "GRANT", "OPTION")
    reader.finish()
    if target.mode == "future":
        return grant_future(ctx, target, privileges, role, option)
    wanted = expanded(privileges, target.kind)
    with ctx.change() as change:
        given: set[str] = set()
        for entry in target.entries:
            allowed = [p for p in wanted if may_give(ctx, entry, p)]
            given.update(allowed)
            by = ctx.session.role if _by_option(ctx, entry) else entry.owner
            grants = entry.grants
            for privilege in allowed:
                grants = _with(grants, Grant(privilege, role, by, option, now().isoformat()))
            if grants != entry.grants:
                change.put(replace(entry, grants=grants))
    _report_denied(target, wanted, given)
    return _done(target)


def revoke(ctx: Context, reader: Reader) -> Result:
    """REVOKE privileges or a role; `reader` stands after REVOKE."""
    if reader.accept("ROLE"):
        return change_role(ctx, reader, "FROM")
    if reader.sees("DATABASE", "ROLE"):
        raise unsupported("REVOKE DATABASE ROLE")
    option_only = reader.accept("GRANT", "OPTION", "FOR")
    privileges = read_privileges(reader)
    target = read_target(ctx, reader)
    reader.expect("FROM")
    role = read_grantee(ctx, reader, "REVOKE")
    cascade = reader.accept("CASCADE")
    if not cascade:
        reader.accept("RESTRICT")
    reader.finish()
    if target.mode == "future":
        return revoke_future(ctx, target, privileges, role)
    if "OWNERSHIP" in privileges:
        raise unsupported("REVOKE OWNERSHIP")
    wanted = expanded(privileges, target.kind)
    skipped = revoked = 0
    with ctx.change() as change:
        given: set[str] = set()
        for entry in target.entries:
            allowed = [p for p in wanted if may_give(ctx, entry, p)]
            given.update(allowed)
            grants = entry.grants
            for privilege in allowed:
                held = [g for g in grants if g.role == role and g.privilege == privilege]
                if held and not cascade and _dependents(grants, role, privilege):
                    skipped += 1
                    continue
                revoked += len(held)
                grants = _without(grants, role, privilege, option_only)
            if grants != entry.grants:
                change.put(replace(entry, grants=grants))
    _report_denied(target, wanted, given)
    if skipped:
        raise SnowflakeError(
            3935,
            "23001",
            f"Revoke partially executed: {revoked} grant(s) revoked, {skipped} grant(s) skipped due to "
            "dependent grants and no CASCADE is specified.",
        )
    return _done(target)


def may_give(ctx: Context, entry: Entry, privilege: str) -> bool:
    """Whether the session may give or take a privilege on an object."""
    access = ctx.access
    holds = any(
        g.privilege == privilege and g.grant_option and g.role in access.roles for g in entry.grants
    )
    if entry.kind == "ACCOUNT":
        return holds or GIVEN_BY.get(privilege, "ACCOUNTADMIN") in access.roles
    schema = ctx.catalog.schema_of(entry)
    if schema is not None and schema.details.get("managed"):
        return access.owns(schema) or access.global_privilege("MANAGE GRANTS")
    return holds or access.owns(entry) or access.global_privilege("MANAGE GRANTS")


def _by_option(ctx: Context, entry: Entry) -> bool:
    access = ctx.access
    return not access.owns(entry) and not access.global_privilege("MANAGE GRANTS")


def _report_denied(target: Target, wanted: Iterable[str], given: set[str]) -> None:
    if not target.entries:
        return
    denied = [p for p in wanted if p not in given]
    if denied and not given:
        raise SnowflakeError(3102, "42501", "Grant not executed: Insufficient privileges.")
    if denied:
        text = f"Grant partially executed: privileges [{', '.join(denied)}] not granted."
        raise SnowflakeError(3011, "42501", text)


def _with(grants: tuple[Grant, ...], new: Grant) -> tuple[Grant, ...]:
    for old in grants:
        if (old.privilege, old.role, old.granted_by) == (new.privilege, new.role, new.granted_by):
            if old.grant_option or not new.grant_option:
                return grants
            return tuple(replace(g, grant_option=True) if g is old else g for g in grants)
    return (*grants, new)


def _dependents(grants: tuple[Grant, ...], role: str, privilege: str) -> list[Grant]:
    return [
        g for g in grants if g.granted_by == role and g.privilege == privilege and g.role != role
    ]


def _without(
    grants: tuple[Grant, ...], role: str, privilege: str, option_only: bool
) -> tuple[Grant, ...]:
    """The grants after a REVOKE, with what the role passed on by its grant option taken back too."""
    if option_only:
        left = tuple(
            replace(g, grant_option=False) if (g.role, g.privilege) == (role, privilege) else g
            for g in grants
        )
    else:
        left = tuple(g for g in grants if (g.role, g.privilege) != (role, privilege))
    if left == grants:
        return grants
    for dependent in _dependents(left, role, privilege):
        left = _without(left, dependent.role, privilege, False)
    return left


def _done(target: Target) -> Result:
    if target.mode == "all":
        return status(f"{_DONE} {len(target.entries)} objects affected.")
    return status(_DONE)


def require_future(ctx: Context, container: Entry) -> None:
    """Future grants take MANAGE GRANTS, or the ownership of a managed-access schema. Raises 003001."""
    managed = container.kind == "SCHEMA" and container.details.get("managed")
    if not ctx.access.global_privilege("MANAGE GRANTS") and not (
        managed and ctx.access.owns(container)
    ):
        raise no_privilege(container.kind, container.name)


def grant_future(
    ctx: Context, target: Target, privileges: list[str], role: str, option: bool
) -> Result:
    """Keep future grants on a database or schema; `future.apply` gives them to new objects."""
    container = _future_container(ctx, target)
    ownership = privileges == ["OWNERSHIP"]
    wanted = privileges if ownership else expanded(privileges, target.kind)
    kept: list[dict[str, Any]] = list(container.details.get("future", []))
    if ownership:
        kept = [g for g in kept if (g["kind"], g["privilege"]) != (target.kind, "OWNERSHIP")]
    for privilege in wanted:
        same = (target.kind, privilege, role)
        kept = [g for g in kept if (g["kind"], g["privilege"], g["role"]) != same]
        kept.append(
            {
                "kind": target.kind,
                "privilege": privilege,
                "role": role,
                "granted_by": ctx.session.role,
                "grant_option": option,
                "at": now().isoformat(),
            }
        )
    with ctx.change() as change:
        change.put(replace(container, details={**container.details, "future": kept}))
    return status(_DONE)


def revoke_future(ctx: Context, target: Target, privileges: list[str], role: str) -> Result:
    """Take future grants back; what was given to objects meanwhile stays."""
    container = _future_container(ctx, target)
    ownership = privileges == ["OWNERSHIP"]
    wanted = privileges if ownership else expanded(privileges, target.kind)
    gone = {(target.kind, p, role) for p in wanted}
    kept = [
        g
        for g in container.details.get("future", [])
        if (g["kind"], g["privilege"], g["role"]) not in gone
    ]
    with ctx.change() as change:
        change.put(replace(container, details={**container.details, "future": kept}))
    return status(_DONE)


def _future_container(ctx: Context, target: Target) -> Entry:
    container = target.container
    assert container is not None
    require_future(ctx, container)
    return container
