"""TABLE: columns, keys and clustering in the catalog, rows in storage that clones share until one of them is
written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from snowlocal import (
    attachments,
    changes,
    clustering,
    column_defaults,
    marks,
    policies,
    retention,
    tags,
)
from snowlocal.catalog import Entry, now
from snowlocal.change import Change
from snowlocal.column_definitions import Definitions, read_definitions
from snowlocal.columns import TableColumn
from snowlocal.context import Context
from snowlocal.ddl_text import literal
from snowlocal.errors import compilation, invalid_identifier, missing, unsupported
from snowlocal.kinds import table_keys, table_references
from snowlocal.kinds.base import Columns, Head, Slot
from snowlocal.kinds.retaining import Retaining
from snowlocal.marks import RowAccess
from snowlocal.names import quote
from snowlocal.query import columns_named
from snowlocal.query.dml import defaults
from snowlocal.result import Result, status, table
from snowlocal.storage import columns_of, make, row_count, store
from snowlocal.tokens import Reader

DESCRIBE_COLUMNS: Columns = (
    ("name", "text"),
    ("type", "text"),
    ("kind", "text"),
    ("null?", "text"),
    ("default", "text"),
    ("primary key", "text"),
    ("unique key", "text"),
    ("check", "text"),
    ("expression", "text"),
    ("comment", "text"),
    ("policy name", "text"),
    ("privacy domain", "text"),
)


@dataclass
class _Tail:
    cluster_by: str | None = None
    copy_grants: bool = False
    query: str | None = None
    options: dict[str, Any] | None = None
    rows: RowAccess | None = None


class Table(Retaining):
    """CREATE, DROP, SHOW, DESCRIBE, GET_DDL and CLONE of tables; ALTER is in table_alter.py.

    docs.snowflake.com/en/sql-reference/sql/create-table
    """

    name = "TABLE"
    plural = "TABLES"
    modifiers = frozenset({"TRANSIENT"})
    undroppable = True
    options = Retaining.options | {"CHANGE_TRACKING"}
    shows = ("TABLE", "DYNAMIC TABLE")
    show_columns: ClassVar[Columns] = (
        ("created_on", "timestamp_ltz"),
        ("name", "text"),
        ("database_name", "text"),
        ("schema_name", "text"),
        ("kind", "text"),
        ("comment", "text"),
        ("cluster_by", "text"),
        ("rows", "fixed"),
        ("bytes", "fixed"),
        ("owner", "text"),
        ("retention_time", "text"),
        ("automatic_clustering", "text"),
        ("change_tracking", "text"),
        ("is_external", "text"),
        ("enable_schema_evolution", "text"),
        ("owner_role_type", "text"),
        ("is_event", "text"),
        ("is_hybrid", "text"),
        ("is_iceberg", "text"),
        ("is_dynamic", "text"),
        ("is_immutable", "text"),
    )

    # -- CREATE

    def create(self, ctx: Context, head: Head, reader: Reader) -> Result:
        """CREATE TABLE name (…) | AS query | LIKE table | CLONE table."""
        parts = reader.qualified()
        if reader.accept("CLONE"):
            from snowlocal.clone import clone_into

            return clone_into(ctx, self, head, parts, reader)
        slot = self.slot(ctx, head, parts)
        if (answer := self.skipped(slot, head)) is not None:
            return answer
        if reader.accept("LIKE"):
            return self._like(ctx, head, slot, reader)
        definitions = read_definitions(reader) if reader.sees("(") else None
        tail = self._tail(reader)
        if tail.query is not None:
            return self._from_query(ctx, head, slot, definitions, tail)
        if definitions is None:
            raise reader.error()
        if definitions.untyped is not None:
            raise definitions.untyped
        self._check_defaults(ctx, definitions.columns)
        with ctx.change() as change:
            self._put(ctx, change, slot, head, definitions, tail)
        return self.created(slot)

    def _tail(self, reader: Reader) -> _Tail:
        tail = _Tail(options={})
        while not reader.done:
            if reader.accept("CLUSTER", "BY"):
                tail.cluster_by = f"({reader.parenthesised().strip()})"
            elif reader.accept("COPY", "GRANTS"):
                tail.copy_grants = True
            elif reader.accept("AS"):
                tail.query = reader.rest()
            elif (rows := marks.accept_rows(reader)) is not None:
                tail.rows = rows
            else:
                key = reader.identifier()
                if key not in self.options:
                    raise unsupported(f"TABLE {key}")
                reader.expect("=")
                assert tail.options is not None
                tail.options[key] = reader.value()
        return tail

    def _put(
        self,
        ctx: Context,
        change: Change,
        slot: Slot,
        head: Head,
        definitions: Definitions,
        tail: _Tail,
    ) -> Entry:
        clustering.judge(tail.cluster_by, definitions.columns)
        placed = place_sequences(ctx, definitions.columns)
        storage, made = make(change, placed, defaults(ctx.catalog, placed))
        options = tail.options or {}
        parent = ctx.catalog.get(slot.parent)
        transient = "TRANSIENT" in head.modifiers or bool(parent.details.get("transient"))
        details = {
            "columns": [c.as_details() for c in made],
            "keys": [],
            "storage": storage,
            "tracked": False,
            "generation": 0,
            "cluster_by": tail.cluster_by,
            "transient": transient,
            "retention": retention.read(options, transient),
            "change_tracking": options.get("CHANGE_TRACKING") is True,
        }
        details = marks.put(ctx, slot.name, details, definitions.marks, tail.rows)
        comment = str(options.get("COMMENT", ""))
        entry = self.fill(ctx, change, slot, details, comment, tail.copy_grants)
        keyed = table_keys.place(ctx, entry, definitions.keys)
        return entry if keyed is entry else change.put(replace(keyed, altered=entry.altered))

    def _check_defaults(self, ctx: Context, columns: list[TableColumn]) -> None:
        from snowlocal.query.engine import describe

        for column in columns:
            if column.default is None or column.default.upper().endswith(".NEXTVAL"):
                continue
            kinds = describe(ctx, f"SELECT {column.default}")
            column_defaults.judge(column, kinds[0][1].base)

    def _like(self, ctx: Context, head: Head, slot: Slot, reader: Reader) -> Result:
        source = ctx.find("TABLE", reader.qualified())
        ctx.access.require(source, "SELECT")
        tail = self._tail(reader)
        tail.cluster_by = tail.cluster_by or source.details.get("cluster_by")
        definitions = Definitions(columns_of(source))
        with ctx.change() as change:
            made = self._put(ctx, change, slot, head, definitions, tail)
            details = {**_like_marks(made, source), "keys": _like_keys(made, source)}
            change.put(replace(made, details=details))
        return self.created(slot)

    def _from_query(
        self, ctx: Context, head: Head, slot: Slot, given: Definitions | None, tail: _Tail
    ) -> Result:
        from snowlocal.query.engine import select

        assert tail.query is not None
        selection = select(ctx, tail.query)
        found = selection.columns
        if given is None:
            columns_named.require(tail.query)
        names = [name for name, _ in found]
        double = sorted({name for name in names if names.count(name) > 1})
        if given is None and double:
            raise compilation(2025, "42S21", f"duplicate column name '{double[0]}'")
        definitions = given or Definitions([TableColumn(n, str(k)) for n, k in found])
        if len(definitions.columns) != len(found):
            raise compilation(
                2020,
                "21S01",
                f"Column list expecting {len(definitions.columns)} but the query gives {len(found)}",
            )
        definitions.columns = [
            column if column.type else replace(column, type=str(kind))
            for column, (_, kind) in zip(definitions.columns, found, strict=True)
        ]
        with ctx.change() as change:
            made = self._put(ctx, change, slot, head, definitions, tail)
            store(change, made, selection.rows, [kind for _, kind in selection.columns])
            for stream, version in selection.streams:
                changes.set_offset(change, stream.id, version)
        return self.created(slot)

    # -- ALTER

    def alter(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """ALTER TABLE."""
        from snowlocal.kinds import table_alter

        answer = table_alter.alter(ctx, entry, reader)
        return answer if answer is not None else super().alter(ctx, entry, reader)

    def set(self, ctx: Context, entry: Entry, options: dict[str, Any]) -> Result:
        """ALTER TABLE … SET properties."""
        if "CHANGE_TRACKING" in options:
            entry = entry.with_details(change_tracking=options["CHANGE_TRACKING"] is True)
        return super().set(ctx, entry, options)

    # -- reading

    def row(self, ctx: Context, entry: Entry) -> Mapping[str, Any]:
        """A row of SHOW TABLES."""
        cluster_by = entry.details.get("cluster_by")
        reclustering = entry.details.get("reclustering", True)
        return {
            **self.common_row(ctx, entry),
            "kind": "TRANSIENT" if entry.details.get("transient") else "TABLE",
            "cluster_by": f"LINEAR{cluster_by}" if cluster_by else "",
            "rows": row_count(ctx.account.duck.cursor(), entry),
            "bytes": 0,
            "retention_time": str(retention.days(ctx.catalog, entry)),
            "automatic_clustering": "ON" if cluster_by and reclustering else "OFF",
            "change_tracking": "ON" if _is_tracked(entry) else "OFF",
            "is_external": "N",
            "enable_schema_evolution": "N",
            "is_event": "N",
            "is_hybrid": "N",
            "is_iceberg": "N",
            "is_dynamic": "Y" if entry.kind == "DYNAMIC TABLE" else "N",
            "is_immutable": "N",
        }

    def describe(self, ctx: Context, entry: Entry) -> Result:
        """DESCRIBE TABLE."""
        keyed = {
            kind: {n for k in entry.details["keys"] if k["kind"] == kind for n in k["columns"]}
            for kind in ("PRIMARY KEY", "UNIQUE")
        }
        rows = [
            {
                "name": c.name,
                "type": str(c.data_type) + (f" COLLATE '{c.collation}'" if c.collation else ""),
                "kind": "COLUMN",
                "null?": "Y" if c.nullable else "N",
                "default": default_shown(c),
                "primary key": "Y" if c.name in keyed["PRIMARY KEY"] else "N",
                "unique key": "Y" if c.name in keyed["UNIQUE"] else "N",
                "comment": c.comment or None,
                "policy name": policies.shown(ctx, entry, c.name),
            }
            for c in columns_of(entry)
        ]
        return table(DESCRIBE_COLUMNS, rows)

    def ddl(self, ctx: Context, entry: Entry, qualified: bool) -> str:
        """The text of GET_DDL, written from the catalog as Snowflake writes it."""
        name = ctx.catalog.text_of(entry) if qualified else quote(entry.name)
        lines = [_column_ddl(ctx, entry, c) for c in columns_of(entry)]
        lines += table_keys.ddl(ctx.catalog, entry)
        transient = "TRANSIENT " if entry.details.get("transient") else ""
        cluster = (
            f" cluster by {entry.details['cluster_by']}" if entry.details.get("cluster_by") else ""
        )
        comment = f"COMMENT={literal(entry.comment)}\n" if entry.comment else ""
        body = ",\n\t".join(lines)
        marked = policies.rows_clause(ctx, entry), tags.clause(ctx, entry)
        clauses = "".join(f"{each}\n" for each in marked if each)
        return (
            f"create or replace {transient}TABLE {name}{cluster} (\n\t{body}\n){clauses}{comment};"
        )

    def cloned(self, change: Change, entry: Entry, ids: Mapping[int, int]) -> dict[str, Any]:
        """A copy shares the storage, unless that was another once, is written just now or counts by another sequence.

        Its automatic clustering is suspended.
        """
        from snowlocal.storage import copy

        details = {**entry.details, "tracked": False, "generation": 0, "reclustering": False}
        details = table_references.inside(change.catalog, details, ids)
        made = replace(entry, details=details)
        before = [c.sequence for c in columns_of(entry)]
        other_defaults = before != [c.sequence for c in columns_of(made)]
        of_then = change.past is not None and not change.past.is_now(entry, change.written)
        if of_then or other_defaults or change.writers[entry.details["storage"]] > 0:
            storage, columns = copy(change, made, defaults(change.catalog, columns_of(made)))
            details |= {"storage": storage, "columns": [c.as_details() for c in columns]}
        return details


def _is_tracked(table: Entry) -> bool:
    return bool(table.details.get("tracked") or table.details.get("change_tracking"))


def place_sequences(ctx: Context, columns: list[TableColumn]) -> list[TableColumn]:
    """The columns with the sequences of their NEXTVAL defaults found and named in full."""
    return [place_sequence(ctx, column) for column in columns]


def place_sequence(ctx: Context, column: TableColumn) -> TableColumn:
    """The column with the sequence of its default found and named in full. Raises 002003."""
    if column.default is None or not column.default.upper().endswith(".NEXTVAL"):
        return column
    found = ctx.find("SEQUENCE", Reader(column.default).qualified()[:-1])
    return replace(column, default=f"{ctx.catalog.text_of(found)}.NEXTVAL", sequence=found.id)


def default_shown(column: TableColumn) -> str | None:
    """A column's default as DESCRIBE shows it."""
    if column.identity is not None:
        return (
            f"IDENTITY START {column.identity['start']} INCREMENT {column.identity['step']} NOORDER"
        )
    return column.default


