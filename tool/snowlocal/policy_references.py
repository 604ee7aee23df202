"""POLICY_REFERENCES: what a policy is attached to, or which policies an object has.

Rule: docs.snowflake.com/en/sql-reference/functions/policy_references.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from snowlocal import attachments, policies
from snowlocal.catalog import Entry
from snowlocal.context import Context
from snowlocal.errors import SnowflakeError, compilation, missing, no_privilege
from snowlocal.names import dotted
from snowlocal.result import Result, table
from snowlocal.show_filters import relation
from snowlocal.table_functions import Arguments
from snowlocal.tokens import Reader

_COLUMNS = tuple(
    (name, "text")
    for name in (
        *("POLICY_DB", "POLICY_SCHEMA", "POLICY_NAME", "POLICY_KIND", "REF_DATABASE_NAME"),
        *("REF_SCHEMA_NAME", "REF_ENTITY_NAME", "REF_ENTITY_DOMAIN", "REF_COLUMN_NAME"),
        *("REF_ARG_COLUMN_NAMES", "TAG_DATABASE", "TAG_SCHEMA", "TAG_NAME", "POLICY_STATUS"),
    )
)


def references(ctx: Context, arguments: Arguments) -> Result:
    """POLICY_REFERENCES(POLICY_NAME => …) or (REF_ENTITY_NAME => …, REF_ENTITY_DOMAIN => …)."""
    if arguments.get("POLICY_NAME") is not None:
        policy = _policy(ctx, Reader(str(arguments["POLICY_NAME"])).qualified())
        policies.require_apply(ctx, policy)
        found = sorted(policies.attached(ctx.catalog, policy), key=lambda e: ctx.catalog.text_of(e))
        return table(_COLUMNS, [row for e in found for row in _rows(ctx, e, policy.id)])
    if arguments.get("REF_ENTITY_NAME") is None or arguments.get("REF_ENTITY_DOMAIN") is None:
        raise compilation(938, "22023", "not enough arguments for function [POLICY_REFERENCES]")
    entry = relation(ctx, Reader(str(arguments["REF_ENTITY_NAME"])).qualified())
    known = [policies.MASK, policies.ROWS]
    if not ctx.access.owns(entry) and not any(
        ctx.access.global_privilege(f"APPLY {kind}") for kind in known
    ):
        raise no_privilege(entry.kind, entry.name)
    return table(_COLUMNS, _rows(ctx, entry))


def _policy(ctx: Context, parts: tuple[str, ...]) -> Entry:
    for kind in (policies.MASK, policies.ROWS):
        try:
            return ctx.find(kind, parts)
        except SnowflakeError:
            continue
    raise missing("POLICY", dotted(*parts))


def _rows(ctx: Context, entry: Entry, only: int | None = None) -> Iterator[dict[str, Any]]:
    found = [(m["policy"], m["column"], m["using"][1:]) for m in entry.details.get("masks", [])]
    if access := attachments.row_access(entry.details):
        found.append((access["policy"], None, access["columns"]))
    name = ctx.catalog.name_of(entry)
    for policy_id, column, given in found:
        policy = ctx.catalog.maybe(policy_id)
        if policy is None or only not in (None, policy_id):
            continue
        place = ctx.catalog.name_of(policy)
        yield {
            "POLICY_DB": place.database,
            "POLICY_SCHEMA": place.schema,
            "POLICY_NAME": place.name,
            "POLICY_KIND": policy.kind.replace(" ", "_"),
            "REF_DATABASE_NAME": name.database,
            "REF_SCHEMA_NAME": name.schema,
            "REF_ENTITY_NAME": name.name,
            "REF_ENTITY_DOMAIN": entry.kind,
            "REF_COLUMN_NAME": column,
            "REF_ARG_COLUMN_NAMES": json.dumps(given) if given else None,
            "POLICY_STATUS": "ACTIVE",
        }
