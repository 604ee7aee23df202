"""Masking and row access policies on columns, tables and views: attached, detached, written in GET_DDL.

Rules: docs.snowflake.com/en/sql-reference/sql/alter-table, …/alter-table-column, user-guide/security-column-intro,
user-guide/security-row-intro.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from snowlocal import attachments, materialized
from snowlocal.attachments import Details
from snowlocal.catalog import COLUMNED, Catalog, Entry, now
from snowlocal.context import Context
from snowlocal.errors import (
    SnowflakeError,
    invalid_identifier,
    no_privilege,
    unnumbered,
)
from snowlocal.names import quote
from snowlocal.tokens import Reader
from snowlocal.types import DataType, parse_type

MASK, ROWS = "MASKING POLICY", "ROW ACCESS POLICY"
# Snowflake's inner names of types, as the refusal of a mask writes them.
_INNER = {"NUMBER": "FIXED", "FLOAT": "REAL"}


# -- masks


def read_mask(reader: Reader) -> tuple[tuple[str, ...], list[str]]:
    """A policy's name and the columns after USING; `reader` stands after [WITH] MASKING POLICY."""
    parts = reader.qualified()
    return parts, read_columns(reader) if reader.accept("USING") else []


def read_columns(reader: Reader) -> list[str]:
    """A bracketed list of columns."""
    reader.expect("(")
    found = [reader.identifier()]
    while reader.accept(","):
        found.append(reader.identifier())
    reader.expect(")")
    return found


def masked(
    ctx: Context,
    name: str,
    details: Details,
    column: str,
    parts: tuple[str, ...],
    using: list[str],
    force: bool = False,
) -> Details:
    """The details of the table or view `name` with a masking policy on a column.

    Raises 002003, 003001, 003529 where the column has another policy and `force` does not say to replace it, and where
    columns do not fit the policy.
    """
    policy = ctx.find(MASK, parts, verb="SET MASKING POLICY")
    require_apply(ctx, policy)
    columns = types_of(details)
    using = using or [column]
    _check_count(policy, name, using)
    wanted = [parse_type(a["type"]) for a in policy.details["arguments"]]
    for position, given in enumerate(using):
        if given not in columns:
            raise invalid_identifier(given)
        if position == 0 and given != column:
            raise unnumbered(f"The first column of USING must be the masked column '{column}'.")
        if position and attachments.mask(details, given):
            raise _masked_argument(given)
        if columns[given].base != wanted[position].base:
            base = wanted[position].base
            raise unnumbered(
                f"SQL compilation error: COLUMN data type {columns[given]} does not match with masking policy "
                f"data type {_INNER.get(base, base)}."
            )
    if attachments.given_to_policies(details, column):
        raise unnumbered(
            f"Column '{column}' cannot be masked because a policy uses it as argument."
        )
    old = attachments.mask(details, column)
    if old is not None and old["policy"] != policy.id and not force:
        raise SnowflakeError(
            3529,
            "42601",
            "Specified column already attached to another masking policy. A column cannot be attached to multiple "
            "masking policies. Please drop the current association in order to attach a new masking policy.",
        )
    return attachments.with_mask(details, column, policy.id, using)


def unmasked(ctx: Context, details: Details, column: str) -> Details:
    """The details without a column's masking policy; without one they stay as they are. Raises 003001."""
    old = attachments.mask(details, column)
    if old is None:
        return details
    policy = ctx.catalog.maybe(old["policy"])
    if policy is not None:
        require_apply(ctx, policy)
    return attachments.without_mask(details, column)


def sees_mask_action(reader: Reader) -> bool:
    """Whether SET MASKING POLICY or UNSET MASKING POLICY comes next."""
    return reader.sees("SET", "MASKING", "POLICY") or reader.sees("UNSET", "MASKING", "POLICY")


