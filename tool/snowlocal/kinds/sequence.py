"""SEQUENCE: backed by a DuckDB sequence of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from snowlocal.catalog import Entry
from snowlocal.change import Change
from snowlocal.context import Context
from snowlocal.errors import unsupported
from snowlocal.kinds.base import Columns, Head, Kind
from snowlocal.names import quote
from snowlocal.result import Result
from snowlocal.tokens import Reader


class Sequence(Kind):
    """CREATE, DROP and SHOW of sequences. docs.snowflake.com/en/sql-reference/sql/create-sequence"""

    name = "SEQUENCE"
    plural = "SEQUENCES"
    show_columns: ClassVar[Columns] = (
        ("name", "text"),
        ("database_name", "text"),
        ("schema_name", "text"),
        ("next_value", "fixed"),
        ("interval", "fixed"),
        ("created_on", "timestamp_ltz"),
        ("owner", "text"),
        ("comment", "text"),
        ("owner_role_type", "text"),
        ("ordered", "text"),
    )

    def create(self, ctx: Context, head: Head, reader: Reader) -> Result:
        """CREATE SEQUENCE name [WITH] [START [WITH] [=] n] [INCREMENT [BY] [=] n] [ORDER|NOORDER] [COMMENT = …]."""
        slot = self.slot(ctx, head, reader.qualified())
        if (answer := self.skipped(slot, head)) is not None:
            return answer
        start, step, comment, ordered = 1, 1, "", True
        reader.accept("WITH")
        while not reader.done:
            if reader.accept("START"):
                start = _number(reader, "WITH")
            elif reader.accept("INCREMENT"):
                step = _number(reader, "BY")
            elif reader.accept("COMMENT", "="):
                comment = reader.string()
            elif reader.accept("NOORDER"):
                ordered = False
            elif not reader.accept("ORDER") and not reader.accept(","):
                raise unsupported(f"SEQUENCE {reader.next().text}")
        with ctx.change() as change:
            sequence = _make(change, start, step)
            details = {"start": start, "step": step, "sequence": sequence, "ordered": ordered}
            self.fill(ctx, change, slot, details, comment)
        return self.created(slot)

    def row(self, ctx: Context, entry: Entry) -> Mapping[str, Any]:
        """A row of SHOW SEQUENCES."""
        return {
            **self.common_row(ctx, entry),
            "next_value": _next(ctx.account.writer.cursor(), entry),
            "interval": entry.details["step"],
            "ordered": "Y" if entry.details["ordered"] else "N",
        }

    def ddl(self, ctx: Context, entry: Entry, qualified: bool) -> str:
        """The text of GET_DDL."""
        name = ctx.catalog.text_of(entry) if qualified else quote(entry.name)
        order = "order" if entry.details["ordered"] else "noorder"
        return (
            f"create or replace sequence {name} start with {entry.details['start']} "
            f"increment by {entry.details['step']} {order};"
        )

    def cloned(self, change: Change, entry: Entry, ids: Mapping[int, int]) -> dict[str, Any]:
        """A copy goes on from where the source stands."""
        start = _next(change.duck, entry)
        return {**entry.details, "sequence": _make(change, start, entry.details["step"])}


def _number(reader: Reader, word: str) -> int:
    reader.accept(word)
    reader.accept("=")
    return int(reader.value())


def _make(change: Change, start: int, step: int) -> str:
    name = f"sq_{change.new_id()}"
    change.run(f'CREATE SEQUENCE main."{name}" START {int(start)} INCREMENT {int(step)}')
    return name


def _next(duck: Any, entry: Entry) -> int:
    found = duck.execute(
        "SELECT start_value, increment_by, last_value FROM duckdb_sequences() WHERE sequence_name = ?",
        [entry.details["sequence"]],
    ).fetchall()
    start, step, last = found[0]
    return int(start) if last is None else int(last) + int(step)
