"""CREATE, ALTER, DROP, UNDROP and COMMENT ON: what is common to all kinds before one of them takes over."""

from __future__ import annotations

from dataclasses import replace

from snowlocal import kinds_table, tags
from snowlocal.arguments import signature
from snowlocal.catalog import Entry, now
from snowlocal.context import Context
from snowlocal.errors import compilation, missing, unsupported
from snowlocal.kinds.base import Head, Kind
from snowlocal.names import dotted
from snowlocal.result import Result, status
from snowlocal.tokens import Reader

_MODIFIERS = (
    "AGGREGATE", "EVENT", "EXTERNAL", "GLOBAL", "HYBRID", "ICEBERG", "LOCAL",
    "RECURSIVE", "SECURE", "TEMP", "TEMPORARY", "TRANSIENT", "VOLATILE",
)  # fmt: skip


def create(ctx: Context, reader: Reader) -> Result:
    """CREATE [OR REPLACE] [modifiers] KIND [IF NOT EXISTS] name …"""
    or_replace = reader.accept("OR", "REPLACE")
    if reader.sees("OR", "ALTER"):
        raise unsupported("CREATE OR ALTER")
    modifiers = _modifiers(reader)
    kind = kinds_table.read(reader)
    refused = modifiers - kind.modifiers
    if refused:
        raise unsupported(f"CREATE {' '.join(sorted(refused))} {kind.name}")
    kind.judge(ctx)
    head = Head(or_replace, modifiers, reader.accept("IF", "NOT", "EXISTS"))
    if or_replace and head.if_not_exists:
        raise compilation(1004, "0A000", "options IF NOT EXISTS and OR REPLACE are incompatible.")
    if (clause := tags.take_clause(reader)) is not None:
        ctx.tags = tags.read_values(ctx, clause)
        clause.finish()
        tags.require_apply(ctx, set(ctx.tags))
    return kind.create(ctx, head, reader)


def _modifiers(reader: Reader) -> frozenset[str]:
    found: set[str] = set()
    while any(reader.sees(word) for word in _MODIFIERS):
        found.add(reader.next().upper)
    return frozenset(found)


def alter(ctx: Context, reader: Reader) -> Result:
    """ALTER KIND [IF EXISTS] name …"""
    if reader.accept("SESSION"):
        from snowlocal.session_statements import alter_session

        return alter_session(ctx, reader)
    kind = kinds_table.read(reader)
    kind.judge(ctx)
    if_exists = reader.accept("IF", "EXISTS")
    entry = _named(ctx, kind, reader, if_exists)
    if entry is None:
        return status("Statement executed successfully.")
    if tags.sees_action(reader):
        return tags.alter(ctx, entry, reader)
    return kind.alter(ctx, entry, reader)


def drop(ctx: Context, reader: Reader) -> Result:
    """DROP KIND [IF EXISTS] name …"""
    kind = kinds_table.read(reader)
    if_exists = reader.accept("IF", "EXISTS")
    before = reader.at
    entry = _named(ctx, kind, reader, if_exists)
    if entry is None:
        reader.at = before
        name = reader.qualified()[-1]
        return status(f"Drop statement executed successfully ({name} already dropped).")
    return kind.drop(ctx, entry, reader)


def undrop(ctx: Context, reader: Reader) -> Result:
    """UNDROP KIND name"""
    kind = kinds_table.read(reader)
    parts = reader.qualified()
    reader.finish()
    return kind.undrop(ctx, parts)


def comment(ctx: Context, reader: Reader) -> Result:
    """COMMENT [IF EXISTS] ON KIND name IS 'text'"""
    if_exists = reader.accept("IF", "EXISTS")
    reader.expect("ON")
    if reader.accept("COLUMN"):
        from snowlocal.kinds.table import comment_on_column

        return comment_on_column(ctx, reader)
    kind = kinds_table.read(reader)
    entry = _named(ctx, kind, reader, if_exists)
    reader.expect("IS")
    text = reader.string()
    reader.finish()
    if entry is not None:
        ctx.access.require_owner(entry)
        with ctx.change() as change:
            change.put(replace(entry, comment=text, altered=now()))
    return status("Statement executed successfully.")


def _named(ctx: Context, kind: Kind, reader: Reader, if_exists: bool) -> Entry | None:
    parts = reader.qualified()
    arguments = None
    if kind.name in ("PROCEDURE", "FUNCTION"):
        arguments = signature(reader.parenthesised())
    entry = ctx.maybe(kind.name, parts, arguments)
    if entry is None and not if_exists:
        raise missing(kind.name, dotted(*parts) + (arguments or ""))
    return entry
