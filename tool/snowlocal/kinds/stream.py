"""Streams on tables: how they are made, shown, cloned and when they are stale. `changes.py` computes their rows.

Rules: docs.snowflake.com/en/sql-reference/sql/create-stream, …/show-streams, …/user-guide/streams-intro.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from snowlocal import changes
from snowlocal.catalog import Catalog, Entry, now
from snowlocal.change import Change
from snowlocal.clone import clone_into
from snowlocal.context import Context
from snowlocal.errors import SnowflakeError, compilation, no_privilege, unsupported
from snowlocal.kinds.base import Head, Kind
from snowlocal.names import dotted
from snowlocal.result import Result
from snowlocal.tokens import Reader

# How long a stream that nobody reads keeps its place: MAX_DATA_EXTENSION_TIME_IN_DAYS of a table.
_EXTENSION = timedelta(days=14)


class Stream(Kind):
    """STREAM on a standard table."""

    name = "STREAM"
    plural = "STREAMS"
    show_columns = (
        ("created_on", "timestamp_ltz"),
        ("name", "text"),
        ("database_name", "text"),
        ("schema_name", "text"),
        ("owner", "text"),
        ("comment", "text"),
        ("table_name", "text"),
        ("source_type", "text"),
        ("base_tables", "text"),
        ("type", "text"),
        ("stale", "text"),
        ("mode", "text"),
        ("stale_after", "timestamp_ltz"),
        ("invalid_reason", "text"),
        ("owner_role_type", "text"),
    )

    def create(self, ctx: Context, head: Head, reader: Reader) -> Result:
        """CREATE [OR REPLACE] STREAM name [COPY GRANTS] ON TABLE t [AT (STREAM => 's')] [APPEND_ONLY = …]."""
        parts = reader.qualified()
        if reader.accept("CLONE"):
            return clone_into(ctx, self, head, parts, reader)
        copy_grants = reader.accept("COPY", "GRANTS")
        reader.expect("ON")
        if not reader.accept("TABLE"):
            raise unsupported(f"CREATE STREAM ON {reader.next().upper}")
        table_parts = reader.qualified()
        from_stream = _place(reader)
        options = reader.options()
        append_only, comment = _options(options)
        slot = self.slot(ctx, head, parts)
        if (answer := self.skipped(slot, head)) is not None:
            return answer
        table = ctx.find("TABLE", table_parts)
        ctx.access.require(table, "SELECT")
        if not table.details.get("tracked") and not ctx.access.owns(table):
            # Change tracking, which the first stream of a table turns on, is the owner's to turn on.
            raise no_privilege("TABLE", table.name)
        start = None if from_stream is None else _start(ctx, from_stream, table)
        with ctx.change() as change:
            table = changes.track(change, table)
            details = _details(change.catalog, table, append_only)
            entry = self.fill(ctx, change, slot, details, comment, copy_grants)
            newest = changes.version(change.duck, table)
            changes.set_offset(change, entry.id, newest if start is None else start)
        return self.created(slot)

    def discard(self, change: Change, entry: Entry) -> None:
        """A stream's offset goes with it."""
        change.run("DELETE FROM _local.stream_offsets WHERE stream = ?", [entry.id])
        super().discard(change, entry)

    def row(self, ctx: Context, entry: Entry) -> Mapping[str, Any]:
        """A row of SHOW STREAMS."""
        table = _live_base(ctx.catalog, entry)
        name = "No privilege or table dropped"
        if (there := _reachable(ctx.catalog, entry)) is not None:
            name = ctx.catalog.text_of(there)
        return self.common_row(ctx, entry) | {
            "table_name": name,
            "source_type": "Table",
            "base_tables": name,
            "type": "DELTA",
            "stale": str(table is None).lower(),
            "mode": "APPEND_ONLY" if entry.details["append_only"] else "DEFAULT",
            "stale_after": now() + _EXTENSION if table is not None else entry.altered,
            "invalid_reason": "N/A",
        }

    def ddl(self, ctx: Context, entry: Entry, qualified: bool) -> str:
        """CREATE OR REPLACE STREAM on the table by its present name, or by its last one where it is gone."""
        there = _reachable(ctx.catalog, entry)
        base_name = entry.details["base"] if there is None else ctx.catalog.text_of(there)
        name = ctx.catalog.text_of(entry) if qualified else dotted(entry.name)
        text = f"create or replace stream {name} on table {base_name}"
        if entry.details["append_only"]:
            text += " append_only = true"
        if entry.comment:
            text += " comment='" + entry.comment.replace("\\", "\\\\").replace("'", "''") + "'"
        return text + ";"

    def cloned(self, change: Change, entry: Entry, ids: Mapping[int, int]) -> dict[str, Any]:
        """A cloned stream reads the clone of its table where that was cloned along, else the source's; from now on.

        Rows that the source stream had not consumed are not reached by the clone.
        """
        table = change.catalog.maybe(ids.get(entry.details["table"], entry.details["table"]))
        if _live_base(change.catalog, entry) is None or table is None:
            return dict(entry.details)
        table = changes.track(change, table)
        changes.set_offset(change, ids[entry.id], changes.version(change.duck, table))
        return _details(change.catalog, table, entry.details["append_only"])


