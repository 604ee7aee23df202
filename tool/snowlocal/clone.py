"""CREATE … CLONE: a copy of the catalog's entries that shares the tables' storage until one side writes.

Knows which objects a clone holds and who owns them; what a copy of one kind looks like is that kind's `cloned`.
Source: docs.snowflake.com/en/sql-reference/sql/create-clone and user-guide/object-clone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from snowlocal import attachments, kinds_table, retention
from snowlocal.catalog import Entry, Grant, now
from snowlocal.change import Change
from snowlocal.context import Context
from snowlocal.errors import compilation, missing, unsupported
from snowlocal.instant import Instant, past, read_instant, there
from snowlocal.kinds.base import Head, Kind, Slot
from snowlocal.names import dotted
from snowlocal.result import Result
from snowlocal.storage import STORED
from snowlocal.tokens import Reader

# What a role must own, rather than merely see, for its clone to hold it.
_OWNED = {"STREAM", "TASK", "PIPE", "ALERT"}
_CLONABLE = {
    "ALERT", "DATABASE", "DYNAMIC TABLE", "FILE FORMAT", "SCHEMA", "SEQUENCE", "STAGE", "STREAM", "TABLE", "TASK",
}  # fmt: skip
# Copies are made in this order, so that what a table or stream refers to is there when its turn comes.
_RANK = {
    kind: rank
    for rank, kind in enumerate(
        (
            "SCHEMA",
            "TAG",
            "SEQUENCE",
            "FILE FORMAT",
            "STAGE",
            "TABLE",
            "DYNAMIC TABLE",
            "VIEW",
            "FUNCTION",
            "PROCEDURE",
        )
    )
}
_TRANSIENT = (*STORED, "SCHEMA", "DATABASE")


@dataclass(frozen=True, slots=True)
class _Options:
    """What stands after the source's name."""

    instant: Instant | None
    stages: bool
    copy_grants: bool
    settings: dict[str, Any]


def clone_into(
    ctx: Context, kind: Kind, head: Head, parts: tuple[str, ...], reader: Reader
) -> Result:
    """Run CREATE <kind> <parts> CLONE …; `reader` stands after CLONE.

    Containers are cloned with what the role may see or must own, the rest is left out without a word. Children keep
    owner and grants, but pipes become the role's; the new object itself belongs to the role and has the grants of a
    new object.
    """
    if kind.name not in _CLONABLE:
        raise unsupported(f"CREATE {kind.name} … CLONE")
    source_parts = reader.qualified()
    options = _options(reader, kind)
    slot = kind.slot(ctx, head, parts)
    skipped = kind.skipped(slot, head)
    if skipped is not None:
        return skipped
    source = _source(ctx, kind, source_parts)
    _check_transient(head, kind, source)
    inside = _inside(ctx, source, options.stages)
    snapshot = None if options.instant is None else past(ctx, source, options.instant)
    with ctx.change() as change:
        if snapshot is not None:
            change.past = snapshot
            inside = there(ctx, source, inside, snapshot)
        ids = {entry.id: change.new_id() for entry in (source, *inside)}
        transient = "TRANSIENT" in head.modifiers and kind.name in _TRANSIENT
        _put_source(ctx, change, kind, slot, source, ids, options, transient)
        for entry in sorted(inside, key=lambda e: _RANK.get(e.kind, len(_RANK))):
            details = _details(change, kinds_table.kind(entry.kind), entry, ids)
            at = now()
            change.put(
                replace(
                    entry,
                    id=ids[entry.id],
                    parent=ids[entry.parent],
                    owner=ctx.session.role if entry.kind == "PIPE" else entry.owner,
                    details=details,
                    created=at,
                    altered=at,
                )
            )
    _go_there(ctx, kind, slot)
    return kind.created(slot)


