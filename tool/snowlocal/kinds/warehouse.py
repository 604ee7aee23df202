"""Warehouses: names, sizes and states. They compute nothing here: every statement runs in the account's one process.

Details: "size", "state", "type", and the other properties in lower case.
Source: docs.snowflake.com/en/sql-reference/sql/create-warehouse, alter-warehouse, show-warehouses.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from snowlocal.catalog import ACCOUNT_ID, Entry, now
from snowlocal.context import Context
from snowlocal.errors import SnowflakeError, compilation, exists, unsupported
from snowlocal.kinds.base import Columns, Head, Kind
from snowlocal.result import Result, status, table
from snowlocal.tokens import Reader

DONE = "Statement executed successfully."
_SIZES = {
    "XSMALL": "X-Small", "SMALL": "Small", "MEDIUM": "Medium", "LARGE": "Large", "XLARGE": "X-Large",
    "XXLARGE": "2X-Large", "X2LARGE": "2X-Large", "2XLARGE": "2X-Large", "XXXLARGE": "3X-Large",
    "X3LARGE": "3X-Large", "3XLARGE": "3X-Large", "X4LARGE": "4X-Large", "4XLARGE": "4X-Large",
    "X5LARGE": "5X-Large", "5XLARGE": "5X-Large", "X6LARGE": "6X-Large", "6XLARGE": "6X-Large",
}  # fmt: skip
_CHOICES = {
    "WAREHOUSE_TYPE": ("STANDARD", "SNOWPARK-OPTIMIZED"),
    "SCALING_POLICY": ("STANDARD", "ECONOMY"),
}
_NUMBERS = {
    "AUTO_SUSPEND": (0, None), "MIN_CLUSTER_COUNT": (1, 10), "MAX_CLUSTER_COUNT": (1, 10),
    "QUERY_ACCELERATION_MAX_SCALE_FACTOR": (0, 100), "MAX_CONCURRENCY_LEVEL": (1, None),
    "STATEMENT_TIMEOUT_IN_SECONDS": (0, 604800), "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS": (0, 604800),
}  # fmt: skip
_FLAGS = ("AUTO_RESUME", "ENABLE_QUERY_ACCELERATION")
_KEYS = {"WAREHOUSE_TYPE": "type", "WAREHOUSE_SIZE": "size"}
_DEFAULTS: dict[str, Any] = {
    "type": "STANDARD", "size": "X-Small", "scaling_policy": "STANDARD", "auto_suspend": 600,
    "auto_resume": True, "min_cluster_count": 1, "max_cluster_count": 1, "enable_query_acceleration": False,
    "query_acceleration_max_scale_factor": 8, "max_concurrency_level": 8,
    "statement_timeout_in_seconds": 172800, "statement_queued_timeout_in_seconds": 0,
}  # fmt: skip


class Warehouse(Kind):
    """CREATE, ALTER, DROP, SHOW, DESCRIBE WAREHOUSE."""

    name = "WAREHOUSE"
    plural = "WAREHOUSES"
    level = "account"
    show_columns: ClassVar[Columns] = (
        ("name", "text"),
        ("state", "text"),
        ("type", "text"),
        ("size", "text"),
        ("min_cluster_count", "fixed"),
        ("max_cluster_count", "fixed"),
        ("started_clusters", "fixed"),
        ("running", "fixed"),
        ("queued", "fixed"),
        ("is_default", "text"),
        ("is_current", "text"),
        ("auto_suspend", "fixed"),
        ("auto_resume", "text"),
        ("available", "text"),
        ("provisioning", "text"),
        ("quiescing", "text"),
        ("other", "text"),
        ("created_on", "timestamp_ltz"),
        ("resumed_on", "timestamp_ltz"),
        ("updated_on", "timestamp_ltz"),
        ("owner", "text"),
        ("comment", "text"),
        ("enable_query_acceleration", "text"),
        ("query_acceleration_max_scale_factor", "fixed"),
        ("resource_monitor", "text"),
        ("actives", "fixed"),
        ("pendings", "fixed"),
        ("failed", "fixed"),
        ("suspended", "fixed"),
        ("uuid", "text"),
        ("scaling_policy", "text"),
        ("budget", "text"),
        ("owner_role_type", "text"),
    )

    def create(self, ctx: Context, head: Head, reader: Reader) -> Result:
        """CREATE WAREHOUSE name [WITH] properties; the session then uses it, as on Snowflake."""
        slot = self.slot(ctx, head, reader.qualified())
        reader.accept("WITH")
        options = reader.options()
        suspended = bool(options.pop("INITIALLY_SUSPENDED", False))
        comment = str(options.pop("COMMENT", ""))
        details = {**_DEFAULTS, **_checked(options, "CREATE"), "state": "STARTED"}
        if suspended:
            details["state"] = "SUSPENDED"
        _check_clusters(details)
        skipped = self.skipped(slot, head)
        if skipped:
            return skipped
        with ctx.change() as change:
            self.fill(ctx, change, slot, details, comment)
        ctx.session.warehouse = slot.name
        return self.created(slot)

    def drop(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """DROP WAREHOUSE; sessions that use it are left without one."""
        answer = super().drop(ctx, entry, reader)
        for session in ctx.account.sessions.values():
            if session.warehouse == entry.name:
                session.warehouse = None
        return answer

    def alter(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """SUSPEND and RESUME need OPERATE, SET and UNSET need MODIFY, RENAME needs OWNERSHIP."""
        if reader.accept("SUSPEND"):
            return self._turn(ctx, entry, reader, "SUSPENDED")
        if reader.accept("RESUME"):
            return self._turn(ctx, entry, reader, "STARTED")
        if reader.accept("RENAME", "TO"):
            ctx.access.require_owner(entry)
            return self.rename(ctx, entry, reader)
        if reader.sees("SET") or reader.sees("UNSET"):
            ctx.access.require(entry, "MODIFY")
            if reader.accept("SET"):
                return self.set(ctx, entry, reader.options())
            reader.expect("UNSET")
            keys = [reader.identifier()]
            while reader.accept(","):
                keys.append(reader.identifier())
            reader.finish()
            return self.unset(ctx, entry, keys)
        raise unsupported(f"ALTER WAREHOUSE {reader.rest()}")

    def _turn(self, ctx: Context, entry: Entry, reader: Reader, state: str) -> Result:
        lenient = state == "STARTED" and reader.accept("IF", "SUSPENDED")
        reader.finish()
        ctx.access.require(entry, "OPERATE")
        if entry.details["state"] == state and not lenient:
            number, word = (90063, "resumed") if state == "STARTED" else (90064, "suspended")
            text = f"Invalid state. Warehouse '{entry.name}' cannot be {word}."
            raise SnowflakeError(number, "22000", text)
        with ctx.change() as change:
            resumed = {"resumed": now().isoformat()} if state == "STARTED" else {}
            change.put(entry.with_details(state=state, **resumed))
        return status(DONE)

    def rename(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """RENAME TO; sessions follow."""
        (new,) = reader.qualified()
        reader.finish()
        if ctx.catalog.find("WAREHOUSE", ACCOUNT_ID, new) is not None:
            raise exists(new)
        with ctx.change() as change:
            change.put(replace(entry, name=new, altered=now()))
        for session in ctx.account.sessions.values():
            if session.warehouse == entry.name:
                session.warehouse = new
        return status(DONE)

    def set(self, ctx: Context, entry: Entry, options: dict[str, Any]) -> Result:
        """ALTER WAREHOUSE … SET; a new size is there at once."""
        options.pop("WAIT_FOR_COMPLETION", None)
        comment = str(options.pop("COMMENT", entry.comment))
        details = {**entry.details, **_checked(options, "ALTER")}
        _check_clusters(details)
        with ctx.change() as change:
            change.put(replace(entry, comment=comment, details=details, altered=now()))
        return status(DONE)

    def unset(self, ctx: Context, entry: Entry, keys: list[str]) -> Result:
        """ALTER WAREHOUSE … UNSET: back to the default."""
        details, comment = dict(entry.details), entry.comment
        for key in keys:
            inner = _KEYS.get(key, key.lower())
            if key == "COMMENT":
                comment = ""
            elif inner in _DEFAULTS:
                details[inner] = _DEFAULTS[inner]
            else:
                raise unsupported(f"ALTER WAREHOUSE UNSET {key}")
        with ctx.change() as change:
            change.put(replace(entry, comment=comment, details=details, altered=now()))
        return status(DONE)

    def row(self, ctx: Context, entry: Entry) -> dict[str, Any]:
        """A row of SHOW WAREHOUSES."""
        details = {**_DEFAULTS, **entry.details}
        started = details["state"] == "STARTED"
        user = ctx.catalog.find("USER", ACCOUNT_ID, ctx.session.user)
        default = user.details.get("default_warehouse") if user else None
        return {
            **details,
            "name": entry.name,
            "started_clusters": int(started),
            "running": 0,
            "queued": 0,
            "is_default": "Y" if entry.name == default else "N",
            "is_current": "Y" if entry.name == ctx.session.warehouse else "N",
            "auto_resume": str(details["auto_resume"]).lower(),
            "available": "100" if started else "",
            "provisioning": "0" if started else "",
            "quiescing": "0" if started else "",
            "other": "0" if started else "",
            "created_on": entry.created,
            "resumed_on": datetime.fromisoformat(details["resumed"])
            if "resumed" in details
            else entry.created,
            "updated_on": entry.altered,
            "owner": entry.owner,
            "comment": entry.comment,
            "enable_query_acceleration": str(details["enable_query_acceleration"]).lower(),
            "resource_monitor": "null",
            "actives": int(started),
            "pendings": 0,
            "failed": 0,
            "suspended": int(not started),
            "uuid": str(entry.id),
            "owner_role_type": "ROLE",
        }

    def describe(self, ctx: Context, entry: Entry) -> Result:
        """DESCRIBE WAREHOUSE has three columns."""
        columns = (("created_on", "timestamp_ltz"), ("name", "text"), ("kind", "text"))
        return table(
            columns, [{"created_on": entry.created, "name": entry.name, "kind": self.name}]
        )


def size_name(value: Any) -> str:
    """A warehouse size as SHOW writes it: 'xsmall' and 'X-SMALL' are 'X-Small'. Raises SnowflakeError 001008."""
    found = _SIZES.get(str(value).upper().replace("-", ""))
    if found is None:
        raise _invalid("WAREHOUSE_SIZE", value)
    return found


def _invalid(key: str, value: Any) -> SnowflakeError:
    return compilation(1008, "22023", f"invalid value [{value}] for parameter '{key}'")


def _checked(options: dict[str, Any], verb: str) -> dict[str, Any]:
    """Properties with their values checked, under the keys of the details."""
    found: dict[str, Any] = {}
    for key, value in options.items():
        if key == "WAREHOUSE_SIZE":
            value = size_name(value)
        elif key in _CHOICES:
            value = str(value).upper()
            if value not in _CHOICES[key]:
                raise _invalid(key, value)
        elif key in _NUMBERS:
            low, high = _NUMBERS[key]
            value = 0 if value is None and key == "AUTO_SUSPEND" else value
            if not isinstance(value, int) or value < (low or 0) or (high and value > high):
                raise _invalid(key, value)
        elif key in _FLAGS:
            if not isinstance(value, bool):
                raise _invalid(key, value)
        else:
            raise unsupported(f"{verb} WAREHOUSE {key}")
        found[_KEYS.get(key, key.lower())] = value
    return found


def _check_clusters(details: dict[str, Any]) -> None:
    if details.get("min_cluster_count", 1) > details.get("max_cluster_count", 1):
        raise compilation(
            1008, "22023", "MAX_CLUSTER_COUNT must be greater than or equal to MIN_CLUSTER_COUNT"
        )
