"""CURRENT_… and LAST_QUERY_ID: what a session can ask about itself.

Source: docs.snowflake.com/en/sql-reference/functions-context.
"""

from __future__ import annotations

import json
from typing import Any

from snowlocal.access import inherited, roles_of_user
from snowlocal.context import Context
from snowlocal.errors import SnowflakeError
from snowlocal.functions import exactly

_VERSION = "9.36.0"


def account(ctx: Context, _: list[Any]) -> str:
    """CURRENT_ACCOUNT()"""
    return "LOCAL"


def organization(ctx: Context, _: list[Any]) -> str:
    """CURRENT_ORGANIZATION_NAME()"""
    return "LOCAL"


def region(ctx: Context, _: list[Any]) -> str:
    """CURRENT_REGION()"""
    return "LOCAL"


def version(ctx: Context, _: list[Any]) -> str:
    """CURRENT_VERSION()"""
    return _VERSION


def client(ctx: Context, _: list[Any]) -> str:
    """CURRENT_CLIENT(); which program asks is not recorded here, the connector is the one that is known to work."""
    return "PythonConnector"


def ip_address(ctx: Context, _: list[Any]) -> str:
    """CURRENT_IP_ADDRESS(): the account listens on loopback."""
    return "127.0.0.1"


def user(ctx: Context, _: list[Any]) -> str:
    """CURRENT_USER()"""
    return ctx.session.user


def role(ctx: Context, _: list[Any]) -> str:
    """CURRENT_ROLE()"""
    return ctx.session.role


def role_type(ctx: Context, _: list[Any]) -> str:
    """CURRENT_ROLE_TYPE()"""
    return "ROLE"


def secondary_roles(ctx: Context, _: list[Any]) -> str:
    """CURRENT_SECONDARY_ROLES(): JSON with the roles' names and ALL or an empty text."""
    if ctx.session.secondary_roles != "ALL":
        return json.dumps({"roles": "", "value": ""})
    with ctx.account.lock:
        roles = sorted(roles_of_user(ctx.catalog, ctx.session.user) - {"PUBLIC"})
    return json.dumps({"roles": ",".join(roles), "value": "ALL"}, separators=(",", ":"))


def available_roles(ctx: Context, _: list[Any]) -> str:
    """CURRENT_AVAILABLE_ROLES(): a JSON list of all roles of the user, inherited ones too."""
    with ctx.account.lock:
        mine = inherited(ctx.catalog, roles_of_user(ctx.catalog, ctx.session.user))
    return json.dumps(sorted(mine))


def is_role_in_session(ctx: Context, arguments: list[Any]) -> bool:
    """IS_ROLE_IN_SESSION('role')"""
    (name,) = exactly("IS_ROLE_IN_SESSION", arguments, 1)
    with ctx.account.lock:
        return str(name) in ctx.access.roles


def warehouse(ctx: Context, _: list[Any]) -> str | None:
    """CURRENT_WAREHOUSE()"""
    return ctx.session.warehouse


def database(ctx: Context, _: list[Any]) -> str | None:
    """CURRENT_DATABASE()"""
    return ctx.session.database


def schema(ctx: Context, _: list[Any]) -> str | None:
    """CURRENT_SCHEMA()"""
    return ctx.session.schema


def session(ctx: Context, _: list[Any]) -> str:
    """CURRENT_SESSION()"""
    return str(ctx.session.id)


def statement(ctx: Context, _: list[Any]) -> str:
    """CURRENT_STATEMENT()"""
    return ctx.text


def transaction(ctx: Context, _: list[Any]) -> str | None:
    """CURRENT_TRANSACTION(): an id while a transaction is open."""
    open_one = ctx.session.transaction
    return None if open_one is None else str(id(open_one))


def last_query_id(ctx: Context, arguments: list[Any]) -> str | None:
    """LAST_QUERY_ID([n]): -1 is the newest statement of the session that has ended, 1 the first."""
    number = int(arguments[0]) if arguments else -1
    if number == 0:
        raise SnowflakeError(
            1044,
            "42P13",
            "SQL compilation error:\nInvalid argument types for function 'LAST_QUERY_ID': (0)",
        )
    index = number - 1 if number > 0 else number
    queries = ctx.session.queries
    return queries[index] if -len(queries) <= index < len(queries) else None


def variable(ctx: Context, arguments: list[Any]) -> str | None:
    """GETVARIABLE('NAME'): a session variable as text; NULL where there is none of this name, as it is written.

    docs.snowflake.com/en/sql-reference/session-variables
    """
    value = ctx.session.variables.get(str(exactly("GETVARIABLE", arguments, 1)[0]))
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)
