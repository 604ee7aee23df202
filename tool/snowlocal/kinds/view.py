"""VIEW: the text as written, and the columns it had when it was made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from snowlocal import marks, policies, tags
from snowlocal.catalog import Entry
from snowlocal.context import Context
from snowlocal.ddl_text import literal
from snowlocal.errors import unnumbered, unsupported
from snowlocal.kinds import column_marks
from snowlocal.kinds.base import Columns, Head, Kind
from snowlocal.names import quote
from snowlocal.query import columns_named
from snowlocal.relation_columns import RelationColumns, read_columns
from snowlocal.result import Result, status, table
from snowlocal.tokens import Reader


class View(Kind):
    """CREATE, ALTER, DROP, SHOW and DESCRIBE of views. docs.snowflake.com/en/sql-reference/sql/create-view"""

    name = "VIEW"
    plural = "VIEWS"
    shows: ClassVar[tuple[str, ...]] = ("VIEW", "MATERIALIZED VIEW")
    modifiers = frozenset({"SECURE"})
    show_columns: ClassVar[Columns] = (
        ("created_on", "timestamp_ltz"),
        ("name", "text"),
        ("reserved", "text"),
        ("database_name", "text"),
        ("schema_name", "text"),
        ("owner", "text"),
        ("comment", "text"),
        ("text", "text"),
        ("is_secure", "text"),
        ("is_materialized", "text"),
        ("owner_role_type", "text"),
        ("change_tracking", "text"),
    )

    def create(self, ctx: Context, head: Head, reader: Reader) -> Result:
        """CREATE VIEW name [(columns)] [COPY GRANTS] [COMMENT = …] AS query."""
        slot = self.slot(ctx, head, reader.qualified())
        if (answer := self.skipped(slot, head)) is not None:
            return answer
        declared = read_columns(reader)
        copy_grants, comment, row_access = False, "", None
        while not reader.accept("AS"):
            if (found := marks.accept_rows(reader)) is not None:
                row_access = found
                continue
            if reader.accept("COPY", "GRANTS"):
                copy_grants = True
            elif reader.accept("COMMENT", "="):
                comment = reader.string()
            else:
                raise unsupported(f"VIEW {reader.next().text}")
        query = reader.rest()
        columns = self.columns(ctx, query, declared)
        if slot.existing is not None:
            _refuse_itself(ctx, slot.existing, query)
        details = {
            "text": ctx.text,
            "query": query,
            "columns": columns,
            "secure": "SECURE" in head.modifiers,
        }
        details = marks.put(ctx, slot.name, details, declared.marks, row_access)
        with ctx.change() as change:
            self.fill(ctx, change, slot, details, comment, copy_grants)
        return self.created(slot)

    def columns(self, ctx: Context, query: str, declared: RelationColumns) -> list[dict[str, Any]]:
        """The columns of a view with this query, as its details keep them. Raises 002019, 002022 and 002025."""
        from snowlocal.query.engine import describe

        found = describe(ctx, query)
        if declared.names is None:
            columns_named.require(query)
        names = declared.named([name for name, _ in found])
        return [
            {"name": name, "type": str(kind), "comment": declared.comments.get(name, "")}
            for name, (_, kind) in zip(names, found, strict=True)
        ]

    def alter(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """ALTER VIEW: RENAME TO, SET/UNSET COMMENT or SECURE, tags and policies of the view and its columns."""
        if (answer := column_marks.alter(ctx, entry, reader)) is not None:
            return answer
        if reader.sees("SET", "SECURE") or reader.sees("UNSET", "SECURE"):
            ctx.access.require_owner(entry)
            with ctx.change() as change:
                change.put(entry.with_details(secure=reader.sees("SET")))
            return status("Statement executed successfully.")
        return super().alter(ctx, entry, reader)

    def row(self, ctx: Context, entry: Entry) -> Mapping[str, Any]:
        """A row of SHOW VIEWS."""
        return {
            **self.common_row(ctx, entry),
            "reserved": "",
            "text": entry.details["text"],
            "is_secure": "true" if entry.details["secure"] else "false",
            "is_materialized": "true" if entry.kind == "MATERIALIZED VIEW" else "false",
            "change_tracking": "OFF",
        }

    def describe(self, ctx: Context, entry: Entry) -> Result:
        """DESCRIBE VIEW: its columns as they were when it was made."""
        from snowlocal.kinds.table import DESCRIBE_COLUMNS

        rows = [
            {"name": c["name"], "type": c["type"], "kind": "COLUMN", "null?": "Y", "primary key": "N",
             "unique key": "N", "comment": c.get("comment") or None,
             "policy name": policies.shown(ctx, entry, c["name"])}
            for c in entry.details["columns"]
        ]  # fmt: skip
        return table(DESCRIBE_COLUMNS, rows)

    def ddl(self, ctx: Context, entry: Entry, qualified: bool) -> str:
        """The text of GET_DDL: OR REPLACE, without COPY GRANTS and the comment, the query as written."""
        name = ctx.catalog.text_of(entry) if qualified else quote(entry.name)
        columns = ",\n\t".join(_column_ddl(ctx, entry, c) for c in entry.details["columns"])
        secure = "secure " if entry.details["secure"] else ""
        comment = f" COMMENT={literal(entry.comment)}" if entry.comment else ""
        clauses = policies.rows_clause(ctx, entry), tags.clause(ctx, entry), comment
        marked = "".join(f"{each}\n" for each in clauses if each)
        query = entry.details["query"]
        return f"create or replace {secure}{self.name.lower()} {name}(\n\t{columns}\n){marked} as {query};"


def _refuse_itself(ctx: Context, view: Entry, query: str) -> None:
    """Raise where a view is to be replaced by a query that reads it, by itself or through other views."""
    from snowlocal.query.engine import views

    name = ctx.catalog.text_of(view)
    if name in views(ctx, query):
        raise unnumbered(
            f"SQL compilation error:\nView definition for '{name}' refers to the view itself.",
            "42601",
        )


def _column_ddl(ctx: Context, view: Entry, column: dict[str, Any]) -> str:
    comment = f" COMMENT {literal(column['comment'])}" if column.get("comment") else ""
    name = column["name"]
    marked = policies.mask_clause(ctx, view, name) + tags.clause(ctx, view, name)
    return f"{quote(name)}{marked}{comment}"
