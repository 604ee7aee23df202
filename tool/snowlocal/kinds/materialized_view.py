"""MATERIALIZED VIEW: a view on one table, always as new as the table; here it is computed when it is read.

It reads its table by identity: a clone of both reads the clone's table, whatever name its text has.
Rules: docs.snowflake.com/en/sql-reference/sql/create-materialized-view, user-guide/views-materialized.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from snowlocal import marks, materialized
from snowlocal.catalog import Entry
from snowlocal.change import Change
from snowlocal.context import Context
from snowlocal.errors import unsupported
from snowlocal.kinds.base import Columns, Head
from snowlocal.kinds.view import View
from snowlocal.relation_columns import read_columns
from snowlocal.result import Result, status
from snowlocal.tokens import Reader

_DONE = "Statement executed successfully."


class MaterializedView(View):
    """CREATE, ALTER, DROP, SHOW, DESCRIBE and GET_DDL of materialized views."""

    name = "MATERIALIZED VIEW"
    plural = "MATERIALIZED VIEWS"
    label = "Materialized view"
    shows = ("MATERIALIZED VIEW",)
    show_columns: ClassVar[Columns] = (
        ("created_on", "timestamp_ltz"),
        ("name", "text"),
        ("reserved", "text"),
        ("database_name", "text"),
        ("schema_name", "text"),
        ("cluster_by", "text"),
        ("rows", "fixed"),
        ("bytes", "fixed"),
        ("source_database_name", "text"),
        ("source_schema_name", "text"),
        ("source_table_name", "text"),
        ("refreshed_on", "timestamp_ltz"),
        ("compacted_on", "timestamp_ltz"),
        ("owner", "text"),
        ("invalid", "text"),
        ("invalid_reason", "text"),
        ("behind_by", "text"),
        ("comment", "text"),
        ("text", "text"),
        ("is_secure", "text"),
        ("automatic_clustering", "text"),
        ("owner_role_type", "text"),
    )

    def create(self, ctx: Context, head: Head, reader: Reader) -> Result:
        """CREATE MATERIALIZED VIEW name [(columns)] [COPY GRANTS] [COMMENT = …] [CLUSTER BY (…)] AS query."""
        slot = self.slot(ctx, head, reader.qualified())
        if (answer := self.skipped(slot, head)) is not None:
            return answer
        declared = read_columns(reader)
        copy_grants, comment, cluster_by = False, "", None
        while not reader.accept("AS"):
            if reader.accept("COPY", "GRANTS"):
                copy_grants = True
            elif reader.accept("COMMENT", "="):
                comment = reader.string()
            elif reader.accept("CLUSTER", "BY"):
                cluster_by = f"({reader.parenthesised().strip()})"
            else:
                raise unsupported(f"MATERIALIZED VIEW {reader.next().text}")
        query = reader.rest()
        base = materialized.base_of(ctx, query)
        details = {
            "text": ctx.text,
            "query": query,
            "columns": self.columns(ctx, query, declared),
            "secure": "SECURE" in head.modifiers,
            "base": base.id,
            "star": [c["name"] for c in base.details["columns"]],
            "cluster_by": cluster_by,
            "suspended": False,
            "invalid": None,
        }
        details = marks.put(ctx, slot.name, details, declared.marks)
        with ctx.change() as change:
            self.fill(ctx, change, slot, details, comment, copy_grants)
        return self.created(slot)

    def alter(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """ALTER MATERIALIZED VIEW: SUSPEND, RESUME, CLUSTER BY, DROP CLUSTERING KEY, and what views have."""
        ctx.access.require_owner(entry)
        for word in ("SUSPEND", "RESUME"):
            if reader.accept(word):
                if not reader.accept("RECLUSTER"):
                    return self._put(ctx, entry, reader, suspended=word == "SUSPEND")
                return self._put(ctx, entry, reader, reclustering=word == "RESUME")
        if reader.accept("CLUSTER", "BY"):
            key = f"({reader.parenthesised().strip()})"
            return self._put(ctx, entry, reader, cluster_by=key)
        if reader.accept("DROP", "CLUSTERING", "KEY"):
            return self._put(ctx, entry, reader, cluster_by=None)
        return super().alter(ctx, entry, reader)

    def _put(self, ctx: Context, entry: Entry, reader: Reader, **details: Any) -> Result:
        reader.finish()
        with ctx.change() as change:
            change.put(entry.with_details(**details))
        return status(_DONE)

    def row(self, ctx: Context, entry: Entry) -> Mapping[str, Any]:
        """A row of SHOW MATERIALIZED VIEWS."""
        details = entry.details
        base = ctx.catalog.maybe(details["base"])
        name = ctx.catalog.name_of(base) if base is not None else None
        cluster_by, reason = details["cluster_by"], materialized.invalid_reason(ctx.catalog, entry)
        return {
            **self.common_row(ctx, entry),
            "reserved": "",
            "cluster_by": f"LINEAR{cluster_by}" if cluster_by else "",
            "rows": 0,
            "bytes": 0,
            "source_database_name": name.database if name else None,
            "source_schema_name": name.schema if name else None,
            "source_table_name": name.name if name else None,
            "refreshed_on": entry.altered,
            "compacted_on": entry.altered,
            "invalid": "true" if reason else "false",
            "invalid_reason": reason or "",
            "behind_by": "0s",
            "text": details["text"],
            "is_secure": "true" if details["secure"] else "false",
            "automatic_clustering": "ON"
            if cluster_by and details.get("reclustering", True)
            else "OFF",
        }

    def cloned(self, change: Change, entry: Entry, ids: Mapping[int, int]) -> dict[str, Any]:
        """A copy reads the copy of its table where that was cloned along, else the source's table."""
        base = entry.details["base"]
        return {**entry.details, "base": ids.get(base, base), "reclustering": False}
