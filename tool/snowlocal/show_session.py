"""SHOW PARAMETERS and SHOW VARIABLES: what is set in the session.

Source: docs.snowflake.com/en/sql-reference/sql/show-parameters, show-variables and sql-reference/parameters.
"""

from __future__ import annotations

from typing import Any

from snowlocal.context import Context
from snowlocal.errors import unsupported
from snowlocal.kinds.base import Columns
from snowlocal.result import Result, table
from snowlocal.show_filters import like_pattern
from snowlocal.tokens import Reader

_PARAMETERS: Columns = (
    ("key", "text"),
    ("value", "text"),
    ("default", "text"),
    ("level", "text"),
    ("description", "text"),
    ("type", "text"),
)
_VARIABLES: Columns = (
    ("session_id", "fixed"),
    ("created_on", "timestamp_ltz"),
    ("updated_on", "timestamp_ltz"),
    ("name", "text"),
    ("value", "text"),
    ("type", "text"),
    ("comment", "text"),
)
# Parameters that this account obeys, with their default here and their type.
_KNOWN = {
    "ABORT_DETACHED_QUERY": ("false", "BOOLEAN"),
    "AUTOCOMMIT": ("true", "BOOLEAN"),
    "BINARY_OUTPUT_FORMAT": ("HEX", "STRING"),
    "DATE_OUTPUT_FORMAT": ("YYYY-MM-DD", "STRING"),
    "ERROR_ON_NONDETERMINISTIC_MERGE": ("true", "BOOLEAN"),
    "LOCK_TIMEOUT": ("43200", "NUMBER"),
    "MULTI_STATEMENT_COUNT": ("1", "NUMBER"),
    "QUERY_TAG": ("", "STRING"),
    "QUOTED_IDENTIFIERS_IGNORE_CASE": ("false", "BOOLEAN"),
    "STATEMENT_TIMEOUT_IN_SECONDS": ("172800", "NUMBER"),
    "TIMESTAMP_TYPE_MAPPING": ("TIMESTAMP_NTZ", "STRING"),
    "TIMEZONE": ("UTC", "STRING"),
    "TRANSACTION_ABORT_ON_ERROR": ("false", "BOOLEAN"),
    "WEEK_START": ("0", "NUMBER"),
}


def parameters(ctx: Context, reader: Reader) -> Result:
    """SHOW PARAMETERS [LIKE …] [IN SESSION]; other places than the session have no parameters here."""
    like = reader.string() if reader.accept("LIKE") else None
    if reader.accept("IN") or reader.accept("FOR"):
        if not reader.accept("SESSION"):
            raise unsupported(f"SHOW PARAMETERS IN {reader.next().upper}")
        like = reader.string() if reader.accept("LIKE") else like
    reader.finish()
    rows = []
    for key in sorted({*_KNOWN, *ctx.session.parameters}):
        if like is not None and not like_pattern(like).fullmatch(key):
            continue
        default, kind = _KNOWN.get(key, ("", "STRING"))
        given = key in ctx.session.parameters
        value = _text(ctx.session.parameters[key]) if given else default
        rows.append(
            {
                "key": key,
                "value": value,
                "default": default,
                "level": "SESSION" if given else "",
                "description": "",
                "type": kind,
            }
        )
    return table(_PARAMETERS, rows)


def variables(ctx: Context, reader: Reader) -> Result:
    """SHOW VARIABLES [LIKE …]: what SET has set; when is not remembered and stays empty."""
    like = reader.string() if reader.accept("LIKE") else None
    reader.finish()
    rows = [
        {
            "session_id": ctx.session.id,
            "name": name,
            "value": _text(value),
            "type": "text" if isinstance(value, str) else "fixed",
            "comment": "",
        }
        for name, value in sorted(ctx.session.variables.items())
        if like is None or like_pattern(like).fullmatch(name)
    ]
    return table(_VARIABLES, rows)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
