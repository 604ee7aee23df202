"""TABLE(INFORMATION_SCHEMA.…(…)): the account's histories as rows, with Snowflake's columns.

Source: docs.snowflake.com/en/sql-reference/info-schema, "Table functions".
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from importlib import import_module
from typing import Any

from snowlocal.catalog import Entry
from snowlocal.context import Context
from snowlocal.errors import SnowflakeError, compilation, unsupported
from snowlocal.result import Result

Arguments = dict[str, Any]

# Name -> handler and the names of its arguments in their order, for calls without `=>`.
_HANDLERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "QUERY_HISTORY": (
        "snowlocal.query_history:account",
        ("END_TIME_RANGE_START", "END_TIME_RANGE_END", "RESULT_LIMIT"),
    ),
    "QUERY_HISTORY_BY_SESSION": (
        "snowlocal.query_history:by_session",
        ("SESSION_ID", "END_TIME_RANGE_START", "END_TIME_RANGE_END", "RESULT_LIMIT"),
    ),
    "QUERY_HISTORY_BY_USER": (
        "snowlocal.query_history:by_user",
        ("USER_NAME", "END_TIME_RANGE_START", "END_TIME_RANGE_END", "RESULT_LIMIT"),
    ),
    "QUERY_HISTORY_BY_WAREHOUSE": (
        "snowlocal.query_history:by_warehouse",
        ("WAREHOUSE_NAME", "END_TIME_RANGE_START", "END_TIME_RANGE_END", "RESULT_LIMIT"),
    ),
    "TASK_HISTORY": (
        "snowlocal.object_history:tasks",
        (
            "SCHEDULED_TIME_RANGE_START",
            "SCHEDULED_TIME_RANGE_END",
            "RESULT_LIMIT",
            "TASK_NAME",
            "ERROR_ONLY",
            "ROOT_TASK_ID",
        ),
    ),
    "TASK_DEPENDENTS": ("snowlocal.object_history:task_dependents", ("TASK_NAME", "RECURSIVE")),
    "ALERT_HISTORY": (
        "snowlocal.alerts:history",
        ("SCHEDULED_TIME_RANGE_START", "SCHEDULED_TIME_RANGE_END", "RESULT_LIMIT", "ALERT_NAME"),
    ),
    "POLICY_REFERENCES": (
        "snowlocal.policy_references:references",
        ("POLICY_NAME", "POLICY_KIND", "REF_ENTITY_NAME", "REF_ENTITY_DOMAIN"),
    ),
    "TAG_REFERENCES": ("snowlocal.tag_references:references", ("OBJECT_NAME", "OBJECT_DOMAIN")),
    "TAG_REFERENCES_ALL_COLUMNS": (
        "snowlocal.tag_references:of_columns",
        ("OBJECT_NAME", "OBJECT_DOMAIN"),
    ),
    "COPY_HISTORY": (
        "snowlocal.object_history:copies",
        ("TABLE_NAME", "START_TIME", "END_TIME"),
    ),
}


def call(
    ctx: Context,
    name: str,
    positional: list[Any],
    named: dict[str, Any],
    database: Entry | None,
) -> Result:
    """Run a table function. Raises 000002 for one that this account does not have."""
    found = _HANDLERS.get(name)
    if found is None:
        raise unsupported(f"table function {name}")
    target, order = found
    if len(positional) > len(order):
        raise compilation(939, "22023", f"too many arguments for function [{name}]")
    arguments: Arguments = dict(zip(order, positional, strict=False))
    for key, value in named.items():
        if key.upper() not in order:
            raise compilation(
                1044, "42P13", f"Invalid argument '{key.upper()}' for function '{name}'"
            )
        arguments[key.upper()] = value
    module, _, function = target.partition(":")
    handler: Callable[[Context, Arguments], Result] = getattr(import_module(module), function)
    with ctx.account.lock:
        return handler(ctx, arguments)


def moment(arguments: Arguments, name: str) -> datetime | None:
    """An argument that is a time; text and times without a zone are UTC. Raises 100035."""
    value = arguments.get(name)
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise SnowflakeError(
                100035, "22007", f"Timestamp '{value}' is not recognized"
            ) from None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if not isinstance(value, datetime):
        raise compilation(1045, "22023", f"invalid value [{value}] for argument '{name}'")
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def limit(arguments: Arguments) -> int:
    """RESULT_LIMIT: 100 unless given, 1 to 10,000; applied before any WHERE of the query."""
    value = arguments.get("RESULT_LIMIT")
    if value is None:
        return 100
    if not isinstance(value, (int, float)) or not 1 <= int(value) <= 10_000:
        raise compilation(
            1045, "22023", f"Invalid value [{value}] for function argument RESULT_LIMIT"
        )
    return int(value)
