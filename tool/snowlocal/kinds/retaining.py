"""What databases, schemas and tables have in common: a comment and days of Time Travel, set, unset and inherited."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from snowlocal import retention
from snowlocal.catalog import Entry, now
from snowlocal.context import Context
from snowlocal.errors import unsupported
from snowlocal.kinds.base import Kind
from snowlocal.result import Result, status


class Retaining(Kind):
    """ALTER … SET and UNSET of a kind that keeps what it held. docs.snowflake.com/en/user-guide/data-time-travel"""

    options: ClassVar[frozenset[str]] = frozenset(
        {"COMMENT", retention.NAME, "MAX_DATA_EXTENSION_TIME_IN_DAYS"}
    )

    def checked(self, options: dict[str, Any]) -> dict[str, Any]:
        """The options of a CREATE or ALTER. Raises 000002 for others than these."""
        refused = set(options) - self.options
        if refused:
            raise unsupported(f"{self.name} {', '.join(sorted(refused))}")
        return options

    def set(self, ctx: Context, entry: Entry, options: dict[str, Any]) -> Result:
        """ALTER … SET. Raises 001008 for days that the object cannot have."""
        self.checked(options)
        transient = bool(entry.details.get("transient"))
        days = retention.read(options, transient, entry.details.get("retention"))
        comment = str(options.get("COMMENT", entry.comment))
        return self._altered(ctx, replace(entry.with_details(retention=days), comment=comment))

    def unset(self, ctx: Context, entry: Entry, keys: list[str]) -> Result:
        """ALTER … UNSET: the days are those of what the object lies in again."""
        self.checked(dict.fromkeys(keys))
        if retention.NAME in keys:
            entry = entry.with_details(retention=None)
        if "COMMENT" in keys:
            entry = replace(entry, comment="")
        return self._altered(ctx, entry)

    def kept(self, ctx: Context, dropped: Entry) -> bool:
        """Whether a dropped object can come back: not one that keeps nothing for any day."""
        return retention.days(ctx.catalog, dropped) > 0

    def _altered(self, ctx: Context, entry: Entry) -> Result:
        with ctx.change() as change:
            change.put(replace(entry, altered=now()))
        return status("Statement executed successfully.")
