"""User-defined functions: how they are made and shown, and what of them the query engine needs to inline their body.

Rules: docs.snowflake.com/en/sql-reference/sql/create-function, …/alter-function, …/show-functions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snowlocal.arguments import pieces
from snowlocal.catalog import Entry
from snowlocal.context import Context
from snowlocal.errors import unsupported
from snowlocal.kinds.base import Slot
from snowlocal.kinds.routine import Routine, RoutineKind
from snowlocal.names import Name
from snowlocal.result import Result, status
from snowlocal.tokens import Reader


class Function(RoutineKind):
    """FUNCTION. Bodies in SQL are inlined by the query engine; other languages are kept and shown, but not run."""

    name = "FUNCTION"
    plural = "FUNCTIONS"
    show_columns = (
        ("created_on", "timestamp_ltz"),
        ("name", "text"),
        ("schema_name", "text"),
        ("is_builtin", "text"),
        ("is_aggregate", "text"),
        ("is_ansi", "text"),
        ("min_num_arguments", "fixed"),
        ("max_num_arguments", "fixed"),
        ("arguments", "text"),
        ("description", "text"),
        ("catalog_name", "text"),
        ("is_table_function", "text"),
        ("valid_for_clustering", "text"),
        ("is_secure", "text"),
        ("secrets", "text"),
        ("external_access_integrations", "text"),
        ("is_external_function", "text"),
        ("language", "text"),
        ("is_memoizable", "text"),
        ("is_data_metric", "text"),
    )

    def judge_body(self, ctx: Context, routine: Routine) -> None:
        """A body in SQL is one expression, or one query for RETURNS TABLE."""
        if routine.language == "SQL":
            text = routine.body.strip().rstrip(";")
            ctx.account.grammar.check(text if routine.is_table else f"SELECT (\n{text}\n)")

    def compile(self, ctx: Context, slot: Slot, routine: Routine) -> None:
        """Raise 002003 and 000904 for tables and columns that a body in SQL names and that are not there."""
        from snowlocal.query import routine_body

        if routine.language == "SQL":
            schema = ctx.catalog.get(slot.parent)
            name = Name(ctx.catalog.get(schema.parent).name, schema.name, slot.name)
            given = {a.name: a.type for a in routine.arguments}
            routine_body.judge(ctx, name, given, routine.body.strip().rstrip(";"))

    def alter(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """ALTER FUNCTION … RENAME TO | SET/UNSET COMMENT | SET/UNSET SECURE."""
        for verb, secure in (("SET", True), ("UNSET", False)):
            if reader.accept(verb, "SECURE"):
                ctx.access.require_owner(entry)
                reader.finish()
                with ctx.change() as change:
                    change.put(entry.with_details(secure=secure))
                return status("Statement executed successfully.")
        return super().alter(ctx, entry, reader)

    def row(self, ctx: Context, entry: Entry) -> Mapping[str, Any]:
        """A row of SHOW FUNCTIONS."""
        return self.common_row(ctx, entry) | {
            "is_external_function": "N",
            "language": entry.details["language"],
            "is_memoizable": "Y" if "MEMOIZABLE" in entry.details["clauses"] else "N",
            "is_data_metric": "N",
        }


def body(ctx: Context, entry: Entry) -> tuple[list[str], list[str], str, bool]:
    """What the query engine inlines: argument names, their types, the body's text, whether it returns a table.

    Raises 000002 for a body in another language than SQL.
    """
    language = entry.details["language"]
    if language != "SQL":
        raise unsupported(f"call of a {language} function")
    declared = entry.details["arguments"]
    text = entry.details["body"].strip().rstrip(";").strip()
    names = [a["name"] for a in declared]
    return names, [a["type"] for a in declared], text, entry.details["is_table"]


def columns(entry: Entry) -> list[str]:
    """The column names that a table function's RETURNS TABLE declares."""
    return [Reader(piece).identifier() for piece in pieces(entry.details["returns"])]
