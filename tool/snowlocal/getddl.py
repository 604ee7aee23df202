"""GET_DDL: the text that makes an object again; for schemas and databases, of everything in them.

Each kind writes its own text; here are the choice of the object, privileges and the order of a container's texts.
Source: docs.snowflake.com/en/sql-reference/functions/get_ddl.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from snowlocal import kinds_table, tags
from snowlocal.arguments import signature
from snowlocal.catalog import COLUMNED, Entry
from snowlocal.context import Context
from snowlocal.ddl_text import literal
from snowlocal.errors import SnowflakeError, compilation, missing, unsupported
from snowlocal.names import dotted, quote
from snowlocal.show_filters import relation
from snowlocal.tokens import Reader

# The order within a schema: what others are made from comes first. Stages are left out, as on Snowflake.
_ORDER = (
    "TAG", "SEQUENCE", "FILE FORMAT", "TABLE", "DYNAMIC TABLE", "MATERIALIZED VIEW", "VIEW", "FUNCTION", "PROCEDURE",
    "STREAM", "PIPE", "TASK", "ROW ACCESS POLICY", "MASKING POLICY", "ALERT",
)  # fmt: skip
_POLICIES = ("MASKING POLICY", "ROW ACCESS POLICY")
_NOT_KEPT = {"STAGE", "ROLE", "USER"}


def get_ddl(ctx: Context, arguments: list[Any]) -> str:
    """GET_DDL('kind', 'name' [, TRUE]); TRUE writes full names of what is created, never inside bodies."""
    if len(arguments) < 2:
        raise compilation(938, "22023", "not enough arguments for function [GET_DDL]")
    word = str(arguments[0]).upper().replace("_", " ")
    qualified = len(arguments) > 2 and str(arguments[2]).upper() == "TRUE"
    if word in _POLICIES or (
        word != "POLICY" and (word not in kinds_table.names() or word in _NOT_KEPT)
    ):
        raise unsupported(f"GET_DDL('{word}')")
    with ctx.account.lock:
        return text_of(ctx, _find(ctx, word, str(arguments[1])), qualified)


def _find(ctx: Context, kind: str, name: str) -> Entry:
    reader = Reader(name)
    parts = reader.qualified()
    types = None
    if kind in ("PROCEDURE", "FUNCTION"):
        if reader.done:
            raise missing(kind, dotted(*parts))
        types = signature(reader.parenthesised())
    reader.finish()
    if kind in COLUMNED:
        return relation(ctx, parts)
    if kind == "POLICY":
        return _policy(ctx, parts)
    return ctx.find(kind, parts, types)


def _policy(ctx: Context, parts: tuple[str, ...]) -> Entry:
    for kind in _POLICIES:
        with suppress(SnowflakeError):
            return ctx.find(kind, parts)
    raise missing("POLICY", dotted(*parts))


def text_of(ctx: Context, entry: Entry, qualified: bool) -> str:
    """The text of one object and of all that lies in it."""
    if entry.kind == "DATABASE":
        return "\n\n".join(_database(ctx, entry, qualified))
    if entry.kind == "SCHEMA":
        return "\n\n".join(_schema(ctx, entry, qualified))
    return kinds_table.kind(entry.kind).ddl(ctx, entry, qualified)


def _database(ctx: Context, database: Entry, qualified: bool) -> list[str]:
    name = quote(database.name)
    texts = [_head("database", name, database)]
    texts += [tags.setting(ctx, kinds_table.kind("DATABASE"), database, name)]
    for schema in ctx.catalog.children(database.id, "SCHEMA"):
        if ctx.access.sees(schema):
            texts += _schema(ctx, schema, qualified)
    return [text for text in texts if text]


def _schema(ctx: Context, schema: Entry, qualified: bool) -> list[str]:
    name = ctx.catalog.text_of(schema) if qualified else quote(schema.name)
    texts = [_head("schema", name, schema)]
    texts += [tags.setting(ctx, kinds_table.kind("SCHEMA"), schema, name)]
    for kind in _ORDER:
        for entry in ctx.catalog.children(schema.id, kind):
            if ctx.access.sees(entry):
                texts.append(kinds_table.kind(kind).ddl(ctx, entry, qualified))
    return [text for text in texts if text]


def _head(word: str, name: str, entry: Entry) -> str:
    transient = "transient " if entry.details.get("transient") else ""
    managed = " WITH MANAGED ACCESS" if entry.details.get("managed") else ""
    comment = f" COMMENT={literal(entry.comment)}" if entry.comment else ""
    return f"create or replace {transient}{word} {name}{managed}{comment};"