def _like_marks(made: Entry, source: Entry) -> dict[str, Any]:
    """What CREATE TABLE … LIKE takes over of the source's tags and masks; those of its own WITH TAG come first."""
    own = attachments.tags(made.details)
    kept = [t for t in source.details.get("tags", []) if t[1] is not None or t[0] not in own]
    tagged = [*made.details.get("tags", []), *kept]
    return {**made.details, "tags": tagged, "masks": list(source.details.get("masks", []))}


def _like_keys(made: Entry, source: Entry) -> list[dict[str, Any]]:
    """Copies of the keys; a foreign key of the source to itself is one of the copy to itself."""
    return [
        {**key, "to_id": made.id} if key.get("to_id") == source.id else key
        for key in source.details["keys"]
    ]


def _column_ddl(ctx: Context, table: Entry, column: TableColumn) -> str:
    text = f"{quote(column.name)} {column.data_type}"
    if column.collation:
        text += f" COLLATE '{column.collation}'"
    if not column.nullable:
        text += " NOT NULL"
    if column.identity is not None:
        text += f" autoincrement start {column.identity['start']} increment {column.identity['step']} noorder"
    elif column.default is not None:
        text += f" DEFAULT {column.default}"
    text += policies.mask_clause(ctx, table, column.name) + tags.clause(ctx, table, column.name)
    if column.comment:
        text += f" COMMENT {literal(column.comment)}"
    return text


def comment_on_column(ctx: Context, reader: Reader) -> Result:
    """COMMENT ON COLUMN [[db.]schema.]table.column IS 'text'; `reader` stands after COLUMN."""
    parts: list[str] = [reader.identifier()]
    while reader.accept("."):
        parts.append(reader.identifier())
    reader.expect("IS")
    text = reader.string()
    reader.finish()
    if len(parts) < 2:
        raise missing("TABLE", parts[0])
    entry = ctx.find("TABLE", tuple(parts[:-1]))
    ctx.access.require_owner(entry)
    columns = columns_of(entry)
    if all(c.name != parts[-1] for c in columns):
        raise invalid_identifier(parts[-1])
    changed = [replace(c, comment=text) if c.name == parts[-1] else c for c in columns]
    with ctx.change() as change:
        details = {**entry.details, "columns": [c.as_details() for c in changed]}
        change.put(replace(entry, details=details, altered=now()))
    return status("Statement executed successfully.")
