"""PIPE: a COPY kept with its state. How it is run is `pipes`' matter."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from snowlocal import copying, loads, pipes
from snowlocal.catalog import Entry, now
from snowlocal.change import Change
from snowlocal.context import Context
from snowlocal.copy_statement import parse
from snowlocal.errors import (
    SnowflakeError,
    compilation,
    missing,
    no_privilege,
    unnumbered,
    unsupported,
)
from snowlocal.functions import exactly
from snowlocal.kinds.base import Columns, Head, Kind
from snowlocal.names import dotted, quote
from snowlocal.result import Column, Result, status
from snowlocal.tokens import Reader

_DONE = "Statement executed successfully."
_OVERRIDES = {"STALENESS_CHECK_OVERRIDE", "OWNERSHIP_TRANSFER_CHECK_OVERRIDE"}


class Pipe(Kind):
    """CREATE, ALTER, DROP, SHOW and DESCRIBE of pipes. docs.snowflake.com/en/sql-reference/sql/create-pipe"""

    name = "PIPE"
    plural = "PIPES"
    show_columns: ClassVar[Columns] = (
        ("created_on", "timestamp_ltz"),
        ("name", "text"),
        ("database_name", "text"),
        ("schema_name", "text"),
        ("definition", "text"),
        ("owner", "text"),
        ("notification_channel", "text"),
        ("comment", "text"),
        ("integration", "text"),
        ("pattern", "text"),
        ("error_integration", "text"),
        ("owner_role_type", "text"),
        ("invalid_reason", "text"),
        ("kind", "text"),
    )

    def create(self, ctx: Context, head: Head, reader: Reader) -> Result:
        """CREATE PIPE name [AUTO_INGEST = …] [COMMENT = …] AS COPY INTO …: table, stage and format must be there."""
        slot = self.slot(ctx, head, reader.qualified())
        if (answer := self.skipped(slot, head)) is not None:
            return answer
        auto_ingest, comment = _options(reader)
        text = reader.rest().rstrip().removesuffix(";").rstrip()
        statement = parse(text)
        refused = statement.refused_in_pipes()
        if refused is not None:
            raise unsupported(f"{refused} in the COPY of a pipe")
        plan = copying.resolve(ctx, statement)
        details = {
            "copy": text,
            "auto_ingest": auto_ingest,
            "paused": False,
            "stopped": None,
            "stage_id": plan.location.stage.id,
            "queue": [],
            "fault": None,
        }
        with ctx.change() as change:
            self.fill(ctx, change, slot, details, comment)
        return self.created(slot)

    def alter(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """ALTER PIPE: SET PIPE_EXECUTION_PAUSED or COMMENT, UNSET them, REFRESH [PREFIX = …] [MODIFIED_AFTER = …]."""
        _require(ctx, entry, "OPERATE")
        if reader.accept("REFRESH"):
            return self._refresh(ctx, entry, reader)
        if reader.accept("SET"):
            options = reader.options()
            if set(options) - {"PIPE_EXECUTION_PAUSED"}:
                ctx.access.require_owner(entry)
            return self.set(ctx, entry, options)
        if reader.accept("UNSET", "PIPE_EXECUTION_PAUSED"):
            reader.finish()
            return self.set(ctx, entry, {"PIPE_EXECUTION_PAUSED": False})
        if reader.sees("RENAME"):
            raise unsupported("ALTER PIPE RENAME")
        return super().alter(ctx, entry, reader)

    def set(self, ctx: Context, entry: Entry, options: dict[str, Any]) -> Result:
        """SET: a resumed pipe loads what was queued while it was paused."""
        if "PIPE_EXECUTION_PAUSED" in options:
            value = str(options.pop("PIPE_EXECUTION_PAUSED")).upper()
            if value not in ("TRUE", "FALSE"):
                text = f"invalid value [{value}] for parameter 'PIPE_EXECUTION_PAUSED'"
                raise compilation(1008, "22023", text)
            if value == "FALSE":
                _require_same_owner(entry)
            entry = _pause(ctx, entry, value == "TRUE")
        if options:
            return super().set(ctx, entry, options)
        return status(_DONE)

    def _refresh(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        options = reader.options()
        prefix = str(options.pop("PREFIX", ""))
        after = _moment(options.pop("MODIFIED_AFTER", None))
        if options:
            raise unsupported(f"ALTER PIPE REFRESH {', '.join(options)}")
        found = pipes.pending(ctx.account, entry, prefix, after)
        at = now().isoformat()
        queue = [*entry.details["queue"], *([f.address, at] for f in found)]
        with ctx.change() as change:
            change.put(replace(entry, details={**entry.details, "queue": queue}))
        ctx.afterwards.append(lambda: pipes.drain(ctx.account, entry.id))
        rows = [(f.relative, "SENT") for f in found]
        return Result((Column("File"), Column("Status")), rows)

    def row(self, ctx: Context, entry: Entry) -> Mapping[str, Any]:
        """A row of SHOW PIPES."""
        return {
            **self.common_row(ctx, entry),
            "definition": entry.details["copy"],
            "notification_channel": _channel(entry),
            "pattern": parse(entry.details["copy"]).pattern,
            "invalid_reason": _invalid_reason(ctx, entry),
            "kind": "STAGE",
        }

    def ddl(self, ctx: Context, entry: Entry, qualified: bool) -> str:
        """The text of GET_DDL; the comment is left out."""
        name = ctx.catalog.text_of(entry) if qualified else quote(entry.name)
        auto = str(bool(entry.details["auto_ingest"])).lower()
        return f"create or replace pipe {name} auto_ingest={auto} as {entry.details['copy']};"

    def handed_over(self, entry: Entry, bulk: bool) -> dict[str, Any]:
        """A pipe must be paused before its owner changes; only SYSTEM$PIPE_FORCE_RESUME resumes it afterwards."""
        if not entry.details["paused"]:
            raise unnumbered(
                f"Pipe {entry.name} not in paused state. To pause pipe run ALTER PIPE {entry.name} SET"
                " PIPE_EXECUTION_PAUSED=true",
                "55000",
            )
        return {**entry.details, "transferred": True}

    def cloned(self, change: Change, entry: Entry, ids: Mapping[int, int]) -> dict[str, Any]:
        """A copy does not run: STOPPED_CLONED where it would be told of new files, else paused. It has no load history.

        Its text is the source's, so that qualified names still lead to the source's table and stage.
        """
        stopped = "STOPPED_CLONED" if entry.details["auto_ingest"] else None
        location = parse(entry.details["copy"]).location
        stage = entry.details["stage_id"]
        moved = ids.get(stage, stage) if "." not in location.split("/")[0] else stage
        fresh = {"stopped": stopped, "paused": True, "stage_id": moved, "queue": [], "fault": None}
        return {**entry.details, **fresh}


def _options(reader: Reader) -> tuple[bool, str]:
    auto_ingest, comment = False, ""
    while not reader.accept("AS"):
        key = reader.identifier()
        reader.expect("=")
        value = reader.value()
        if key == "AUTO_INGEST":
            auto_ingest = str(value).upper() == "TRUE"
        elif key == "COMMENT":
            comment = str(value)
        elif key in ("INTEGRATION", "ERROR_INTEGRATION"):
            text = f"Integration '{value}' does not exist or not authorized."
            raise compilation(2003, "02000", text)
        else:
            raise unsupported(f"PIPE {key}")
    return auto_ingest, comment


def _require(ctx: Context, entry: Entry, *privileges: str) -> None:
    if not ctx.access.has(entry, *privileges):
        raise no_privilege("PIPE", entry.name)


def _require_same_owner(entry: Entry) -> None:
    if entry.details.get("transferred"):
        raise unnumbered(
            f"Ownership of pipe {entry.name} was transferred: resume it by "
            "SYSTEM$PIPE_FORCE_RESUME with OWNERSHIP_TRANSFER_CHECK_OVERRIDE.",
            "55000",
        )


def _pause(ctx: Context, entry: Entry, paused: bool) -> Entry:
    """Pause or resume. A clone runs once it is resumed; after its stage was altered, a pipe must be made anew."""
    stopped = entry.details["stopped"]
    if not paused and stopped == "STOPPED_CLONED":
        stopped = None
    with ctx.change() as change:
        transferred = paused and bool(entry.details.get("transferred"))
        done = change.put(
            entry.with_details(paused=paused, stopped=stopped, fault=None, transferred=transferred)
        )
    if not paused:
        ctx.afterwards.append(lambda: pipes.drain(ctx.account, entry.id))
    return done


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        text = f"Timestamp '{value}' is not recognized"
        raise SnowflakeError(100035, "22007", text) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _channel(entry: Entry) -> str | None:
    return f"local:snowpipe:{entry.id}" if entry.details["auto_ingest"] else None


def _invalid_reason(ctx: Context, entry: Entry) -> str | None:
    reasons = {
        "STOPPED_MISSING_TABLE": "Table does not exist or not authorized.",
        "STOPPED_STAGE_DROPPED": "Stage does not exist or not authorized.",
    }
    return reasons.get(pipes.state(ctx.account, entry))


# -- SYSTEM$ functions


def _named(ctx: Context, text: Any, *privileges: str) -> Entry:
    parts = Reader(str(text)).qualified()
    entry = ctx.maybe("PIPE", parts)
    if entry is None or not ctx.access.has(entry, *privileges):
        raise missing("PIPE", dotted(*parts))
    return entry


def pipe_status(ctx: Context, arguments: list[Any]) -> str:
    """SYSTEM$PIPE_STATUS('name'): JSON. docs.snowflake.com/en/sql-reference/functions/system_pipe_status"""
    (name,) = exactly("SYSTEM$PIPE_STATUS", arguments, 1)
    with ctx.account.lock:
        entry = _named(ctx, name, "MONITOR", "OPERATE")
        queue = entry.details["queue"]
        found: dict[str, Any] = {
            "executionState": pipes.state(ctx.account, entry),
            "pendingFileCount": len(queue),
        }
        if queue:
            found["oldestPendingFilePath"], found["oldestFileTimestamp"] = queue[0]
        last = loads.last_of_pipe(ctx.session.duck, entry.id)
    if last is not None:
        found["lastIngestedFilePath"] = last[0]
        found["lastIngestedTimestamp"] = _iso(last[1])
    if entry.details["auto_ingest"]:
        found["notificationChannelName"] = _channel(entry)
        found["numOutstandingMessagesOnChannel"] = 0
    if entry.details["fault"]:
        found["error"] = entry.details["fault"]
    return json.dumps(found)


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def force_resume(ctx: Context, arguments: list[Any]) -> str:
    """SYSTEM$PIPE_FORCE_RESUME('name' [, 'overrides']): resume a pipe that changed its owner or stood still for long.
    docs.snowflake.com/en/sql-reference/functions/system_pipe_force_resume"""
    name, given = exactly("SYSTEM$PIPE_FORCE_RESUME", [*arguments, ""][:2], 2)
    overrides = {word.strip().upper() for word in str(given).split(",") if word.strip()}
    # The name alone means the override that there was first.
    overrides = overrides or {"OWNERSHIP_TRANSFER_CHECK_OVERRIDE"}
    if overrides - _OVERRIDES:
        text = f"invalid value [{given}] for parameter 'SYSTEM$PIPE_FORCE_RESUME'"
        raise compilation(1008, "22023", text)
    with ctx.account.lock:
        entry = _named(ctx, name, "OPERATE")
        if "OWNERSHIP_TRANSFER_CHECK_OVERRIDE" not in overrides:
            _require_same_owner(entry)
        _pause(ctx, entry, False)
    return _DONE
