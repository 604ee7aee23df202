"""Statements that change the session and nothing else: USE, ALTER SESSION, variables and transaction control."""

from __future__ import annotations

from typing import Any

from snowlocal import transactions
from snowlocal.access import inherited, roles_of_user
from snowlocal.catalog import ACCOUNT_ID
from snowlocal.context import Context
from snowlocal.errors import SnowflakeError, no_operation, unnumbered, unsupported
from snowlocal.result import Result, status
from snowlocal.session import Session
from snowlocal.tokens import Reader

DONE = "Statement executed successfully."
_MOST_BYTES = 256  # of a session variable
# Parameters a session may set here; the ones that change how text or time is read must keep the value that this
# account works with, because another would be obeyed in name only.
_FREE = {
    "QUERY_TAG", "AUTOCOMMIT", "LOCK_TIMEOUT", "STATEMENT_TIMEOUT_IN_SECONDS", "MULTI_STATEMENT_COUNT",
    "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS", "ABORT_DETACHED_QUERY", "CLIENT_SESSION_KEEP_ALIVE",
    "CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY", "CLIENT_TELEMETRY_ENABLED", "USE_CACHED_RESULT",
    "PYTHON_CONNECTOR_QUERY_RESULT_FORMAT", "CLIENT_PREFETCH_THREADS", "QUERY_RESULT_FORMAT",
    "CLIENT_RESULT_CHUNK_SIZE", "CLIENT_TIMESTAMP_TYPE_MAPPING", "CLIENT_STAGE_ARRAY_BINDING_THRESHOLD",
    "CLIENT_METADATA_REQUEST_USE_CONNECTION_CTX", "ERROR_ON_NONDETERMINISTIC_UPDATE",
}  # fmt: skip
_FIXED = {
    "TIMEZONE": {"UTC", "ETC/UTC"},
    "QUOTED_IDENTIFIERS_IGNORE_CASE": {"FALSE"},
    "TIMESTAMP_TYPE_MAPPING": {"TIMESTAMP_NTZ"},
    "ERROR_ON_NONDETERMINISTIC_MERGE": {"TRUE"},
    "TRANSACTION_ABORT_ON_ERROR": {"FALSE"},
    "WEEK_START": {"0"},
    "JSON_INDENT": {"2"},
    "DATE_OUTPUT_FORMAT": {"YYYY-MM-DD"},
    "BINARY_OUTPUT_FORMAT": {"HEX"},
}


def set_parameter(session: Session, name: str, value: Any) -> None:
    """Set a session parameter. Raises SnowflakeError for one that is unknown or that would not be obeyed."""
    name = name.upper()
    if name in _FIXED:
        if str(value).upper() not in _FIXED[name]:
            raise unsupported(f"{name} = {value}")
    elif name not in _FREE:
        raise SnowflakeError(1008, "22023", f"SQL compilation error:\ninvalid parameter '{name}'")
    if name == "QUERY_TAG" and len(str(value)) > 2000:
        raise SnowflakeError(
            1009, "22023", "SQL compilation error:\ninvalid value for parameter 'QUERY_TAG'"
        )
    session.parameters[name] = value


def alter_session(ctx: Context, reader: Reader) -> Result:
    """ALTER SESSION SET|UNSET parameters; `reader` stands after SESSION."""
    if reader.accept("SET"):
        for name, value in reader.options().items():
            set_parameter(ctx.session, name, value)
        return status(DONE)
    reader.expect("UNSET")
    while not reader.done:
        ctx.session.parameters.pop(reader.identifier(), None)
        reader.accept(",")
    return status(DONE)


def use(ctx: Context, reader: Reader) -> Result:
    """USE [DATABASE|SCHEMA|ROLE|WAREHOUSE|SECONDARY ROLES] name."""
    session = ctx.session
    if reader.accept("SECONDARY", "ROLES"):
        chosen = reader.identifier()
        if chosen not in ("ALL", "NONE"):
            raise unsupported("USE SECONDARY ROLES with a list")
        session.secondary_roles = chosen
    elif reader.accept("ROLE"):
        _use_role(ctx, _one_name(reader))
    elif reader.accept("WAREHOUSE"):
        name = _one_name(reader)
        with ctx.account.lock:
            found = ctx.maybe("WAREHOUSE", (name,))
        if found is None:
            raise no_operation()
        session.warehouse = name
    elif reader.accept("SCHEMA"):
        use_schema(ctx, reader.qualified())
    else:
        reader.accept("DATABASE")
        parts = reader.qualified()
        if len(parts) > 1:
            use_schema(ctx, parts)
        else:
            use_database(ctx, parts[0])
    reader.finish()
    return status(DONE)


