"""GRANT OWNERSHIP: hands objects to another role, with the privileges on them revoked or copied.

Source: docs.snowflake.com/en/sql-reference/sql/grant-ownership, "Usage notes".
"""

from __future__ import annotations

from dataclasses import replace

from snowlocal import kinds_table
from snowlocal.catalog import Entry, now
from snowlocal.context import Context
from snowlocal.errors import SnowflakeError, no_privilege, unsupported
from snowlocal.grant_targets import Target
from snowlocal.grants import grant_future
from snowlocal.result import Result, status
from snowlocal.tokens import Reader


def transfer(ctx: Context, target: Target, role: str, reader: Reader) -> Result:
    """Make `role` the owner; `reader` stands at [REVOKE | COPY] CURRENT GRANTS.

    Of ALL objects those are handed over, by name, that come before the first one that is refused.
    Raises 003036 where privileges on an object stand in the way and neither was said, 003001 without the right to.
    """
    mode = reader.next().upper if reader.sees("REVOKE") or reader.sees("COPY") else ""
    if mode:
        reader.expect("CURRENT", "GRANTS")
    reader.finish()
    if target.kind == "ACCOUNT":
        raise unsupported("GRANT OWNERSHIP ON ACCOUNT")
    if target.mode == "future":
        return grant_future(ctx, target, ["OWNERSHIP"], role, False)
    manages = ctx.access.global_privilege("MANAGE GRANTS")
    if mode == "COPY" and not manages and role not in ctx.access.roles:
        raise SnowflakeError(3102, "42501", "Grant not executed: Insufficient privileges.")
    refused: SnowflakeError | None = None
    with ctx.change() as change:
        for entry in target.entries:
            try:
                _refuse(ctx, entry, mode)
                change.put(_handed_over(entry, role, mode, bulk=target.mode == "all"))
            except SnowflakeError as error:
                refused = error
                break
    if refused is not None:
        raise refused
    if target.mode == "all":
        text = f"Statement executed successfully. {len(target.entries)} objects affected."
        return status(text)
    return status("Statement executed successfully.")


def _refuse(ctx: Context, entry: Entry, mode: str) -> None:
    if not (ctx.access.global_privilege("MANAGE GRANTS") or ctx.access.owns(entry)):
        raise no_privilege(entry.kind, entry.name)
    if not mode and entry.kind != "ROLE":
        _refuse_dependent(ctx, entry)


def _handed_over(entry: Entry, role: str, mode: str, *, bulk: bool) -> Entry:
    details = kinds_table.kind(entry.kind).handed_over(entry, bulk=bulk)
    kept = tuple(replace(g, granted_by=role) for g in entry.grants)
    grants = () if mode == "REVOKE" else kept
    return replace(entry, owner=role, grants=grants, details=details, altered=now())


def _refuse_dependent(ctx: Context, entry: Entry) -> None:
    if not entry.grants:
        return
    first = entry.grants[0]
    raise SnowflakeError(
        3036,
        "23001",
        f"SQL execution error: Dependent grant of privilege '{first.privilege}' on securable "
        f"'{ctx.catalog.text_of(entry)}' to role '{first.role}' exists.  It must be revoked first.  "
        "More than one dependent grant may exist: use 'SHOW GRANTS' command to view them.  To revoke all "
        "dependent grants while transferring object ownership, use convenience command 'GRANT OWNERSHIP ON "
        "<target_objects> TO <target_role> REVOKE CURRENT GRANTS'.",
    )
