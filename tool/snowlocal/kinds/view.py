"""VIEW: the text as written, and the columns it had when it was made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from snowlocal import marks, policies, tags
from snowlocal.catalog import Entry
from snowlocal.context import Context
from snowlocal.ddl_text import literal
from snowlocal.errors import compilation, invalid_identifier, unsupported
from snowlocal.kinds.base import Columns, Head, Kind
from snowlocal.marks import Marks
from snowlocal.names import quote
from snowlocal.result import Result, status, table
from snowlocal.tokens import Reader


class View(Kind):
    """CREATE, ALTER, DROP, SHOW and DESCRIBE of views. docs.snowflake.com/en/sql-reference/sql/create-view"""

    name = "VIEW"
    plural = "VIEWS"
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
        names, comments, marked = _column_list(reader)
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
        columns = self._columns(ctx, query, names, comments)
        details = {
            "text": ctx.text,
            "query": query,
            "columns": columns,
            "secure": "SECURE" in head.modifiers,
        }
        details = marks.put(ctx, slot.name, details, marked, row_access)
        with ctx.change() as change:
            self.fill(ctx, change, slot, details, comment, copy_grants)
        return self.created(slot)

    def _columns(
        self, ctx: Context, query: str, names: list[str] | None, comments: dict[str, str]
    ) -> list[dict[str, Any]]:
        from snowlocal.query.engine import describe

        found = describe(ctx, query)
        if names is not None and len(names) != len(found):
            raise compilation(
                2019,
                "42601",
                f"View definition declares {len(names)} column(s), but the query produces {len(found)}.",
            )
        shown = names or [name for name, _ in found]
        double = {name for name in shown if shown.count(name) > 1}
        if double:
            raise compilation(2025, "42S21", f"duplicate column name '{sorted(double)[0]}'")
        return [
            {"name": name, "type": str(kind), "comment": comments.get(name, "")}
            for name, (_, kind) in zip(shown, found, strict=True)
        ]

    def alter(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """ALTER VIEW: RENAME TO, SET/UNSET COMMENT or SECURE, tags and policies of the view and its columns."""
        if reader.accept("ALTER") or reader.accept("MODIFY"):
            return _alter_columns(ctx, entry, reader)
        if policies.sees_rows_action(reader):
            changed = policies.altered_rows(ctx, entry, reader)
            reader.finish()
            with ctx.change() as change:
                change.put(changed)
            return status("Statement executed successfully.")
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
            "is_materialized": "false",
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
        return f"create or replace {secure}view {name}(\n\t{columns}\n){marked} as {query};"


def _column_ddl(ctx: Context, view: Entry, column: dict[str, Any]) -> str:
    comment = f" COMMENT {literal(column['comment'])}" if column.get("comment") else ""
    name = column["name"]
    marked = policies.mask_clause(ctx, view, name) + tags.clause(ctx, view, name)
    return f"{quote(name)}{marked}{comment}"


def _alter_columns(ctx: Context, entry: Entry, reader: Reader) -> Result:
    """ALTER VIEW … MODIFY COLUMN c … [, COLUMN d …]; `reader` stands after MODIFY."""
    while True:
        reader.accept("COLUMN")
        name = reader.identifier()
        if all(c["name"] != name for c in entry.details["columns"]):
            raise invalid_identifier(name)
        if policies.sees_mask_action(reader):
            entry = policies.altered_mask(ctx, entry, reader, name)
        elif tags.sees_action(reader):
            entry = tags.altered(ctx, entry, reader, name)
        else:
            raise unsupported(f"ALTER VIEW … ALTER COLUMN {reader.rest()}")
        if not reader.accept(","):
            break
        _ = reader.accept("ALTER") or reader.accept("MODIFY")
    reader.finish()
    with ctx.change() as change:
        change.put(entry)
    return status("Statement executed successfully.")


def _column_list(reader: Reader) -> tuple[list[str] | None, dict[str, str], list[Marks]]:
    """The names, comments and marks in the brackets after a view's name; no names where there are no brackets."""
    if not reader.accept("("):
        return None, {}, []
    names: list[str] = []
    comments: dict[str, str] = {}
    marked: list[Marks] = []
    while not reader.accept(")"):
        names.append(reader.identifier())
        marked.append(Marks(names[-1]))
        while not reader.sees(",") and not reader.sees(")"):
            if reader.accept("COMMENT"):
                comments[names[-1]] = reader.string()
            elif not marks.accept(reader, marked[-1]):
                raise reader.error()
        reader.accept(",")
    return names, comments, marked
