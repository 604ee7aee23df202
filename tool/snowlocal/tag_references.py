"""TAG_REFERENCES, TAG_REFERENCES_ALL_COLUMNS and SYSTEM$GET_TAG: which tags an object has, and from where.

Rules: docs.snowflake.com/en/sql-reference/functions/tag_references, …/tag_references_all_columns, …/system_get_tag.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from snowlocal import kinds_table, tags
from snowlocal.arguments import signature
from snowlocal.catalog import Entry
from snowlocal.context import Context
from snowlocal.errors import compilation, invalid_identifier, missing, unnumbered
from snowlocal.functions import exactly
from snowlocal.names import dotted
from snowlocal.result import Result, table
from snowlocal.show_filters import relation
from snowlocal.table_functions import Arguments
from snowlocal.tokens import Reader

_COLUMNS = tuple(
    (name, "text")
    for name in (
        *("TAG_DATABASE", "TAG_SCHEMA", "TAG_NAME", "TAG_VALUE", "LEVEL", "OBJECT_DATABASE"),
        *("OBJECT_SCHEMA", "OBJECT_NAME", "DOMAIN", "COLUMN_NAME", "APPLY_METHOD"),
    )
)
_TABLES = {"VIEW", "MATERIALIZED VIEW", "DYNAMIC TABLE", "EXTERNAL TABLE"}


def references(ctx: Context, arguments: Arguments) -> Result:
    """TAG_REFERENCES('object', 'domain'): the tags of one object or column, inherited ones too."""
    name, domain = _given("TAG_REFERENCES", arguments)
    entry, column = _find(ctx, name, domain)
    return table(_COLUMNS, _rows(ctx, entry, [column]))


def of_columns(ctx: Context, arguments: Arguments) -> Result:
    """TAG_REFERENCES_ALL_COLUMNS('table', 'TABLE'): the tags of each column, inherited ones too."""
    name, domain = _given("TAG_REFERENCES_ALL_COLUMNS", arguments)
    if domain != "TABLE":
        raise _unknown_domain(domain)
    entry, _ = _find(ctx, name, domain)
    return table(_COLUMNS, _rows(ctx, entry, [c["name"] for c in entry.details["columns"]]))


def get_tag(ctx: Context, arguments: list[Any]) -> str | None:
    """SYSTEM$GET_TAG('tag', 'object', 'domain'): the value, NULL where the tag is not set."""
    tag_name, name, domain = exactly("SYSTEM$GET_TAG", arguments, 3)
    with ctx.account.lock:
        tag = ctx.find("TAG", Reader(str(tag_name)).qualified())
        entry, column = _find(ctx, str(name), str(domain).upper())
        found = [a.value for a in tags.shown(ctx, entry, column) if a.tag.id == tag.id]
    return found[0] if found else None


def _given(function: str, arguments: Arguments) -> tuple[str, str]:
    name, domain = arguments.get("OBJECT_NAME"), arguments.get("OBJECT_DOMAIN")
    if name is None or domain is None:
        raise compilation(938, "22023", f"not enough arguments for function [{function}]")
    return str(name), str(domain).upper()


def _find(ctx: Context, name: str, domain: str) -> tuple[Entry, str | None]:
    """The object of a domain, and the column where the domain is COLUMN."""
    reader = Reader(name)
    parts = reader.qualified() if domain != "COLUMN" else _long_name(reader)
    if domain == "COLUMN":
        entry = relation(ctx, parts[:-1])
        if all(c["name"] != parts[-1] for c in entry.details["columns"]):
            raise invalid_identifier(parts[-1])
        return entry, parts[-1]
    if domain == "TABLE":
        return relation(ctx, parts), None
    if domain in _TABLES:
        raise unnumbered("Please use object type TABLE for all kinds of table-like objects.")
    if domain not in kinds_table.names():
        raise _unknown_domain(domain)
    types = signature(reader.parenthesised()) if domain in ("PROCEDURE", "FUNCTION") else None
    found = ctx.maybe(domain, parts, types)
    if found is None:
        raise missing(domain, dotted(*parts) + (types or ""))
    return found, None


def _long_name(reader: Reader) -> tuple[str, ...]:
    parts = [reader.identifier()]
    while reader.accept("."):
        parts.append(reader.identifier())
    if len(parts) < 2:
        raise missing("TABLE", dotted(*parts))
    return tuple(parts)


def _unknown_domain(domain: str) -> Exception:
    return unnumbered(f"Unknown domain: {domain}.")


def _rows(
    ctx: Context, entry: Entry, columns: Iterable[str | None]
) -> Iterator[dict[str, str | None]]:
    name = ctx.catalog.name_of(entry)
    for column in columns:
        for found in tags.shown(ctx, entry, column):
            if not ctx.access.sees(found.tag):
                continue
            tag = ctx.catalog.name_of(found.tag)
            yield {
                "TAG_DATABASE": tag.database,
                "TAG_SCHEMA": tag.schema,
                "TAG_NAME": tag.name,
                "TAG_VALUE": found.value,
                "LEVEL": found.level,
                "OBJECT_DATABASE": name.database,
                "OBJECT_SCHEMA": name.schema,
                "OBJECT_NAME": name.name,
                "DOMAIN": "COLUMN" if column else tags.domain(entry.kind),
                "COLUMN_NAME": column,
                "APPLY_METHOD": "INHERITED" if found.inherited else "MANUAL",
            }
