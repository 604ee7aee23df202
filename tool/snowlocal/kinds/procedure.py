"""Stored procedures: how they are made, changed and shown. `blocks.py` calls them.

Rules: docs.snowflake.com/en/sql-reference/sql/create-procedure, …/alter-procedure, …/show-procedures.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snowlocal.catalog import Entry
from snowlocal.context import Context
from snowlocal.kinds import bodies
from snowlocal.kinds.routine import Routine, RoutineKind
from snowlocal.result import Result, status
from snowlocal.tokens import Reader


class Procedure(RoutineKind):
    """PROCEDURE. Bodies in SQL can be called; other languages are kept and shown, but not run."""

    name = "PROCEDURE"
    plural = "PROCEDURES"
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
    )

    def judge_body(self, ctx: Context, routine: Routine) -> None:
        """A body in SQL must be a Snowflake Scripting block."""
        if routine.language == "SQL":
            bodies.parse(ctx, routine.body)

    def alter(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """ALTER PROCEDURE … RENAME TO | SET COMMENT | UNSET COMMENT | EXECUTE AS OWNER|CALLER."""
        if not reader.accept("EXECUTE", "AS"):
            return super().alter(ctx, entry, reader)
        ctx.access.require_owner(entry)
        rights = reader.identifier()
        reader.finish()
        with ctx.change() as change:
            change.put(entry.with_details(execute_as=rights))
        return status("Statement executed successfully.")

    def row(self, ctx: Context, entry: Entry) -> Mapping[str, Any]:
        """A row of SHOW PROCEDURES."""
        return self.common_row(ctx, entry)

    def described(self, entry: Entry) -> list[tuple[str, str]]:
        """DESCRIBE PROCEDURE adds whose rights the body has."""
        return [*super().described(entry), ("execute as", entry.details["execute_as"])]

    def rights_lines(self, entry: Entry) -> list[str]:
        """EXECUTE AS stands last."""
        return [f"EXECUTE AS {entry.details['execute_as']}"]
