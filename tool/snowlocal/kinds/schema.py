"""SCHEMA: holds objects; a new one becomes the session's current schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from snowlocal import policies, retention
from snowlocal.catalog import COLUMNED, Entry, now
from snowlocal.change import Change
from snowlocal.context import Context
from snowlocal.errors import exists
from snowlocal.kinds.base import Columns, Head
from snowlocal.kinds.retaining import Retaining
from snowlocal.names import dotted
from snowlocal.result import Result, status, table
from snowlocal.tokens import Reader


class Schema(Retaining):
    """CREATE, ALTER, DROP and SHOW of schemas. docs.snowflake.com/en/sql-reference/sql/create-schema"""

    name = "SCHEMA"
    plural = "SCHEMAS"
    level = "database"
    modifiers = frozenset({"TRANSIENT"})
    undroppable = True
    show_columns: ClassVar[Columns] = (
        ("created_on", "timestamp_ltz"),
        ("name", "text"),
        ("is_default", "text"),
        ("is_current", "text"),
        ("database_name", "text"),
        ("owner", "text"),
        ("comment", "text"),
        ("options", "text"),
        ("retention_time", "text"),
        ("owner_role_type", "text"),
    )

    def create(self, ctx: Context, head: Head, reader: Reader) -> Result:
        """CREATE SCHEMA [db.]name [CLONE …] [WITH MANAGED ACCESS] [options]."""
        parts = reader.qualified()
        if reader.accept("CLONE"):
            from snowlocal.clone import clone_into

            return clone_into(ctx, self, head, parts, reader)
        slot = self.slot(ctx, head, parts)
        if slot.name == "INFORMATION_SCHEMA":
            raise exists(slot.name)
        if (answer := self.skipped(slot, head)) is not None:
            return answer
        managed = reader.accept("WITH", "MANAGED", "ACCESS")
        options = self.checked(reader.options())
        transient = "TRANSIENT" in head.modifiers
        details = {
            "transient": transient,
            "managed": managed,
            "retention": retention.read(options, transient),
        }
        with ctx.change() as change:
            self.fill(ctx, change, slot, details, str(options.get("COMMENT", "")))
        ctx.session.database = ctx.catalog.get(slot.parent).name
        ctx.session.schema = slot.name
        return self.created(slot)

    def drop(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """DROP SCHEMA; a session that is in it keeps its database."""
        database = ctx.catalog.get(entry.parent).name
        result = super().drop(ctx, entry, reader)
        if (ctx.session.database, ctx.session.schema) == (database, entry.name):
            ctx.session.schema = None
        return result

    def discard(self, change: Change, entry: Entry) -> None:
        """It goes with all in it, unless a policy in it protects something outside."""
        policies.refuse_torn(change.catalog, entry)
        super().discard(change, entry)

    def rename(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """ALTER SCHEMA … RENAME TO [db.]name."""
        parts = reader.qualified()
        reader.finish()
        parent = ctx.database(parts[-2]) if len(parts) > 1 else ctx.catalog.get(entry.parent)
        if ctx.catalog.find("SCHEMA", parent.id, parts[-1]) is not None:
            raise exists(dotted(*parts))
        with ctx.change() as change:
            change.put(replace(entry, name=parts[-1], parent=parent.id, altered=now()))
        if ctx.session.schema == entry.name and ctx.session.database == parent.name:
            ctx.session.schema = parts[-1]
        return status("Statement executed successfully.")

    def row(self, ctx: Context, entry: Entry) -> Mapping[str, Any]:
        """A row of SHOW SCHEMAS."""
        database = ctx.catalog.get(entry.parent).name
        current = (ctx.session.database, ctx.session.schema) == (database, entry.name)
        words = ["TRANSIENT"] if entry.details.get("transient") else []
        words += ["MANAGED ACCESS"] if entry.details.get("managed") else []
        return {
            **self.common_row(ctx, entry),
            "database_name": database,
            "is_default": "N",
            "is_current": "Y" if current else "N",
            "options": ", ".join(words),
            "retention_time": str(retention.days(ctx.catalog, entry)),
        }

    def describe(self, ctx: Context, entry: Entry) -> Result:
        """DESCRIBE SCHEMA: its tables and views."""
        columns = (("created_on", "timestamp_ltz"), ("name", "text"), ("kind", "text"))
        inside = [e for e in ctx.catalog.children(entry.id) if e.kind in COLUMNED]
        seen = [e for e in inside if ctx.access.sees(e)]
        return table(
            columns, [{"created_on": e.created, "name": e.name, "kind": e.kind} for e in seen]
        )
