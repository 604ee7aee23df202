"""Alerts: how they are made, changed, started and shown. `alerts.py` runs them.

Rules: docs.snowflake.com/en/sql-reference/sql/create-alert, …/alter-alert, …/show-alerts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snowlocal.access import Access, inherited
from snowlocal.catalog import Catalog, Entry
from snowlocal.change import Change
from snowlocal.clone import clone_into
from snowlocal.context import Context
from snowlocal.errors import SnowflakeError, unsupported
from snowlocal.kinds import bodies, schedule
from snowlocal.kinds.base import Head, Kind
from snowlocal.names import dotted
from snowlocal.result import Result, status
from snowlocal.tokens import Reader

STARTED, SUSPENDED = "started", "suspended"
_DONE = "Statement executed successfully."
_QUERIES = ("SELECT", "WITH", "SHOW", "CALL")


class Alert(Kind):
    """ALERT. A new alert is suspended."""

    name = "ALERT"
    plural = "ALERTS"
    show_columns = (
        ("created_on", "timestamp_ltz"),
        ("name", "text"),
        ("database_name", "text"),
        ("schema_name", "text"),
        ("owner", "text"),
        ("comment", "text"),
        ("warehouse", "text"),
        ("schedule", "text"),
        ("state", "text"),
        ("condition", "text"),
        ("action", "text"),
        ("owner_role_type", "text"),
    )

    def judge(self, ctx: Context) -> None:
        """Actions that are blocks go to the scripting parser."""
        bodies.judge(ctx, "ACTION" if Reader(ctx.text).sees("ALTER") else "THEN")

    def create(self, ctx: Context, head: Head, reader: Reader) -> Result:
        """CREATE [OR REPLACE] ALERT [IF NOT EXISTS] name properties IF (EXISTS (query)) THEN action."""
        parts = reader.qualified()
        if reader.accept("CLONE"):
            return clone_into(ctx, self, head, parts, reader)
        options = reader.options(("IF",))
        reader.expect("IF", "(")
        condition = _condition(reader)
        reader.expect(")", "THEN")
        action = reader.rest()
        comment = str(options.pop("COMMENT", ""))
        _judge(ctx, options)
        if "SCHEDULE" not in options:
            raise unsupported("CREATE ALERT without SCHEDULE")
        slot = self.slot(ctx, head, parts)
        if (answer := self.skipped(slot, head)) is not None:
            return answer
        details = {"options": options, "condition": condition, "action": action, "state": SUSPENDED}
        with ctx.change() as change:
            self.fill(ctx, change, slot, details, comment)
        return self.created(slot)

    def alter(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """ALTER ALERT … RESUME | SUSPEND | SET | UNSET | MODIFY CONDITION EXISTS (query) | MODIFY ACTION statement."""
        if reader.accept("RESUME"):
            ctx.access.require(entry, "OPERATE", "OWNERSHIP")
            require_runnable(ctx.catalog, entry)
            return self._put(ctx, entry, state=STARTED)
        if reader.accept("SUSPEND"):
            ctx.access.require(entry, "OPERATE", "OWNERSHIP")
            return self._put(ctx, entry, state=SUSPENDED)
        ctx.access.require_owner(entry)
        if reader.accept("MODIFY", "CONDITION"):
            condition = _condition(reader)
            reader.finish()
            return self._put(ctx, entry, condition=condition)
        if reader.accept("MODIFY", "ACTION"):
            return self._put(ctx, entry, action=reader.rest())
        return super().alter(ctx, entry, reader)

    def _put(self, ctx: Context, entry: Entry, **details: Any) -> Result:
        with ctx.change() as change:
            change.put(entry.with_details(**details))
        return status(_DONE)

    def set(self, ctx: Context, entry: Entry, options: dict[str, Any]) -> Result:
        """ALTER ALERT … SET WAREHOUSE, SCHEDULE, COMMENT."""
        comment = options.pop("COMMENT", None)
        _judge(ctx, options)
        if comment is not None:
            super().set(ctx, entry, {"COMMENT": comment})
            entry = ctx.catalog.get(entry.id)
        return self._put(ctx, entry, options={**entry.details["options"], **options})

    def row(self, ctx: Context, entry: Entry) -> Mapping[str, Any]:
        """A row of SHOW ALERTS."""
        details = entry.details
        return self.common_row(ctx, entry) | {
            "warehouse": details["options"].get("WAREHOUSE"),
            "schedule": details["options"]["SCHEDULE"],
            "state": details["state"],
            "condition": details["condition"],
            "action": details["action"],
        }

    def ddl(self, ctx: Context, entry: Entry, qualified: bool) -> str:
        """CREATE OR REPLACE ALERT with its properties; condition and action are as they were written."""
        details, options = entry.details, entry.details["options"]
        name = ctx.catalog.text_of(entry) if qualified else dotted(entry.name)
        lines = [f"create or replace alert {name}"]
        if "WAREHOUSE" in options:
            lines.append(f"warehouse={dotted(options['WAREHOUSE'])}")
        lines.append(f"schedule='{options['SCHEDULE']}'")
        if entry.comment:
            lines.append("comment='" + entry.comment.replace("\\", "\\\\").replace("'", "''") + "'")
        lines.append(f"if (exists({details['condition']}))")
        return "\n\t".join([*lines, f"then {details['action']};"])

    def cloned(self, change: Change, entry: Entry, ids: Mapping[int, int]) -> dict[str, Any]:
        """A cloned alert is suspended."""
        return {**entry.details, "state": SUSPENDED}


def require_runnable(catalog: Catalog, entry: Entry) -> None:
    """Raise 091089 where the owner lacks EXECUTE ALERT, or EXECUTE MANAGED ALERT for want of a warehouse."""
    owner = Access(catalog, inherited(catalog, {entry.owner}))
    needed = (
        "EXECUTE ALERT" if entry.details["options"].get("WAREHOUSE") else "EXECUTE MANAGED ALERT"
    )
    if not owner.global_privilege(needed):
        raise SnowflakeError(
            91089,
            "23001",
            f"Cannot execute alert, {needed} privilege must be granted to owner role",
        )


def _condition(reader: Reader) -> str:
    """The query inside EXISTS (…), as written."""
    reader.expect("EXISTS")
    text = reader.parenthesised().strip()
    first = Reader(text).peek()
    if first is None or first.upper not in _QUERIES:
        raise reader.error()
    return text


def _judge(ctx: Context, options: dict[str, Any]) -> None:
    for key, value in options.items():
        if key == "WAREHOUSE":
            ctx.access.require(ctx.find("WAREHOUSE", (str(value),)), "USAGE")
        elif key == "SCHEDULE":
            schedule.check(value)
        else:
            raise unsupported(f"ALERT … {key}")
