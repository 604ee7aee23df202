"""QUERY_HISTORY and its variants by session, user and warehouse, from the account's own history file.

A role sees its user's statements, and those on warehouses it may monitor or operate.
Source: docs.snowflake.com/en/sql-reference/functions/query_history.
"""

from __future__ import annotations

from typing import Any

from snowlocal.catalog import ACCOUNT_ID, now
from snowlocal.context import Context
from snowlocal.history import Query
from snowlocal.kinds.base import Columns
from snowlocal.result import Result, table
from snowlocal.table_functions import Arguments, limit, moment

_COLUMNS: Columns = (
    ("QUERY_ID", "text"),
    ("QUERY_TEXT", "text"),
    ("DATABASE_NAME", "text"),
    ("SCHEMA_NAME", "text"),
    ("QUERY_TYPE", "text"),
    ("SESSION_ID", "fixed"),
    ("USER_NAME", "text"),
    ("ROLE_NAME", "text"),
    ("WAREHOUSE_NAME", "text"),
    ("WAREHOUSE_SIZE", "text"),
    ("WAREHOUSE_TYPE", "text"),
    ("CLUSTER_NUMBER", "fixed"),
    ("QUERY_TAG", "text"),
    ("EXECUTION_STATUS", "text"),
    ("ERROR_CODE", "text"),
    ("ERROR_MESSAGE", "text"),
    ("START_TIME", "timestamp_ltz"),
    ("END_TIME", "timestamp_ltz"),
    ("TOTAL_ELAPSED_TIME", "fixed"),
    ("BYTES_SCANNED", "fixed"),
    ("ROWS_PRODUCED", "fixed"),
    ("COMPILATION_TIME", "fixed"),
    ("EXECUTION_TIME", "fixed"),
    ("QUEUED_PROVISIONING_TIME", "fixed"),
    ("QUEUED_REPAIR_TIME", "fixed"),
    ("QUEUED_OVERLOAD_TIME", "fixed"),
    ("TRANSACTION_BLOCKED_TIME", "fixed"),
    ("OUTBOUND_DATA_TRANSFER_CLOUD", "text"),
    ("OUTBOUND_DATA_TRANSFER_REGION", "text"),
    ("OUTBOUND_DATA_TRANSFER_BYTES", "fixed"),
    ("INBOUND_DATA_TRANSFER_CLOUD", "text"),
    ("INBOUND_DATA_TRANSFER_REGION", "text"),
    ("INBOUND_DATA_TRANSFER_BYTES", "fixed"),
    ("CREDITS_USED_CLOUD_SERVICES", "real"),
    ("LIST_EXTERNAL_FILE_TIME", "fixed"),
    ("RELEASE_VERSION", "text"),
    ("EXTERNAL_FUNCTION_TOTAL_INVOCATIONS", "fixed"),
    ("EXTERNAL_FUNCTION_TOTAL_SENT_ROWS", "fixed"),
    ("EXTERNAL_FUNCTION_TOTAL_RECEIVED_ROWS", "fixed"),
    ("EXTERNAL_FUNCTION_TOTAL_SENT_BYTES", "fixed"),
    ("EXTERNAL_FUNCTION_TOTAL_RECEIVED_BYTES", "fixed"),
    ("IS_CLIENT_GENERATED_STATEMENT", "boolean"),
    ("QUERY_HASH", "text"),
    ("QUERY_HASH_VERSION", "fixed"),
    ("QUERY_PARAMETERIZED_HASH", "text"),
    ("QUERY_PARAMETERIZED_HASH_VERSION", "fixed"),
)
# Snowflake's name of a statement's type where the first word alone is not it.
_TYPES = {
    "DESC": "DESCRIBE",
    "WITH": "SELECT",
    "(": "SELECT",
    "VALUES": "SELECT",
    "LS": "LIST",
    "RM": "REMOVE",
}


def account(ctx: Context, arguments: Arguments) -> Result:
    """QUERY_HISTORY(): of all sessions."""
    return _history(ctx, arguments, [], [])


def by_session(ctx: Context, arguments: Arguments) -> Result:
    """QUERY_HISTORY_BY_SESSION(): of one session, by default this one."""
    number = arguments.get("SESSION_ID")
    session = ctx.session.id if number is None else int(number)
    return _history(ctx, arguments, ["session_id = ?"], [session])


def by_user(ctx: Context, arguments: Arguments) -> Result:
    """QUERY_HISTORY_BY_USER(): of one user, by default this one."""
    user = arguments.get("USER_NAME") or ctx.session.user
    return _history(ctx, arguments, ["user_name = ?"], [str(user)])


def by_warehouse(ctx: Context, arguments: Arguments) -> Result:
    """QUERY_HISTORY_BY_WAREHOUSE(): on one warehouse, by default the session's."""
    warehouse = arguments.get("WAREHOUSE_NAME") or ctx.session.warehouse
    return _history(ctx, arguments, ["warehouse_name = ?"], [warehouse])


def _history(
    ctx: Context, arguments: Arguments, conditions: list[str], values: list[Any]
) -> Result:
    begin = moment(arguments, "END_TIME_RANGE_START")
    end = moment(arguments, "END_TIME_RANGE_END")
    if begin is not None:
        conditions.append("coalesce(end_time, ?) >= ?")
        values += [now().timestamp(), begin.timestamp()]
    if end is not None:
        conditions.append("end_time <= ?")
        values.append(end.timestamp())
    open_to = [ctx.session.user, *_monitored(ctx)]
    marks = ", ".join("?" * (len(open_to) - 1))
    conditions.append(f"(user_name = ? OR warehouse_name IN ({marks}))")
    values += open_to
    found = ctx.account.history.read(" AND ".join(conditions), tuple(values), limit(arguments))
    return table(_COLUMNS, [_row(ctx, query) for query in found])


def _monitored(ctx: Context) -> list[str]:
    access = ctx.access
    return [
        e.name
        for e in ctx.catalog.children(ACCOUNT_ID, "WAREHOUSE")
        if access.has(e, "MONITOR", "OPERATE")
    ]


def _row(ctx: Context, query: Query) -> dict[str, Any]:
    ended = query.end_time or now()
    elapsed = int((ended - query.start_time).total_seconds() * 1000)
    warehouse = (
        ctx.catalog.find("WAREHOUSE", ACCOUNT_ID, query.warehouse_name)
        if query.warehouse_name
        else None
    )
    return {
        "QUERY_ID": query.query_id,
        "QUERY_TEXT": query.query_text,
        "DATABASE_NAME": query.database_name,
        "SCHEMA_NAME": query.schema_name,
        "QUERY_TYPE": _TYPES.get(query.query_type, query.query_type),
        "SESSION_ID": query.session_id,
        "USER_NAME": query.user_name,
        "ROLE_NAME": query.role_name,
        "WAREHOUSE_NAME": query.warehouse_name,
        "WAREHOUSE_SIZE": warehouse.details.get("size") if warehouse else None,
        "WAREHOUSE_TYPE": warehouse.details.get("type", "STANDARD") if warehouse else None,
        "QUERY_TAG": query.query_tag,
        "EXECUTION_STATUS": query.execution_status,
        "ERROR_CODE": query.error_code,
        "ERROR_MESSAGE": query.error_message,
        "START_TIME": query.start_time,
        "END_TIME": query.end_time,
        "TOTAL_ELAPSED_TIME": elapsed,
        "BYTES_SCANNED": 0,
        "ROWS_PRODUCED": query.rows_produced,
        "COMPILATION_TIME": 0,
        "EXECUTION_TIME": elapsed,
        "IS_CLIENT_GENERATED_STATEMENT": False,
    }
