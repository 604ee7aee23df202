"""DYNAMIC TABLE: the rows of a query, as of its last refresh. Nothing refreshes one by the clock.

Rules: docs.snowflake.com/en/sql-reference/sql/create-dynamic-table, …/alter-dynamic-table, …/show-dynamic-tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from snowlocal import dynamic, lag, marks, policies, retention, tags
from snowlocal.catalog import Entry, now
from snowlocal.change import Change
from snowlocal.columns import TableColumn
from snowlocal.context import Context
from snowlocal.ddl_text import literal
from snowlocal.errors import compilation, unnumbered, unsupported
from snowlocal.kinds import column_marks
from snowlocal.kinds.base import Columns, Head, Kind
from snowlocal.kinds.table import Table
from snowlocal.names import quote
from snowlocal.query import columns_named
from snowlocal.relation_columns import RelationColumns, read_columns
from snowlocal.result import Result, status
from snowlocal.storage import make, row_count, store
from snowlocal.tokens import Reader

ACTIVE, SUSPENDED = "ACTIVE", "SUSPENDED"
_DONE = "Statement executed successfully."
_SETTABLE = {
    "COMMENT",
    "DATA_RETENTION_TIME_IN_DAYS",
    "MAX_DATA_EXTENSION_TIME_IN_DAYS",
    "TARGET_LAG",
    "WAREHOUSE",
}
_CREATED_WITH = _SETTABLE | {"INITIALIZE", "REFRESH_MODE"}
_MODES = {
    "REFRESH_MODE": ("AUTO", "FULL", "INCREMENTAL"),
    "INITIALIZE": ("ON_CREATE", "ON_SCHEDULE"),
}


class DynamicTable(Kind):
    """CREATE, CLONE, ALTER, DROP, UNDROP, SHOW, DESCRIBE and GET_DDL of dynamic tables."""

    name = "DYNAMIC TABLE"
    plural = "DYNAMIC TABLES"
    modifiers = frozenset({"TRANSIENT"})
    undroppable = True
    label = "Dynamic table"
    show_columns: ClassVar[Columns] = (
        ("created_on", "timestamp_ltz"),
        ("name", "text"),
        ("database_name", "text"),
        ("schema_name", "text"),
        ("cluster_by", "text"),
        ("rows", "fixed"),
        ("bytes", "fixed"),
        ("owner", "text"),
        ("target_lag", "text"),
        ("refresh_mode", "text"),
        ("refresh_mode_reason", "text"),
        ("warehouse", "text"),
        ("comment", "text"),
        ("text", "text"),
        ("automatic_clustering", "text"),
        ("scheduling_state", "text"),
        ("last_suspended_on", "timestamp_ltz"),
        ("is_clone", "boolean"),
        ("is_replica", "boolean"),
        ("is_iceberg", "boolean"),
        ("data_timestamp", "timestamp_ltz"),
        ("owner_role_type", "text"),
    )

    def create(self, ctx: Context, head: Head, reader: Reader) -> Result:
        """CREATE DYNAMIC TABLE name [(columns)] TARGET_LAG = … WAREHOUSE = … [options] AS query."""
        parts = reader.qualified()
        if reader.accept("CLONE"):
            from snowlocal.clone import clone_into

            return clone_into(ctx, self, head, parts, reader)
        slot = self.slot(ctx, head, parts)
        if (answer := self.skipped(slot, head)) is not None:
            return answer
        declared = read_columns(reader)
        cluster_by, copy_grants, row_access, options = _clauses(reader)
        query = reader.rest()
        for needed in ("TARGET_LAG", "WAREHOUSE"):
            if needed not in options:
                raise compilation(2, "0A000", f"Missing option(s): [{needed}]")
        settings = _judged(ctx, options)
        columns = _columns(ctx, query, declared)
        rows = None
        if settings["initialize"] == "ON_CREATE":
            from snowlocal.query.engine import rows as run

            rows = run(ctx, query).arrow
        with ctx.change() as change:
            storage, made = make(change, columns, {})
            parent = ctx.catalog.get(slot.parent)
            details = {
                **settings,
                "columns": [c.as_details() for c in made],
                "keys": [],
                "storage": storage,
                "tracked": False,
                "generation": 0,
                "cluster_by": cluster_by,
                "transient": "TRANSIENT" in head.modifiers or bool(parent.details.get("transient")),
                "query": query,
                "text": ctx.text,
                "state": ACTIVE,
                "refreshed": None if rows is None else now().isoformat(),
            }
            details = marks.put(ctx, slot.name, details, declared.marks, row_access)
            comment = str(options.get("COMMENT", ""))
            entry = self.fill(ctx, change, slot, details, comment, copy_grants)
            if rows is not None:
                store(change, entry, rows)
        return self.created(slot)

    def alter(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """ALTER DYNAMIC TABLE: SUSPEND, RESUME, REFRESH, SET, UNSET, RENAME TO, SWAP WITH, CLUSTER BY, marks."""
        if reader.accept("REFRESH"):
            ctx.access.require(entry, "OPERATE", "OWNERSHIP")
            if reader.accept("COPY", "SESSION"):
                raise unsupported("REFRESH COPY SESSION")
            reader.finish()
            # Rows are written once the account's lock is free: other writers may hold the table.
            ctx.afterwards.append(lambda: dynamic.refresh(ctx, entry.id))
            return status(_DONE)
        for word, state in (("SUSPEND", SUSPENDED), ("RESUME", ACTIVE)):
            if reader.accept(word):
                ctx.access.require(entry, "OPERATE", "OWNERSHIP")
                return self._switch(ctx, entry, reader, state)
        if (answer := column_marks.alter(ctx, entry, reader)) is not None:
            return answer
        ctx.access.require_owner(entry)
        if reader.accept("CLUSTER", "BY"):
            return self._put(ctx, entry, cluster_by=f"({reader.parenthesised().strip()})")
        if reader.accept("DROP", "CLUSTERING", "KEY"):
            return self._put(ctx, entry, cluster_by=None)
        return super().alter(ctx, entry, reader)

    def _switch(self, ctx: Context, entry: Entry, reader: Reader, state: str) -> Result:
        if reader.accept("RECLUSTER"):
            if not entry.details["cluster_by"]:
                raise unnumbered(f"Table '{entry.name}' is not clustered")
            return self._put(ctx, entry, reclustering=state == ACTIVE)
        reader.finish()
        if state == SUSPENDED:
            return self._put(ctx, entry, state=state, suspended=now().isoformat())
        return self._put(ctx, entry, state=state)

    def _put(self, ctx: Context, entry: Entry, **details: Any) -> Result:
        with ctx.change() as change:
            change.put(entry.with_details(**details))
        return status(_DONE)

    def set(self, ctx: Context, entry: Entry, options: dict[str, Any]) -> Result:
        """ALTER DYNAMIC TABLE … SET: lag, warehouse, comment and retention; the refresh mode is fixed."""
        _refuse_unsettable(options)
        settings = self.settings(ctx, options)
        with ctx.change() as change:
            comment = str(options.get("COMMENT", entry.comment))
            change.put(replace(entry.with_details(**settings), comment=comment))
        return status(_DONE)

    def settings(self, ctx: Context, options: dict[str, Any]) -> dict[str, Any]:
        """The details that properties set, where they are given. Raises 002003 and 003001 for a warehouse."""
        found: dict[str, Any] = {}
        if "TARGET_LAG" in options:
            found["target_lag"] = lag.canonical(options["TARGET_LAG"])
        if "WAREHOUSE" in options:
            found["warehouse"] = _warehouse(ctx, options)
        if "DATA_RETENTION_TIME_IN_DAYS" in options:
            found["retention"] = retention.read(options, False)
        return found

    def unset(self, ctx: Context, entry: Entry, keys: list[str]) -> Result:
        """ALTER DYNAMIC TABLE … UNSET: comment and retention."""
        _refuse_unsettable(keys)
        if "TARGET_LAG" in keys:
            raise lag.invalid("null")
        if "WAREHOUSE" in keys:
            raise unnumbered(
                f"SQL compilation error: cannot unset property 'WAREHOUSE' for '{entry.name}'"
            )
        with ctx.change() as change:
            comment = "" if "COMMENT" in keys else entry.comment
            if retention.NAME in keys:
                entry = entry.with_details(retention=None)
            change.put(replace(entry, comment=comment, altered=now()))
        return status(_DONE)

    def row(self, ctx: Context, entry: Entry) -> Mapping[str, Any]:
        """A row of SHOW DYNAMIC TABLES."""
        details = entry.details
        cluster_by, suspended = details["cluster_by"], details.get("suspended")
        refreshed = details["refreshed"]
        return {
            **self.common_row(ctx, entry),
            "cluster_by": f"LINEAR{cluster_by}" if cluster_by else "",
            "rows": row_count(ctx.account.duck.cursor(), entry),
            "bytes": 0,
            "target_lag": details["target_lag"],
            "refresh_mode": dynamic.resolved_mode(details),
            "warehouse": details["warehouse"],
            "text": details["text"],
            "automatic_clustering": "ON"
            if cluster_by and details.get("reclustering", True)
            else "OFF",
            "scheduling_state": details["state"],
            "last_suspended_on": datetime.fromisoformat(suspended) if suspended else None,
            "is_clone": bool(details.get("is_clone")),
            "is_replica": False,
            "is_iceberg": False,
            "data_timestamp": datetime.fromisoformat(refreshed) if refreshed else None,
        }

    def describe(self, ctx: Context, entry: Entry) -> Result:
        """DESCRIBE DYNAMIC TABLE: its columns, as of a table."""
        return Table().describe(ctx, entry)

    def ddl(self, ctx: Context, entry: Entry, qualified: bool) -> str:
        """The text of GET_DDL: the query as written, everything else from the catalog."""
        details = entry.details
        name = ctx.catalog.text_of(entry) if qualified else quote(entry.name)
        columns = ",\n\t".join(_column_ddl(ctx, entry, c) for c in details["columns"])
        transient = "transient " if details["transient"] else ""
        clauses = policies.rows_clause(ctx, entry), tags.clause(ctx, entry)
        comment = f" COMMENT={literal(entry.comment)}" if entry.comment else ""
        cluster = f" cluster by {details['cluster_by']}" if details["cluster_by"] else ""
        tail = "".join(f"{each}\n" for each in (*clauses, comment) if each)
        return (
            f"create or replace {transient}dynamic table {name}(\n\t{columns}\n) "
            f"target_lag = '{details['target_lag']}' refresh_mode = {details['refresh_mode']} "
            f"initialize = {details['initialize']} warehouse = {quote(details['warehouse'])}\n"
            f"{cluster}{tail} as {details['query']};"
        )

    def cloned(self, change: Change, entry: Entry, ids: Mapping[int, int]) -> dict[str, Any]:
        """A cloned dynamic table is suspended and has the rows of its source."""
        details = Table().cloned(change, entry, ids)
        return {**details, "state": SUSPENDED, "is_clone": True}


def _clauses(
    reader: Reader,
) -> tuple[str | None, bool, marks.RowAccess | None, dict[str, Any]]:
    """What stands between the columns and AS: clustering, COPY GRANTS, a row access policy, properties."""
    cluster_by, copy_grants, row_access = None, False, None
    options: dict[str, Any] = {}
    while not reader.accept("AS"):
        if reader.accept("CLUSTER", "BY"):
            cluster_by = f"({reader.parenthesised().strip()})"
        elif reader.accept("COPY", "GRANTS"):
            copy_grants = True
        elif (found := marks.accept_rows(reader)) is not None:
            row_access = found
        else:
            key = reader.identifier()
            if key not in _CREATED_WITH:
                raise unsupported(f"DYNAMIC TABLE {key}")
            reader.expect("=")
            options[key] = reader.value()
    return cluster_by, copy_grants, row_access, options


def _warehouse(ctx: Context, options: dict[str, Any]) -> str:
    warehouse = ctx.find("WAREHOUSE", (str(options["WAREHOUSE"]),))
    ctx.access.require(warehouse, "USAGE")
    return warehouse.name


def _judged(ctx: Context, options: dict[str, Any]) -> dict[str, Any]:
    """The details that a CREATE's properties set. Raises SnowflakeError for what is no value."""
    for key, allowed in _MODES.items():
        if key in options and str(options[key]).upper() not in allowed:
            raise unnumbered(
                f"SQL compilation error:\ninvalid value '{options[key]}' for property '{key}'"
            )
    return {
        "target_lag": lag.canonical(options["TARGET_LAG"]),
        "warehouse": _warehouse(ctx, options),
        "refresh_mode": str(options.get("REFRESH_MODE", "AUTO")).upper(),
        "initialize": str(options.get("INITIALIZE", "ON_CREATE")).upper(),
        "retention": retention.read(options, False),
    }


def _refuse_unsettable(keys: Any) -> None:
    for key in keys:
        if key not in _SETTABLE:
            raise unnumbered(
                f"SQL compilation error:\ninvalid property '{key}' for 'DYNAMIC_TABLE'"
            )


def _columns(ctx: Context, query: str, declared: RelationColumns) -> list[TableColumn]:
    from snowlocal.query.engine import describe

    found = describe(ctx, query)
    if declared.names is None:
        columns_named.require(query)
    names = declared.named([name for name, _ in found])
    return [
        TableColumn(name, str(kind), comment=declared.comments.get(name, ""))
        for name, (_, kind) in zip(names, found, strict=True)
    ]


def _column_ddl(ctx: Context, entry: Entry, column: dict[str, Any]) -> str:
    name = column["name"]
    marked = policies.mask_clause(ctx, entry, name) + tags.clause(ctx, entry, name)
    comment = f" COMMENT {literal(column['comment'])}" if column.get("comment") else ""
    return f"{quote(name)}{marked}{comment}"
