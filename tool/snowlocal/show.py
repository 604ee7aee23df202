"""SHOW and DESCRIBE: finds the objects that a role may see and puts them in order. Rows are each kind's own.

Source: docs.snowflake.com/en/sql-reference/sql/show and desc.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any

from snowlocal import kinds_table, retention
from snowlocal.arguments import signature
from snowlocal.catalog import ACCOUNT_ID, COLUMNED, Entry
from snowlocal.context import Context
from snowlocal.errors import no_operation, unsupported
from snowlocal.kinds.base import Columns, Kind
from snowlocal.result import Result, table
from snowlocal.show_filters import Filters, cut, read_filters, relation
from snowlocal.tokens import Reader

_TERSE: Columns = (
    ("created_on", "timestamp_ltz"),
    ("name", "text"),
    ("kind", "text"),
    ("database_name", "text"),
    ("schema_name", "text"),
)
_TERSE_USERS = {
    "name", "created_on", "display_name", "first_name", "last_name", "email", "comment", "has_password",
    "has_rsa_public_key", "type", "has_mfa",
}  # fmt: skip
_OBJECTS: Columns = (
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
    ("owner_role_type", "text"),
    ("is_dynamic", "text"),
)
# First words after SHOW that are not the plural of a kind -> "module:function(ctx, reader)".
_OTHERS = {
    ("GRANTS",): "snowlocal.show_grants:grants",
    ("FUTURE", "GRANTS"): "snowlocal.show_grants:future_grants",
    ("COLUMNS",): "snowlocal.show_keys:columns",
    ("PRIMARY", "KEYS"): "snowlocal.show_keys:primary_keys",
    ("UNIQUE", "KEYS"): "snowlocal.show_keys:unique_keys",
    ("IMPORTED", "KEYS"): "snowlocal.show_keys:imported_keys",
    ("EXPORTED", "KEYS"): "snowlocal.show_keys:exported_keys",
    ("PARAMETERS",): "snowlocal.show_session:parameters",
    ("VARIABLES",): "snowlocal.show_session:variables",
}


def show(ctx: Context, reader: Reader) -> Result:
    """SHOW [TERSE] what [HISTORY] [LIKE …] [IN …] [STARTS WITH …] [LIMIT … FROM …]."""
    terse = reader.accept("TERSE")
    for words, target in _OTHERS.items():
        if reader.accept(*words):
            module, _, name = target.partition(":")
            handler: Callable[[Context, Reader], Result] = getattr(import_module(module), name)
            with ctx.account.lock:
                return handler(ctx, reader)
    if reader.accept("OBJECTS"):
        with ctx.account.lock:
            return _objects(ctx, reader, terse)
    kind = _kind(reader)
    history = reader.accept("HISTORY")
    if history and not kind.undroppable:
        raise unsupported(f"SHOW {kind.plural} HISTORY")
    with ctx.account.lock:
        filters = read_filters(ctx, reader, kind.level)
        found = _entries(ctx, kind, filters, history)
        rows = [_row(ctx, kind, entry, history) for entry in found]
        if kind.name == "SCHEMA":
            rows = _with_information_schema(ctx, rows, filters)
    columns = kind.show_columns
    if history:
        columns = (*columns, ("dropped_on", "timestamp_ltz"))
    return table(_terse(kind) if terse else columns, rows)


def _terse(kind: Kind) -> Columns:
    if kind.name == "USER":
        return tuple(column for column in kind.show_columns if column[0] in _TERSE_USERS)
    if kind.level == "account" and kind.name != "DATABASE":
        raise unsupported(f"SHOW TERSE {kind.plural}")
    return _TERSE


def _kind(reader: Reader) -> Kind:
    if reader.sees("USER", "PROCEDURES") or reader.sees("USER", "FUNCTIONS"):
        reader.expect("USER")
    kind = kinds_table.read_plural(reader)
    if kind is not None:
        return kind
    words: list[str] = []
    while (token := reader.peek()) is not None and token.kind == "word" and len(words) < 3:
        if token.upper in ("LIKE", "IN", "STARTS", "LIMIT", "ON", "TO"):
            break
        words.append(reader.next().upper)
    raise unsupported(f"SHOW {' '.join(words)}")


def _entries(ctx: Context, kind: Kind, filters: Filters, history: bool) -> list[Entry]:
    root = filters.scope.id if filters.scope is not None else ACCOUNT_ID
    if kind.level == "account":
        root = ACCOUNT_ID
    if filters.scope is not None and filters.scope.kind == "SCHEMA" and kind.level == "database":
        raise no_operation()
    shown = kind.shows or (kind.name,)
    if history:
        candidates: Iterable[Entry] = (
            e for each in shown for e in ctx.catalog.all(each) if _within(ctx, e, root)
        )
    elif len(shown) > 1:
        candidates = (e for e in ctx.catalog.below(root) if e.kind in shown)
    else:
        candidates = ctx.catalog.below(root, kind.name)
    access = ctx.access
    found = [e for e in candidates if filters.matches(e.name) and access.sees(e)]
    found.sort(key=lambda e: _order(ctx, e))
    return cut(found, filters.limit)


def _within(ctx: Context, entry: Entry, root: int) -> bool:
    """Whether an entry, dropped or not, lies under `root` in containers that are not dropped."""
    parent = entry.parent
    while parent != root:
        if parent == ACCOUNT_ID:
            return False
        container = ctx.catalog.get(parent)
        if container.dropped is not None:
            return False
        parent = container.parent
    return True


def _order(ctx: Context, entry: Entry) -> tuple[str, str, str, str]:
    name = ctx.catalog.name_of(entry)
    return (name.database or "", name.schema or "", entry.name, entry.arguments or "")


def _row(ctx: Context, kind: Kind, entry: Entry, history: bool) -> Mapping[str, Any]:
    row = dict(kind.row(ctx, entry))
    row.setdefault("kind", kind.name)
    if history:
        row["dropped_on"] = entry.dropped
    return row


def _with_information_schema(
    ctx: Context, rows: list[Mapping[str, Any]], filters: Filters
) -> list[Mapping[str, Any]]:
    """Every database has a schema INFORMATION_SCHEMA, which SHOW SCHEMAS lists and nobody owns."""
    if not filters.matches("INFORMATION_SCHEMA"):
        return rows
    databases = (
        [filters.scope]
        if filters.scope is not None
        else [e for e in ctx.catalog.children(ACCOUNT_ID, "DATABASE") if ctx.access.sees(e)]
    )
    added: list[Mapping[str, Any]] = [
        {
            "created_on": ctx.account.started,
            "name": "INFORMATION_SCHEMA",
            "kind": "SCHEMA",
            "is_default": "N",
            "is_current": "N",
            "database_name": database.name,
            "owner": "",
            "comment": "Views describing the contents of schemas in this database",
            "options": "",
            "retention_time": str(retention.days(ctx.catalog, database)),
            "owner_role_type": "",
        }
        for database in databases
    ]
    both = sorted([*rows, *added], key=lambda row: (row["database_name"] or "", row["name"]))
    return cut(both, filters.limit)


def _objects(ctx: Context, reader: Reader, terse: bool) -> Result:
    """SHOW OBJECTS: tables and views of all kinds."""
    filters = read_filters(ctx, reader)
    root = filters.scope.id if filters.scope is not None else ACCOUNT_ID
    access = ctx.access
    found = [
        e
        for e in ctx.catalog.below(root)
        if e.kind in COLUMNED and filters.matches(e.name) and access.sees(e)
    ]
    found.sort(key=lambda e: _order(ctx, e))
    rows = [_object_row(ctx, e) for e in cut(found, filters.limit)]
    return table(_TERSE if terse else _OBJECTS, rows)


def _object_row(ctx: Context, entry: Entry) -> dict[str, Any]:
    """A dynamic table is a TABLE here, and is_dynamic tells it from others."""
    dynamic = entry.kind == "DYNAMIC TABLE"
    row = _row(ctx, kinds_table.kind("TABLE" if dynamic else entry.kind), entry, False)
    return {**row, "is_dynamic": "Y" if dynamic else "N"}


def describe(ctx: Context, reader: Reader) -> Result:
    """DESCRIBE [KIND] name [TYPE = COLUMNS]."""
    if reader.sees("RESULT"):
        raise unsupported("DESCRIBE RESULT")
    with ctx.account.lock:
        kind = kinds_table.read(reader)
        parts = reader.qualified()
        arguments = None
        if kind.name in ("PROCEDURE", "FUNCTION"):
            arguments = signature(reader.parenthesised())
        if reader.accept("TYPE", "="):
            shown = reader.identifier()
            if shown != "COLUMNS":
                raise unsupported(f"DESCRIBE {kind.name} TYPE = {shown}")
        reader.finish()
        entry = (
            relation(ctx, parts)
            if kind.name in COLUMNED  # DESCRIBE TABLE reads views, and the other way round
            else ctx.find(kind.name, parts, arguments, verb="DESCRIBE")
        )
        return kinds_table.kind(entry.kind).describe(ctx, entry)
