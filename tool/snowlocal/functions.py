"""Which scalar functions the account answers rather than DuckDB, and where their handlers are: a table.

A handler is `function(ctx, arguments)`; it gives the value, None for NULL. Modules are loaded when first called.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from snowlocal.context import Context
from snowlocal.errors import compilation

_HANDLERS = {
    "CURRENT_ACCOUNT": "snowlocal.session_functions:account",
    "CURRENT_ACCOUNT_NAME": "snowlocal.session_functions:account",
    "CURRENT_AVAILABLE_ROLES": "snowlocal.session_functions:available_roles",
    "CURRENT_CLIENT": "snowlocal.session_functions:client",
    "CURRENT_DATABASE": "snowlocal.session_functions:database",
    "CURRENT_IP_ADDRESS": "snowlocal.session_functions:ip_address",
    "CURRENT_ORGANIZATION_NAME": "snowlocal.session_functions:organization",
    "CURRENT_REGION": "snowlocal.session_functions:region",
    "CURRENT_ROLE": "snowlocal.session_functions:role",
    "CURRENT_ROLE_TYPE": "snowlocal.session_functions:role_type",
    "CURRENT_SCHEMA": "snowlocal.session_functions:schema",
    "CURRENT_SECONDARY_ROLES": "snowlocal.session_functions:secondary_roles",
    "CURRENT_SESSION": "snowlocal.session_functions:session",
    "CURRENT_STATEMENT": "snowlocal.session_functions:statement",
    "CURRENT_TRANSACTION": "snowlocal.session_functions:transaction",
    "CURRENT_USER": "snowlocal.session_functions:user",
    "CURRENT_VERSION": "snowlocal.session_functions:version",
    "CURRENT_WAREHOUSE": "snowlocal.session_functions:warehouse",
    "GETVARIABLE": "snowlocal.session_functions:variable",
    "GET_DDL": "snowlocal.getddl:get_ddl",
    "IS_ROLE_IN_SESSION": "snowlocal.session_functions:is_role_in_session",
    "LAST_QUERY_ID": "snowlocal.session_functions:last_query_id",
    "SYSTEM$ABORT_SESSION": "snowlocal.control_functions:abort_session",
    "SYSTEM$CANCEL_ALL_QUERIES": "snowlocal.control_functions:cancel_all_queries",
    "SYSTEM$CANCEL_QUERY": "snowlocal.control_functions:cancel_query",
    "SYSTEM$CLUSTERING_INFORMATION": "snowlocal.control_functions:clustering_information",
    "SYSTEM$GET_PREDECESSOR_RETURN_VALUE": "snowlocal.tasks:predecessor_return_value",
    "SYSTEM$GET_TAG": "snowlocal.tag_references:get_tag",
    "SYSTEM$GET_TAG_ALLOWED_VALUES": "snowlocal.kinds.tag:allowed_values",
    "SYSTEM$LAST_CHANGE_COMMIT_TIME": "snowlocal.control_functions:last_change_commit_time",
    "SYSTEM$PIPE_FORCE_RESUME": "snowlocal.kinds.pipe:force_resume",
    "SYSTEM$PIPE_STATUS": "snowlocal.kinds.pipe:pipe_status",
    "SYSTEM$STREAM_HAS_DATA": "snowlocal.kinds.stream:has_data",
    "SYSTEM$TASK_DEPENDENTS_ENABLE": "snowlocal.tasks:dependents_enable",
    "SYSTEM$WAIT": "snowlocal.control_functions:wait",
}


def known(name: str) -> bool:
    """Whether a function of this name (upper case) is answered here."""
    return name in _HANDLERS


def call(ctx: Context, name: str, arguments: list[Any]) -> Any | None:
    """The function's value. Raises SnowflakeError, and KeyError for a name that is not known here."""
    module, _, function = _HANDLERS[name].partition(":")
    handler: Callable[[Context, list[Any]], Any | None] = getattr(import_module(module), function)
    return handler(ctx, arguments)


def exactly(name: str, arguments: list[Any], count: int) -> list[Any]:
    """The arguments where there are `count` of them. Raises 000938 or 000939."""
    if len(arguments) != count:
        number, word = (938, "not enough") if len(arguments) < count else (939, "too many")
        text = f"{word} arguments for function [{name}], expected {count}, got {len(arguments)}"
        raise compilation(number, "22023", text)
    return arguments
