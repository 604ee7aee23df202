"""TAG: a key that objects and columns are given values for. `tags.py` sets them.

Rules: docs.snowflake.com/en/sql-reference/sql/create-tag, …/alter-tag, …/show-tags, …/drop-tag, …/undrop-tag.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from snowlocal.catalog import Entry, now
from snowlocal.context import Context
from snowlocal.ddl_text import literal
from snowlocal.errors import unnumbered, unsupported
from snowlocal.kinds.base import Columns, Head, Kind
from snowlocal.names import quote
from snowlocal.result import Result, status
from snowlocal.tokens import Reader

_MOST_VALUES = 5000
_LONGEST_VALUE = 256
_DONE = "Statement executed successfully."


class Tag(Kind):
    """CREATE, ALTER, DROP, UNDROP and SHOW of tags."""

    name = "TAG"
    plural = "TAGS"
    undroppable = True
    show_columns: ClassVar[Columns] = (
        ("created_on", "timestamp_ltz"),
        ("name", "text"),
        ("database_name", "text"),
        ("schema_name", "text"),
        ("owner", "text"),
        ("comment", "text"),
        ("allowed_values", "text"),
        ("owner_role_type", "text"),
        ("propagate", "text"),
        ("on_conflict", "text"),
    )

    def create(self, ctx: Context, head: Head, reader: Reader) -> Result:
        """CREATE TAG name [ALLOWED_VALUES 'v' [, …]] [COMMENT = …]."""
        parts = reader.qualified()
        allowed = _values(reader) if reader.accept("ALLOWED_VALUES") else None
        comment = ""
        while not reader.done:
            if reader.accept("COMMENT", "="):
                comment = reader.string()
            else:
                raise unsupported(f"TAG {reader.next().text.upper()}")
        slot = self.slot(ctx, head, parts)
        if (answer := self.skipped(slot, head)) is not None:
            return answer
        with ctx.change() as change:
            self.fill(ctx, change, slot, {"allowed": allowed}, comment)
        return self.created(slot)

    def alter(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """ALTER TAG: ADD, DROP, SET or UNSET ALLOWED_VALUES, SET or UNSET COMMENT, RENAME TO."""
        ctx.access.require_owner(entry)
        known = entry.details["allowed"]
        if reader.accept("ADD", "ALLOWED_VALUES"):
            added = [v for v in _values(reader) if v not in (known or [])]
            return self._allow(ctx, entry, reader, [*(known or []), *added])
        if reader.accept("DROP", "ALLOWED_VALUES"):
            gone = _values(reader)
            return self._allow(ctx, entry, reader, [v for v in known or [] if v not in gone])
        if reader.accept("SET", "ALLOWED_VALUES"):
            return self._allow(ctx, entry, reader, _values(reader))
        if reader.accept("UNSET", "ALLOWED_VALUES"):
            return self._allow(ctx, entry, reader, None)
        if reader.sees("SET", "MASKING") or reader.sees("UNSET", "MASKING"):
            raise unsupported("a masking policy on a tag")
        return super().alter(ctx, entry, reader)

    def _allow(
        self, ctx: Context, entry: Entry, reader: Reader, values: list[str] | None
    ) -> Result:
        comment = reader.string() if reader.accept("COMMENT", "=") else entry.comment
        reader.finish()
        if values is not None and len(values) > _MOST_VALUES:
            raise unnumbered(f"A tag has at most {_MOST_VALUES} allowed values.")
        with ctx.change() as change:
            details = {**entry.details, "allowed": values}
            change.put(replace(entry, details=details, comment=comment, altered=now()))
        return status(_DONE)

    def row(self, ctx: Context, entry: Entry) -> Mapping[str, Any]:
        """A row of SHOW TAGS."""
        allowed = entry.details["allowed"]
        return self.common_row(ctx, entry) | {
            "allowed_values": None
            if allowed is None
            else json.dumps(allowed, separators=(",", ":")),
        }

    def ddl(self, ctx: Context, entry: Entry, qualified: bool) -> str:
        """The text of GET_DDL."""
        name = ctx.catalog.text_of(entry) if qualified else quote(entry.name)
        allowed = entry.details["allowed"]
        values = f" allowed_values  {' , '.join(literal(v) for v in allowed)} " if allowed else ""
        comment = f"COMMENT={literal(entry.comment)}\n" if entry.comment else ""
        return f"create or replace tag {name} {values}{comment};"


def _values(reader: Reader) -> list[str]:
    reader.accept("=")
    found = [reader.string()]
    while reader.accept(","):
        found.append(reader.string())
    if long := [v for v in found if len(v) > _LONGEST_VALUE]:
        raise unnumbered(
            f"Allowed value '{long[0][:40]}…' is longer than {_LONGEST_VALUE} characters."
        )
    return list(dict.fromkeys(found))


def allowed_values(ctx: Context, arguments: list[Any]) -> str | None:
    """SYSTEM$GET_TAG_ALLOWED_VALUES('tag'): a JSON array, NULL where any value is allowed."""
    from snowlocal.functions import exactly

    (name,) = exactly("SYSTEM$GET_TAG_ALLOWED_VALUES", arguments, 1)
    with ctx.account.lock:
        tag = ctx.find("TAG", Reader(str(name)).qualified())
    allowed = tag.details["allowed"]
    return None if allowed is None else json.dumps(allowed, separators=(",", ":"))
