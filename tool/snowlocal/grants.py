"""GRANT and REVOKE: who may give which privilege on what, and the role hierarchy.

Reads a statement, checks the giver's right and changes entries; what privileges allow is judged elsewhere.
Source: docs.snowflake.com/en/sql-reference/sql/grant-privilege, grant-role, revoke-privilege.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from snowlocal import kinds_table
from snowlocal.access import inherited
from snowlocal.arguments import signature
from snowlocal.catalog import ACCOUNT_ID, Entry, Grant, now
from snowlocal.context import Context
from snowlocal.errors import (
    SnowflakeError,
    compilation,
    missing,
    no_privilege,
    syntax,
    unsupported,
)
from snowlocal.kinds.base import Kind
from snowlocal.names import dotted
from snowlocal.privileges import GIVEN_BY, NOT_IN_ALL, PRIVILEGES
from snowlocal.result import Result, status
from snowlocal.tokens import Reader

_DONE = "Statement executed successfully."


@dataclass(frozen=True, slots=True)
class Target:
    """What a grant is on. `mode` is "one", "all" or "future"; for "future" the entry is the container."""

    mode: str
    kind: str
    entries: tuple[Entry, ...]
    container: Entry | None = None


def grant(ctx: Context, reader: Reader) -> Result:
    """GRANT privileges or a role; `reader` stands after GRANT."""
    if reader.accept("ROLE"):
        return _role(ctx, reader, "TO")
    if reader.sees("DATABASE", "ROLE"):
        raise unsupported("GRANT DATABASE ROLE")
    privileges = _privileges(reader)
    target = read_target(ctx, reader)
    reader.expect("TO")
    role = _grantee(ctx, reader, "GRANT")
    if privileges == ["OWNERSHIP"]:
        from snowlocal.ownership import transfer

        return transfer(ctx, target, role, reader)
    option = reader.accept("WITH", "GRANT", "OPTION")
    reader.finish()
    if target.mode == "future":
        return grant_future(ctx, target, privileges, role, option)
    wanted = _expanded(privileges, target.kind)
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
        return _role(ctx, reader, "FROM")
    if reader.sees("DATABASE", "ROLE"):
        raise unsupported("REVOKE DATABASE ROLE")
    option_only = reader.accept("GRANT", "OPTION", "FOR")
    privileges = _privileges(reader)
    target = read_target(ctx, reader)
    reader.expect("FROM")
    role = _grantee(ctx, reader, "REVOKE")
    cascade = reader.accept("CASCADE")
    if not cascade:
        reader.accept("RESTRICT")
    reader.finish()
    if target.mode == "future":
        return revoke_future(ctx, target, privileges, role)
    if "OWNERSHIP" in privileges:
        raise unsupported("REVOKE OWNERSHIP")
    wanted = _expanded(privileges, target.kind)
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


# -- reading


def _privileges(reader: Reader) -> list[str]:
    found: list[str] = []
    words: list[str] = []
    while not reader.sees("ON"):
        if reader.accept(","):
            found.append(" ".join(words))
            words = []
        else:
            words.append(reader.next().upper)
    found.append(" ".join(words))
    return ["ALL"] if found in (["ALL"], ["ALL PRIVILEGES"]) else found


def read_target(ctx: Context, reader: Reader) -> Target:
    """What stands after ON. Raises 002003 where it is not there or not visible, 000002 for kinds not supported."""
    reader.expect("ON")
    if reader.accept("ACCOUNT"):
        return Target("one", "ACCOUNT", (ctx.catalog.get(ACCOUNT_ID),))
    if reader.sees("ALL") or reader.sees("FUTURE"):
        mode = reader.next().upper.lower()
        kind = _plural(reader)
        container = read_container(ctx, reader)
        if mode == "future":
            return Target(mode, kind.name, (container,), container)
        if kind.name == "PIPE":
            raise unsupported("GRANT ON ALL PIPES")
        found = [e for e in ctx.catalog.below(container.id, kind.name) if ctx.access.sees(e)]
        return Target(mode, kind.name, tuple(found), container)
    kind = kinds_table.read(reader)
    return Target("one", kind.name, (read_object(ctx, kind, reader),))


def read_object(ctx: Context, kind: Kind, reader: Reader) -> Entry:
    """An object by its name, and its argument types where the kind has them. Raises 002003."""
    parts = reader.qualified()
    arguments = None
    if kind.name in ("PROCEDURE", "FUNCTION"):
        arguments = signature(reader.parenthesised())
    return ctx.find(kind.name, parts, arguments, verb="GRANT")


def read_container(ctx: Context, reader: Reader) -> Entry:
    """IN DATABASE d or IN SCHEMA s. Raises 002003."""
    reader.expect("IN")
    if reader.accept("DATABASE"):
        (name,) = reader.qualified()
        return ctx.database(name)
    reader.expect("SCHEMA")
    return ctx.schema_named(reader.qualified())


def _plural(reader: Reader) -> Kind:
    kind = kinds_table.read_plural(reader)
    if kind is None:
        words = []
        while not reader.done and not reader.sees("IN"):
            words.append(reader.next().upper)
        raise unsupported(f"grants on {' '.join(words)}")
    return kind


def _grantee(ctx: Context, reader: Reader, verb: str) -> str:
    for other in (("DATABASE", "ROLE"), ("SHARE",), ("USER",), ("APPLICATION",)):
        if reader.sees(*other):
            raise unsupported(f"{verb} privileges with {' '.join(other)}")
    reader.accept("ROLE")
    return _named_role(ctx, reader.identifier()).name


def _named_role(ctx: Context, name: str) -> Entry:
    found = ctx.catalog.find("ROLE", ACCOUNT_ID, name)
    if found is None:
        raise missing("ROLE", dotted(name))
    return found


def _expanded(privileges: list[str], kind: str) -> list[str]:
    known = PRIVILEGES[kind]
    if privileges == ["ALL"]:
        return [p for p in known if p not in NOT_IN_ALL]
    for privilege in privileges:
        if privilege in known:
            continue
        if privilege == "OWNERSHIP":
            raise syntax("OWNERSHIP cannot be combined with other privileges.")
        if any(privilege in others for others in PRIVILEGES.values()):
            raise compilation(
                1008, "22023", f"invalid privilege '{privilege}' for object type '{kind}'"
            )
        raise syntax(f"unknown privilege '{privilege}'.")
    return privileges


# -- who may give


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


# -- the grants of an entry


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


# -- future grants


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
    wanted = privileges if ownership else _expanded(privileges, target.kind)
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
    wanted = privileges if ownership else _expanded(privileges, target.kind)
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


# -- roles


def _role(ctx: Context, reader: Reader, direction: str) -> Result:
    """GRANT ROLE r TO, or REVOKE ROLE r FROM, ROLE x | USER u."""
    role = _named_role(ctx, reader.identifier())
    reader.expect(direction)
    to_user = reader.accept("USER")
    if not to_user:
        reader.expect("ROLE")
    name = reader.identifier()
    reader.finish()
    if ctx.catalog.find("USER" if to_user else "ROLE", ACCOUNT_ID, name) is None:
        raise missing("USER" if to_user else "ROLE", dotted(name))
    if not ctx.access.owns(role) and not ctx.access.global_privilege("MANAGE GRANTS"):
        raise SnowflakeError(3102, "42501", "Grant not executed: Insufficient privileges.")
    key = "users" if to_user else "roles"
    holders = [h for h in role.details.get(key, []) if h != name]
    given = dict(role.details.get("given", {}))
    mark = f"{'USER' if to_user else 'ROLE'} {name}"
    if direction == "TO":
        if (
            not to_user
            and role.name != "PUBLIC"
            and name in inherited(ctx.catalog, {role.name}) - {"PUBLIC"}
        ):
            raise compilation(
                3097,
                "42501",
                f"Role '{role.name}' cannot be granted to '{name}': the roles would form a circle.",
            )
        holders.append(name)
        given.setdefault(mark, [now().isoformat(), role.owner])
    else:
        given.pop(mark, None)
    with ctx.change() as change:
        details = {**role.details, key: holders, "given": given}
        change.put(replace(role, details=details))
    return status(_DONE)