def altered_mask(ctx: Context, entry: Entry, reader: Reader, column: str) -> Entry:
    """The entry after SET MASKING POLICY p [USING (…)] [FORCE] or UNSET MASKING POLICY of a column."""
    require_table(ctx, entry, MASK)
    if reader.sees("SET"):
        materialized.refuse_policy(ctx.catalog, entry)
    if reader.accept("SET", "MASKING", "POLICY"):
        parts, using = read_mask(reader)
        force = reader.accept("FORCE")
        details = masked(ctx, entry.name, entry.details, column, parts, using, force)
    else:
        reader.expect("UNSET", "MASKING", "POLICY")
        details = unmasked(ctx, entry.details, column)
    return replace(entry, details=details, altered=now())


# -- row access


def with_rows(
    ctx: Context, name: str, details: Details, parts: tuple[str, ...], given: list[str]
) -> Details:
    """The details of the table or view `name` with a row access policy. Raises 002003, 003001, 003549."""
    policy = ctx.find(ROWS, parts, verb="ADD ROW ACCESS POLICY")
    require_apply(ctx, policy)
    columns = types_of(details)
    for column in given:
        if column not in columns:
            raise invalid_identifier(column)
    _check_count(policy, name, given)
    for column, argument in zip(given, policy.details["arguments"], strict=True):
        wanted = parse_type(argument["type"])
        if columns[column].base != wanted.base:
            raise unnumbered(
                f"SQL compilation error: Column '{column}' data type '{columns[column]}' does not match with "
                f"Row access policy data type '{argument['type']}'."
            )
        if attachments.mask(details, column):
            raise _masked_argument(column)
    if attachments.row_access(details):
        raise SnowflakeError(
            3549,
            "23505",
            f"Object {quote(name)} already has a ROW_ACCESS_POLICY. Only one ROW_ACCESS_POLICY is allowed at a time.",
        )
    return attachments.with_row_access(details, policy.id, given)


def without_rows(ctx: Context, name: str, details: Details, parts: tuple[str, ...]) -> Details:
    """The details without the row access policy of this name. Raises 002003, and where it is not the attached one."""
    policy = ctx.find(ROWS, parts, verb="DROP ROW ACCESS POLICY")
    require_apply(ctx, policy)
    old = attachments.row_access(details)
    if old is None or old["policy"] != policy.id:
        raise unnumbered(f"Policy {quote(policy.name)} is not attached to TABLE {quote(name)}.")
    return attachments.without_row_access(details)


def sees_rows_action(reader: Reader) -> bool:
    """Whether ADD or DROP [ALL] ROW ACCESS comes next."""
    return (
        reader.sees("ADD", "ROW", "ACCESS")
        or reader.sees("DROP", "ROW", "ACCESS")
        or reader.sees("DROP", "ALL", "ROW", "ACCESS")
    )


def altered_rows(ctx: Context, entry: Entry, reader: Reader) -> Entry:
    """The entry after ADD or DROP ROW ACCESS POLICY, several with commas, or DROP ALL ROW ACCESS POLICIES."""
    require_table(ctx, entry, ROWS)
    details = entry.details
    while True:
        if reader.accept("DROP", "ALL", "ROW", "ACCESS", "POLICIES"):
            details = attachments.without_row_access(details)
        elif reader.accept("DROP", "ROW", "ACCESS", "POLICY"):
            details = without_rows(ctx, entry.name, details, reader.qualified())
        else:
            materialized.refuse_policy(ctx.catalog, entry)
            reader.expect("ADD", "ROW", "ACCESS", "POLICY")
            parts = reader.qualified()
            reader.expect("ON")
            details = with_rows(ctx, entry.name, details, parts, read_columns(reader))
        if not reader.accept(","):
            return replace(entry, details=details, altered=now())


# -- what both have


def types_of(details: Details) -> dict[str, DataType]:
    """The types of a table's or view's columns."""
    return {c["name"]: parse_type(c["type"]) for c in details["columns"]}


def require_apply(ctx: Context, policy: Entry) -> None:
    """Raise 003001 unless the role has APPLY on the policy, or on all of its kind."""
    if ctx.access.global_privilege(f"APPLY {policy.kind}") or ctx.access.has(policy, "APPLY"):
        return
    raise no_privilege(policy.kind, policy.name)


