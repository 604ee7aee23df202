"""Tasks: how they are made, changed, started and shown. `tasks.py` runs them, `task_graph.py` has the rules of graphs.

Rules: docs.snowflake.com/en/sql-reference/sql/create-task, …/alter-task, …/show-tasks.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from snowlocal import task_graph
from snowlocal.catalog import Entry, now
from snowlocal.change import Change
from snowlocal.clone import clone_into
from snowlocal.context import Context
from snowlocal.errors import SnowflakeError, no_privilege, unsupported
from snowlocal.kinds import bodies, task_options
from snowlocal.kinds.base import Head, Kind
from snowlocal.kinds.schedule import invalid
from snowlocal.names import dotted
from snowlocal.result import Result, status
from snowlocal.task_graph import STARTED, SUSPENDED
from snowlocal.tokens import Reader

_DONE = "Statement executed successfully."


class Task(Kind):
    """TASK. A new task is suspended, also after OR REPLACE."""

    name = "TASK"
    plural = "TASKS"
    show_columns = (
        ("created_on", "timestamp_ltz"),
        ("name", "text"),
        ("id", "text"),
        ("database_name", "text"),
        ("schema_name", "text"),
        ("owner", "text"),
        ("comment", "text"),
        ("warehouse", "text"),
        ("schedule", "text"),
        ("predecessors", "text"),
        ("state", "text"),
        ("definition", "text"),
        ("condition", "text"),
        ("allow_overlapping_execution", "text"),
        ("error_integration", "text"),
        ("last_committed_on", "timestamp_ltz"),
        ("last_suspended_on", "timestamp_ltz"),
        ("owner_role_type", "text"),
        ("config", "text"),
        ("budget", "text"),
        ("task_relations", "text"),
        ("last_suspended_reason", "text"),
        ("success_integration", "text"),
    )

    def judge(self, ctx: Context) -> None:
        """Bodies that are blocks go to the scripting parser; SET and UNSET are read by `alter` as strictly.

        The grammar refuses COMMENT beside other properties in SET, which Snowflake takes.
        """
        reader = Reader(ctx.text)
        if reader.accept("ALTER", "TASK"):
            reader.accept("IF", "EXISTS")
            reader.qualified()
            if reader.sees("SET") or reader.sees("UNSET"):
                return
        bodies.judge(ctx)

    def create(self, ctx: Context, head: Head, reader: Reader) -> Result:
        """CREATE [OR REPLACE] TASK [IF NOT EXISTS] name properties [AFTER …] [WHEN …] AS body."""
        parts = reader.qualified()
        if reader.accept("CLONE"):
            return clone_into(ctx, self, head, parts, reader)
        written = task_options.read(reader)
        body = reader.rest()
        task_options.judge(ctx, written.options)
        slot = self.slot(ctx, head, parts)
        if (answer := self.skipped(slot, head)) is not None:
            return answer
        old = slot.existing
        if old is not None and task_graph.in_graph(ctx.catalog, old):
            task_graph.require_suspended(ctx.catalog, old)
        if written.after and "SCHEDULE" in written.options:
            raise unsupported("SCHEDULE together with AFTER")
        after = self._predecessors(ctx, slot.parent, written.after, old, ctx.session.role)
        details = {
            "options": {k: v for k, v in written.options.items() if k != "COMMENT"},
            "after": after,
            "when": written.when,
            "body": body,
            "state": SUSPENDED,
            "version": 1,
        }
        followers = task_graph.children(ctx.catalog, old) if old is not None else []
        comment = str(written.options.get("COMMENT", ""))
        with ctx.change() as change:
            entry = self.fill(ctx, change, slot, details, comment)
            # Those that ran after the old task run after the new one.
            for child in followers:
                assert old is not None
                change.put(child.with_details(after=_swapped(child, old.id, entry.id)))
        return self.created(slot)

    def _predecessors(
        self,
        ctx: Context,
        schema: int,
        written: list[tuple[str, ...]],
        task: Entry | None,
        owner: str,
    ) -> list[int]:
        """The ids of the tasks named after AFTER, which must share schema and owner and lead to no circle."""
        below = {e.id for e in task_graph.descendants(ctx.catalog, task)} if task else set()
        found: list[int] = []
        for parts in written:
            entry = ctx.find("TASK", parts)
            if entry.parent != schema:
                raise unsupported(f"AFTER {dotted(*parts)}, a task of another schema")
            if entry.owner != owner:
                raise no_privilege("TASK", entry.name)
            if task is not None and (entry.id == task.id or entry.id in below):
                raise unsupported(f"AFTER {dotted(*parts)}, which makes the task graph a circle")
            task_graph.require_suspended(ctx.catalog, entry)
            if entry.id not in found:
                found.append(entry.id)
        return found

    def discard(self, change: Change, entry: Entry) -> None:
        """Tasks after a dropped one lose this predecessor; one that had no other is suspended."""
        for child in task_graph.children(change.catalog, entry):
            change.put(_without(child, {entry.id}))
        super().discard(change, entry)

    def drop(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """DROP TASK: not from a graph whose root is started."""
        ctx.access.require_owner(entry)
        if task_graph.in_graph(ctx.catalog, entry):
            task_graph.require_suspended(ctx.catalog, entry)
        return super().drop(ctx, entry, reader)

    # -- ALTER

    def alter(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """ALTER TASK … RESUME | SUSPEND | SET | UNSET | MODIFY AS|WHEN | REMOVE WHEN | ADD|REMOVE AFTER."""
        if reader.accept("RESUME"):
            ctx.access.require(entry, "OPERATE", "OWNERSHIP")
            return self._resume(ctx, entry)
        if reader.accept("SUSPEND"):
            ctx.access.require(entry, "OPERATE", "OWNERSHIP")
            return self._suspend(ctx, entry)
        ctx.access.require_owner(entry)
        task_graph.require_suspended(ctx.catalog, entry)
        if reader.accept("MODIFY", "AS"):
            return self._put(ctx, entry, body=reader.rest())
        if reader.accept("MODIFY", "WHEN"):
            return self._put(ctx, entry, when=task_options.condition(reader))
        if reader.accept("REMOVE", "WHEN"):
            return self._put(ctx, entry, when=None)
        if reader.accept("ADD", "AFTER"):
            if "SCHEDULE" in entry.details["options"]:
                raise unsupported("SCHEDULE together with AFTER")
            more = self._predecessors(
                ctx, entry.parent, task_options.names(reader), entry, entry.owner
            )
            kept = [i for i in entry.details["after"] if i not in more]
            return self._put(ctx, entry, after=kept + more)
        if reader.accept("REMOVE", "AFTER"):
            return self._remove_after(ctx, entry, task_options.names(reader))
        return super().alter(ctx, entry, reader)

    def _put(self, ctx: Context, entry: Entry, **details: Any) -> Result:
        with ctx.change() as change:
            change.put(entry.with_details(**details))
        return status(_DONE)

    def _remove_after(self, ctx: Context, entry: Entry, written: list[tuple[str, ...]]) -> Result:
        gone = {ctx.find("TASK", parts).id for parts in written}
        with ctx.change() as change:
            change.put(_without(entry, gone))
        return status(_DONE)

    def _resume(self, ctx: Context, entry: Entry) -> Result:
        if entry.details["after"]:
            task_graph.require_suspended(ctx.catalog, entry)
        if entry.details["state"] == SUSPENDED:
            with ctx.change() as change:
                resume(change, entry)
        return status(_DONE)

    def _suspend(self, ctx: Context, entry: Entry) -> Result:
        if entry.details["after"]:
            task_graph.require_suspended(ctx.catalog, entry)
        if entry.details["state"] == STARTED:
            with ctx.change() as change:
                suspend(change, entry, "USER_SUSPENDED")
        return status(_DONE)

    def set(self, ctx: Context, entry: Entry, options: dict[str, Any]) -> Result:
        """ALTER TASK … SET properties and session parameters."""
        comment = options.pop("COMMENT", None)
        if comment is not None:
            super().set(ctx, entry, {"COMMENT": comment})
            entry = ctx.catalog.get(entry.id)
        if "SCHEDULE" in options and entry.details["after"]:
            raise unsupported("SCHEDULE together with AFTER")
        merged = {**entry.details["options"], **options}
        if "WAREHOUSE" in options:
            merged.pop("USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE", None)
        elif "USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE" in options:
            merged.pop("WAREHOUSE", None)
        task_options.judge(ctx, options)
        return self._put(ctx, entry, options=merged)

    def unset(self, ctx: Context, entry: Entry, keys: list[str]) -> Result:
        """ALTER TASK … UNSET properties and session parameters."""
        if "COMMENT" in keys:
            super().set(ctx, entry, {"COMMENT": ""})
            entry = ctx.catalog.get(entry.id)
        left = {k: v for k, v in entry.details["options"].items() if k not in keys}
        return self._put(ctx, entry, options=left)

    # -- reading

    def row(self, ctx: Context, entry: Entry) -> Mapping[str, Any]:
        """A row of SHOW TASKS."""
        details, options = entry.details, entry.details["options"]
        above = [ctx.catalog.text_of(e) for e in task_graph.predecessors(ctx.catalog, entry)]
        return self.common_row(ctx, entry) | {
            "id": task_id(entry.id),
            "warehouse": options.get("WAREHOUSE"),
            "schedule": options.get("SCHEDULE"),
            "predecessors": json.dumps(above),
            "state": details["state"],
            "definition": details["body"],
            "condition": details["when"],
            "allow_overlapping_execution": str(
                bool(options.get("ALLOW_OVERLAPPING_EXECUTION"))
            ).lower(),
            "last_committed_on": _time(details.get("committed")),
            "last_suspended_on": _time(details.get("suspended")),
            "config": options.get("CONFIG"),
            "task_relations": json.dumps({"Predecessors": above}),
            "last_suspended_reason": details.get("reason"),
        }

    def ddl(self, ctx: Context, entry: Entry, qualified: bool) -> str:
        """CREATE OR REPLACE TASK with its properties; condition and body are as they were written."""
        details, options = entry.details, entry.details["options"]
        name = ctx.catalog.text_of(entry) if qualified else dotted(entry.name)
        lines = [f"create or replace task {name}"]
        first = [k for k in task_options.PROPERTIES if k in options]
        for key in first + [k for k in options if k not in first]:
            lines.append(f"{key.lower() if key in first else key}={_literal(key, options[key])}")
        if entry.comment:
            lines.append(f"comment={_literal('COMMENT', entry.comment)}")
        above = task_graph.predecessors(ctx.catalog, entry)
        if above:
            lines.append("after " + ", ".join(ctx.catalog.text_of(e) for e in above))
        if details["when"]:
            lines.append(f"when {details['when']}")
        return "\n\t".join([*lines, f"as {details['body']};"])

    def handed_over(self, entry: Entry, bulk: bool) -> dict[str, Any]:
        """A started task must be suspended before its owner changes; GRANT OWNERSHIP ON ALL TASKS does it itself."""
        if entry.details["state"] == STARTED and not bulk:
            raise SnowflakeError(
                91421, "22000", f"Unable to transfer task {entry.name} since it is not suspended."
            )
        return {**entry.details, "state": SUSPENDED}

    def cloned(self, change: Change, entry: Entry, ids: Mapping[int, int]) -> dict[str, Any]:
        """A cloned task is suspended and follows the clones of its predecessors; its body is left as it is."""
        kept = {
            k: v for k, v in entry.details.items() if k not in ("committed", "suspended", "reason")
        }
        after = [ids.get(i, i) for i in entry.details["after"]]
        return {**kept, "after": after, "state": SUSPENDED, "version": 1}


def resume(change: Change, entry: Entry) -> Entry:
    """Start a task. Raises 001008 for one that nothing would ever start, 091089 where its owner may not run tasks."""
    details = entry.details
    if not ("SCHEDULE" in details["options"] or details["after"] or details["when"]):
        raise invalid("null", "SCHEDULE")
    task_graph.require_runnable(change.catalog, entry)
    return change.put(
        entry.with_details(
            state=STARTED, committed=now().isoformat(), version=details["version"] + 1
        )
    )


def suspend(change: Change, entry: Entry, reason: str) -> Entry:
    """Suspend a task for a reason as SHOW TASKS words it."""
    return change.put(
        entry.with_details(state=SUSPENDED, suspended=now().isoformat(), reason=reason)
    )


def task_id(entry_id: int) -> str:
    """The id that SHOW TASKS and TASK_HISTORY show."""
    return str(uuid.UUID(int=entry_id))


def _without(entry: Entry, gone: set[int]) -> Entry:
    left = [i for i in entry.details["after"] if i not in gone]
    if left or not entry.details["after"]:
        return entry.with_details(after=left)
    return entry.with_details(after=[], state=SUSPENDED)


def _swapped(entry: Entry, old: int, new: int) -> list[int]:
    return [new if i == old else i for i in entry.details["after"]]


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _literal(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if key == "WAREHOUSE":
        return dotted(value)
    return "'" + str(value).replace("\\", "\\\\").replace("'", "''") + "'"