def base(ctx: Context, entry: Entry) -> Entry:
    """The table whose changes a stream shows. Raises 091901 where the stream is stale: the table is gone or another."""
    table = _live_base(ctx.catalog, entry)
    if table is None:
        raise SnowflakeError(
            91901,
            "01000",
            f"Base table '{entry.details['base']}' dropped, cannot read from stream '{entry.name}'",
        )
    return table


def has_data(ctx: Context, arguments: list[Any]) -> bool:
    """SYSTEM$STREAM_HAS_DATA('name'). Raises 091901 for a stale stream."""
    if len(arguments) != 1 or not isinstance(arguments[0], str):
        raise compilation(
            938, "22023", "not enough arguments for function [SYSTEM$STREAM_HAS_DATA()]"
        )
    with ctx.account.lock:
        stream = ctx.find("STREAM", Reader(arguments[0]).qualified())
        ctx.access.require(stream, "SELECT")
        table = base(ctx, stream)
    since, until = changes.offset(ctx.session, stream), changes.version(ctx.session.duck, table)
    rows = changes.net(table, since, until, bool(stream.details["append_only"]))
    # S608: made of quoted names by changes.net.
    return bool(ctx.session.duck.execute(f"SELECT 1 FROM ({rows}) LIMIT 1").fetchall())  # noqa: S608


def _details(catalog: Catalog, table: Entry, append_only: bool) -> dict[str, Any]:
    return {
        "table": table.id,
        "generation": table.details["generation"],
        "append_only": append_only,
        "base": catalog.text_of(table),
    }


def _reachable(catalog: Catalog, entry: Entry) -> Entry | None:
    table = catalog.maybe(entry.details["table"])
    return table if table is not None and catalog.live_path(table) else None


def _live_base(catalog: Catalog, entry: Entry) -> Entry | None:
    table = _reachable(catalog, entry)
    if table is None or table.details["generation"] != entry.details["generation"]:
        return None
    return table


def _place(reader: Reader) -> tuple[str, ...] | None:
    """The stream of AT (STREAM => 'name'), or None without AT."""
    if not (reader.sees("AT") or reader.sees("BEFORE")):
        return None
    verb = reader.next().upper
    reader.expect("(")
    kind = reader.identifier()
    if (verb, kind) != ("AT", "STREAM"):
        raise unsupported(f"CREATE STREAM … {verb} ({kind} => …)")
    if not reader.accept("=>"):
        reader.expect("=", ">")
    found = Reader(reader.string()).qualified()
    reader.expect(")")
    return found


def _options(options: dict[str, Any]) -> tuple[bool, str]:
    append_only = options.pop("APPEND_ONLY", False)
    comment = options.pop("COMMENT", "")
    if options.pop("SHOW_INITIAL_ROWS", False) is not False:
        raise unsupported("SHOW_INITIAL_ROWS")
    if options or not isinstance(append_only, bool):
        raise unsupported(f"CREATE STREAM … {', '.join(options) or 'APPEND_ONLY'}")
    return append_only, str(comment)


def _start(ctx: Context, parts: tuple[str, ...], table: Entry) -> int:
    """The offset of another stream on the same table."""
    other = ctx.find("STREAM", parts)
    if base(ctx, other).id != table.id:
        raise unsupported(f"AT (STREAM => '{dotted(*parts)}') of another table")
    return changes.offset(ctx.session, other)
