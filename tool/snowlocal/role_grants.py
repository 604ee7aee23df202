"""GRANT ROLE and REVOKE ROLE: the role hierarchy, and which user has which role.

Source: docs.snowflake.com/en/sql-reference/sql/grant-role.
"""

from __future__ import annotations

from dataclasses import replace

from snowlocal.access import inherited
from snowlocal.catalog import ACCOUNT_ID, now
from snowlocal.context import Context
from snowlocal.errors import SnowflakeError, compilation, missing
from snowlocal.grant_targets import named_role
from snowlocal.names import dotted
from snowlocal.result import Result, status
from snowlocal.tokens import Reader


def change_role(ctx: Context, reader: Reader, direction: str) -> Result:
    """GRANT ROLE r TO, or REVOKE ROLE r FROM, ROLE x | USER u."""
    role = named_role(ctx, reader.identifier())
    reader.expect(direction)
    to_user = reader.accept("USER")
    if not to_user:
        reader.expect("ROLE")
    name = reader.identifier()
    reader.finish()
    if ctx.catalog.find("USER" if to_user else "ROLE", ACCOUNT_ID, name) is None:
        raise missing("USER" if to_user else "ROLE", dotted(name))
    if not ctx.access.owns(role) and not ctx.access.global_privilege("MANAGE GRANTS"):
        raise SnowflakeError(3102, "42501", "Grant not executed: Insufficient privileges.")
    key = "users" if to_user else "roles"
    holders = [h for h in role.details.get(key, []) if h != name]
    given = dict(role.details.get("given", {}))
    mark = f"{'USER' if to_user else 'ROLE'} {name}"
    if direction == "TO":
        if (
            not to_user
            and role.name != "PUBLIC"
            and name in inherited(ctx.catalog, {role.name}) - {"PUBLIC"}
        ):
            raise compilation(
                3097,
                "42501",
                f"Role '{role.name}' cannot be granted to '{name}': the roles would form a circle.",
            )
        holders.append(name)
        given.setdefault(mark, [now().isoformat(), role.owner])
    else:
        given.pop(mark, None)
    with ctx.change() as change:
        details = {**role.details, key: holders, "given": given}
        change.put(replace(role, details=details))
    return status("Statement executed successfully.")