def _options(reader: Reader, kind: Kind) -> _Options:
    instant = read_instant(reader)
    stages = copy_grants = False
    settings: dict[str, Any] = {}
    while not reader.done:
        if reader.accept("INCLUDE", "INTERNAL", "STAGES"):
            stages = True
        elif kind.name in STORED and reader.accept("COPY", "GRANTS"):
            copy_grants = True
        elif reader.accept("IGNORE", "HYBRID", "TABLES"):
            continue  # there are none here
        elif reader.sees("IGNORE", "TABLES", "WITH"):
            reader.at += 3
            reader.expect("INSUFFICIENT", "DATA", "RETENTION")
        elif kind.name == "DYNAMIC TABLE":
            key = reader.identifier()
            reader.expect("=")
            settings[key] = reader.value()
        else:
            raise reader.error()
    return _Options(instant, stages, copy_grants, settings)


def _source(ctx: Context, kind: Kind, parts: tuple[str, ...]) -> Entry:
    source = ctx.find(kind.name, parts, verb="CREATE")
    if kind.name in STORED:
        ctx.access.require(source, "SELECT")
    elif kind.name in _OWNED:
        ctx.access.require_owner(source)
    elif kind.name in ("DATABASE", "SCHEMA"):
        ctx.access.require(source, "USAGE")
    if kind.name == "STAGE" and _internal(source):
        raise unsupported("CREATE STAGE … CLONE of an internal stage")
    if not ctx.access.reaches(source):
        raise missing(kind.name, dotted(*parts))
    return source


def _check_transient(head: Head, kind: Kind, source: Entry) -> None:
    if not source.details.get("transient") or kind.name not in _TRANSIENT:
        return
    if not head.modifiers & {"TRANSIENT", "TEMP", "TEMPORARY"}:
        word = kind.name.lower()
        raise compilation(
            2120,
            "0A000",
            f"Transient object cannot be cloned to a permanent object: {word} '{source.name}'.",
        )


def _inside(ctx: Context, source: Entry, stages: bool) -> list[Entry]:
    """What the clone of a container holds beside itself, containers before what lies in them."""
    if source.kind not in ("DATABASE", "SCHEMA"):
        return []
    found: list[Entry] = []
    for entry in ctx.catalog.children(source.id):
        if not _may_clone(ctx, entry):
            continue
        if entry.kind == "STAGE" and _internal(entry) and not stages:
            continue
        if entry.kind == "PIPE" and _on_internal_stage(ctx, entry):
            continue
        if entry.details.get("temporary"):
            continue
        found.append(entry)
        found.extend(_inside(ctx, entry, stages))
    return found


def _may_clone(ctx: Context, entry: Entry) -> bool:
    if entry.kind in _OWNED:
        return ctx.access.owns(entry)
    if entry.kind in STORED:
        return ctx.access.has(entry, "SELECT")
    return ctx.access.sees(entry)


def _internal(stage: Entry) -> bool:
    return not stage.details.get("url")


def _on_internal_stage(ctx: Context, pipe: Entry) -> bool:
    stage = ctx.catalog.maybe(pipe.details.get("stage_id") or -1)
    return stage is not None and _internal(stage)


def _put_source(
    ctx: Context,
    change: Change,
    kind: Kind,
    slot: Slot,
    source: Entry,
    ids: dict[int, int],
    options: _Options,
    transient: bool,
) -> None:
    grants: tuple[Grant, ...] | None = None
    if options.copy_grants:
        grants = (slot.existing or source).grants
    details = _details(change, kind, source, ids)
    if transient:
        details |= retention.transient(details)
    if options.settings:
        details |= kind.settings(ctx, options.settings)
    made = kind.fill(ctx, change, slot, details, source.comment, entry_id=ids[source.id])
    if grants is not None:
        change.put(replace(made, owner=ctx.session.role, grants=grants))


def _details(change: Change, kind: Kind, entry: Entry, ids: dict[int, int]) -> dict[str, Any]:
    return attachments.carried(entry.details, kind.cloned(change, entry, ids), ids)


def _go_there(ctx: Context, kind: Kind, slot: Slot) -> None:
    """A new database or schema becomes the session's current one, a clone too."""
    if kind.name == "DATABASE":
        made = ctx.catalog.find("DATABASE", slot.parent, slot.name)
        public = ctx.catalog.find("SCHEMA", made.id, "PUBLIC") if made else None
        ctx.session.database = slot.name
        ctx.session.schema = "PUBLIC" if public else None
    elif kind.name == "SCHEMA":
        ctx.session.database = ctx.catalog.get(slot.parent).name
        ctx.session.schema = slot.name
