"""Reads GRANT and REVOKE: the privileges, what they are on, and whom they are for. Finds and judges only."""

from __future__ import annotations

from dataclasses import dataclass

from snowlocal import kinds_table
from snowlocal.arguments import signature
from snowlocal.catalog import ACCOUNT_ID, Entry
from snowlocal.context import Context
from snowlocal.errors import compilation, missing, syntax, unsupported
from snowlocal.kinds.base import Kind
from snowlocal.names import dotted
from snowlocal.privileges import NOT_IN_ALL, PRIVILEGES
from snowlocal.tokens import Reader


@dataclass(frozen=True, slots=True)
class Target:
    """What a grant is on. `mode` is "one", "all" or "future"; for "future" the entry is the container."""

    mode: str
    kind: str
    entries: tuple[Entry, ...]
    container: Entry | None = None


def read_privileges(reader: Reader) -> list[str]:
    """The privileges before ON; ['ALL'] for ALL [PRIVILEGES]."""
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


def read_grantee(ctx: Context, reader: Reader, verb: str) -> str:
    """The role's name after TO or FROM. Raises 000002 for other grantees, 002003 for an unknown role."""
    for other in (("DATABASE", "ROLE"), ("SHARE",), ("USER",), ("APPLICATION",)):
        if reader.sees(*other):
            raise unsupported(f"{verb} privileges with {' '.join(other)}")
    reader.accept("ROLE")
    return named_role(ctx, reader.identifier()).name


def named_role(ctx: Context, name: str) -> Entry:
    """The role of this name. Raises 002003."""
    found = ctx.catalog.find("ROLE", ACCOUNT_ID, name)
    if found is None:
        raise missing("ROLE", dotted(name))
    return found


def expanded(privileges: list[str], kind: str) -> list[str]:
    """The privileges of a statement on a kind of object. Raises 001003 or 001008 for those it does not have."""
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
