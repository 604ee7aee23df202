"""DATABASE: holds schemas; made with PUBLIC and made current, as on Snowflake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from snowlocal import policies, retention
from snowlocal.catalog import Entry, now
from snowlocal.change import Change
from snowlocal.context import Context
from snowlocal.errors import exists
from snowlocal.kinds.base import Columns, Head
from snowlocal.kinds.retaining import Retaining
from snowlocal.result import Result, status, table
from snowlocal.tokens import Reader


class Database(Retaining):
    """CREATE, ALTER, DROP and SHOW of databases. docs.snowflake.com/en/sql-reference/sql/create-database"""

    name = "DATABASE"
    plural = "DATABASES"
    level = "account"
    modifiers = frozenset({"TRANSIENT"})
    undroppable = True
    show_columns: ClassVar[Columns] = (
        ("created_on", "timestamp_ltz"),
        ("name", "text"),
        ("is_default", "text"),
        ("is_current", "text"),
        ("origin", "text"),
        ("owner", "text"),
        ("comment", "text"),
        ("options", "text"),
        ("retention_time", "text"),
        ("kind", "text"),
        ("owner_role_type", "text"),
    )

    def create(self, ctx: Context, head: Head, reader: Reader) -> Result:
        """CREATE DATABASE name [CLONE …] [options]."""
        parts = reader.qualified()
        if reader.accept("CLONE"):
            from snowlocal.clone import clone_into

            return clone_into(ctx, self, head, parts, reader)
        slot = self.slot(ctx, head, parts)
        if (answer := self.skipped(slot, head)) is not None:
            return answer
        options = self.checked(reader.options())
        transient = "TRANSIENT" in head.modifiers
        with ctx.change() as change:
            details = {
                "retention": retention.read(options, transient),
                "transient": transient,
            }
            made = self.fill(ctx, change, slot, details, str(options.get("COMMENT", "")))
            public = {"transient": transient, "managed": False}
            change.add("SCHEMA", made.id, "PUBLIC", ctx.session.role, details=public)
        ctx.session.database, ctx.session.schema = slot.name, "PUBLIC"
        return self.created(slot)

    def drop(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """DROP DATABASE; a session that is in it is then nowhere."""
        result = super().drop(ctx, entry, reader)
        if ctx.session.database == entry.name:
            ctx.session.database = ctx.session.schema = None
        return result

    def discard(self, change: Change, entry: Entry) -> None:
        """It goes with all in it, unless a policy in it protects something outside."""
        policies.refuse_torn(change.catalog, entry)
        super().discard(change, entry)

    def rename(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """ALTER DATABASE … RENAME TO."""
        parts = reader.qualified()
        reader.finish()
        if ctx.catalog.find("DATABASE", entry.parent, parts[-1]) is not None:
            raise exists(parts[-1])
        with ctx.change() as change:
            change.put(replace(entry, name=parts[-1], altered=now()))
        if ctx.session.database == entry.name:
            ctx.session.database = parts[-1]
        return status("Statement executed successfully.")

    def row(self, ctx: Context, entry: Entry) -> Mapping[str, Any]:
        """A row of SHOW DATABASES."""
        return {
            **self.common_row(ctx, entry),
            "is_default": "N",
            "is_current": "Y" if ctx.session.database == entry.name else "N",
            "origin": "",
            "options": "TRANSIENT" if entry.details.get("transient") else "",
            "retention_time": str(retention.days(ctx.catalog, entry)),
            "kind": "STANDARD",
        }

    def describe(self, ctx: Context, entry: Entry) -> Result:
        """DESCRIBE DATABASE: its schemas."""
        columns = (("created_on", "timestamp_ltz"), ("name", "text"), ("kind", "text"))
        schemas = [e for e in ctx.catalog.children(entry.id, "SCHEMA") if ctx.access.sees(e)]
        rows = [{"created_on": e.created, "name": e.name, "kind": "SCHEMA"} for e in schemas]
        return table(columns, rows)

    def cloned(self, change: Change, entry: Entry, ids: Mapping[int, int]) -> dict[str, Any]:
        """A copy has the same properties."""
        return dict(entry.details)