def _one_name(reader: Reader) -> str:
    """The name of something that no container holds, also as IDENTIFIER('name')."""
    parts = reader.qualified()
    if len(parts) > 1:
        raise reader.error()
    return parts[0]


def _use_role(ctx: Context, name: str) -> None:
    with ctx.account.lock:
        mine = inherited(ctx.catalog, roles_of_user(ctx.catalog, ctx.session.user))
        known = ctx.catalog.find("ROLE", ACCOUNT_ID, name) is not None
    if not known:
        raise no_operation()
    if name not in mine:
        raise SnowflakeError(
            3013,
            "42501",
            f"SQL access control error:\nRequested role '{name}' is not assigned to the executing user.",
        )
    ctx.session.role = name


def use_database(ctx: Context, name: str) -> None:
    """Make a database current, and its schema PUBLIC where there is one. Raises 002043."""
    with ctx.account.lock:
        found = ctx.maybe("DATABASE", (name,))
        if found is None:
            raise no_operation()
        public = ctx.catalog.find("SCHEMA", found.id, "PUBLIC")
        ctx.session.database = name
        ctx.session.schema = "PUBLIC" if public and ctx.access.sees(public) else None


def use_schema(ctx: Context, parts: tuple[str, ...]) -> None:
    """Make a schema and its database current. Raises 002043."""
    with ctx.account.lock:
        found = ctx.maybe("SCHEMA", parts)
        if found is None:
            raise no_operation()
        database = ctx.catalog.database_of(found)
        assert database is not None
        ctx.session.database, ctx.session.schema = database.name, found.name


def set_variable(ctx: Context, reader: Reader) -> Result:
    """SET name = expression, SET (name, …) = (expression, …); the values are computed once.

    docs.snowflake.com/en/sql-reference/sql/set
    """
    several = reader.sees("(")
    names = _names(reader)
    reader.expect("=")
    if several:
        text = reader.parenthesised()
        reader.finish()
    else:
        text = reader.rest()
    is_query = several and text.lstrip()[:6].upper() == "SELECT"
    values = ctx.run(text if is_query else f"SELECT {text}").tuples()[0]
    if len(values) != len(names):
        raise unnumbered(
            f"SQL compilation error:\nSET names {len(names)} variables and gives {len(values)} values."
        )
    for name, value in zip(names, values, strict=True):
        size = len(value.encode() if isinstance(value, str) else value) if _sized(value) else 0
        if size > _MOST_BYTES:
            raise unnumbered(
                f"Assignment to '{name}' not done because value exceeds size limit for variables. "
                f"Its size is {size}; the limit is {_MOST_BYTES} (internal storage size in bytes)."
            )
    ctx.session.variables.update(zip(names, values, strict=True))
    return status(DONE)


def _sized(value: Any) -> bool:
    return isinstance(value, (str, bytes, bytearray))


def _names(reader: Reader) -> list[str]:
    if not reader.accept("("):
        return [reader.identifier()]
    names = [reader.identifier()]
    while reader.accept(","):
        names.append(reader.identifier())
    reader.expect(")")
    return names


def unset_variable(ctx: Context, reader: Reader) -> Result:
    """UNSET name, UNSET (name, …)."""
    for name in _names(reader):
        ctx.session.variables.pop(name, None)
    reader.finish()
    return status(DONE)


def begin(ctx: Context, reader: Reader) -> Result:
    """BEGIN [WORK|TRANSACTION] [NAME x], START TRANSACTION."""
    if not reader.accept("TRANSACTION"):
        reader.accept("WORK")
    if reader.accept("NAME"):
        reader.identifier()
    reader.finish()
    transactions.begin(ctx)
    return status(DONE)


def commit(ctx: Context, reader: Reader) -> Result:
    """COMMIT [WORK]."""
    reader.accept("WORK")
    reader.finish()
    transactions.commit(ctx)
    return status(DONE)


def rollback(ctx: Context, reader: Reader) -> Result:
    """ROLLBACK [WORK]."""
    reader.accept("WORK")
    reader.finish()
    transactions.rollback(ctx)
    return status(DONE)