def require_table(ctx: Context, entry: Entry, kind: str) -> None:
    """Raise 003001 for a role that neither owns the table or view nor may apply policies of the kind everywhere."""
    if not ctx.access.global_privilege(f"APPLY {kind}"):
        ctx.access.require_owner(entry)


def _check_count(policy: Entry, name: str, given: list[str]) -> None:
    expected = len(policy.details["arguments"])
    if len(given) != expected:
        raise unnumbered(
            f"SQL compilation error:\nInvalid number of arguments for attaching policy '{policy.name}' to '{name}', "
            f"expected {expected} arguments, got {len(given)} arguments."
        )


def _masked_argument(column: str) -> SnowflakeError:
    return unnumbered(
        f"SQL compilation error: Column '{column}' cannot be used as policy argument because it is masked by "
        "another policy."
    )


def refuse_used_column(details: Details, column: str) -> None:
    """Raise where a column that a policy is given would be dropped."""
    if attachments.given_to_policies(details, column):
        raise unnumbered(f"Cannot drop column '{column}': a policy uses it as argument.")


def attached(catalog: Catalog, policy: Entry) -> Iterator[Entry]:
    """The live tables and views that have the policy, on themselves or on a column."""
    for entry in catalog.all():
        if (
            entry.kind in COLUMNED
            and policy.id in attachments.policies(entry.details)
            and catalog.live_path(entry)
        ):
            yield entry


def refuse_attached(catalog: Catalog, policy: Entry) -> None:
    """Raise 003531 while anything has the policy."""
    for _ in attached(catalog, policy):
        raise _associated(policy)


def refuse_torn(catalog: Catalog, container: Entry) -> None:
    """Raise 003531 where dropping a database or schema would take a policy that something outside of it has.

    Rule: docs.snowflake.com/en/user-guide/security-column-intro, "Limitations".
    """
    inside = {e.id for e in catalog.below(container.id)}
    for policy in catalog.below(container.id):
        if policy.kind in (MASK, ROWS) and any(
            e.id not in inside for e in attached(catalog, policy)
        ):
            raise _associated(policy)


def _associated(policy: Entry) -> SnowflakeError:
    return SnowflakeError(
        3531,
        "23001",
        f"Policy {quote(policy.name)} cannot be dropped/replaced as it is associated with one or more entities.",
    )


# -- GET_DDL


def mask_clause(ctx: Context, entry: Entry, column: str) -> str:
    """WITH MASKING POLICY … as GET_DDL writes it; '' without one."""
    found = attachments.mask(entry.details, column)
    if found is None:
        return ""
    using = found["using"]
    given = f" USING ({', '.join(quote(c) for c in using)})" if len(using) > 1 else ""
    return f" WITH MASKING POLICY {named(ctx, found)}{given}"


def rows_clause(ctx: Context, entry: Entry) -> str:
    """WITH ROW ACCESS POLICY … ON (…) as GET_DDL writes it; '' without one."""
    found = attachments.row_access(entry.details)
    if found is None:
        return ""
    columns = ", ".join(quote(c) for c in found["columns"])
    return f" WITH ROW ACCESS POLICY {named(ctx, found)} ON ({columns})"


def shown(ctx: Context, entry: Entry, column: str) -> str | None:
    """The full name of a column's masking policy as DESCRIBE shows it, to who may see the policy."""
    found = attachments.mask(entry.details, column)
    policy = ctx.catalog.maybe(found["policy"]) if found else None
    if policy is None or not ctx.access.sees(policy):
        return None
    return ctx.catalog.text_of(policy)


def named(ctx: Context, attachment: dict[str, Any]) -> str:
    """A policy's full name, #UNKNOWN_POLICY for a role that may not apply all policies of its kind.

    Rule: docs.snowflake.com/en/sql-reference/functions/get_ddl, "Usage notes".
    """
    policy = ctx.catalog.maybe(attachment["policy"])
    if policy is None or not (
        ctx.access.global_privilege(f"APPLY {policy.kind}") and ctx.access.reaches(policy)
    ):
        return "#UNKNOWN_POLICY"
    return ctx.catalog.text_of(policy)
