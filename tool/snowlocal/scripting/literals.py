"""Python values as SQL literals, and values taken to a declared type.

Knows Snowflake's literal syntax; knows neither blocks nor sessions.
"""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Callable
from decimal import Decimal

from snowlocal.errors import unsupported

_WHOLE = {
    "INT",
    "INTEGER",
    "BIGINT",
    "SMALLINT",
    "TINYINT",
    "BYTEINT",
    "NUMBER",
    "NUMERIC",
    "DECIMAL",
}
_WHOLE |= {"NUMBER(38,0)", "NUMBER(38)"}
_TEXT = {"VARCHAR", "STRING", "TEXT"}
_SEMI_STRUCTURED = ("VARIANT", "OBJECT", "ARRAY", "GEOGRAPHY", "GEOMETRY")


def render(value: object) -> str:
    """`value` as one SQL expression.

    Raises SnowflakeError 000002 for a Python type that no Snowflake literal stands for.
    """
    match value:
        case None:
            return "NULL"
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return _signed(str(value))
        case Decimal():
            return _signed(format(value, "f"))
        case float():
            return _float(value)
        case str():
            return _quoted(value)
        case datetime.datetime():
            kind = "TIMESTAMP_NTZ" if value.tzinfo is None else "TIMESTAMP_TZ"
            return f"'{value.isoformat(sep=' ')}'::{kind}"
        case datetime.date():
            return f"'{value.isoformat()}'::DATE"
        case datetime.time():
            return f"'{value.isoformat()}'::TIME"
        case bytes() | bytearray():
            return f"TO_BINARY('{value.hex()}', 'HEX')"
        case list() | tuple() | dict():
            return f"PARSE_JSON({_quoted(json.dumps(value, default=str))})"
    raise unsupported(f"variable of type {type(value).__name__}")


def _signed(digits: str) -> str:
    # Without the brackets `1 -:x` with x = -1 would read as a comment.
    return f"({digits})" if digits.startswith("-") else digits


def _float(value: float) -> str:
    if math.isnan(value) or math.isinf(value):
        return f"'{value}'::FLOAT"
    return f"({value!r}::FLOAT)"


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def inferred_type(value: object) -> str | None:
    """The type that a declaration without one takes from its first value, where it governs later
    assignments.

    A decimal literal makes a FLOAT; that is left open here, for it only widens.
    """
    match value:
        case bool():
            return "BOOLEAN"
        case int():
            return "NUMBER(38,0)"
        case str():
            return "VARCHAR"
    return None


def convert(value: object, kind: str | None, evaluate: Callable[[str], object]) -> object:
    """`value` as the declared type `kind` holds it; the session casts what is not of that type
    already.

    Raises what `evaluate` raises for a value that the type cannot hold.
    """
    if value is None or kind is None:
        return value
    wanted = "".join(kind.upper().split())
    if wanted.startswith(_SEMI_STRUCTURED):
        return value
    fits = (
        (isinstance(value, bool) and wanted == "BOOLEAN")
        or (isinstance(value, int) and not isinstance(value, bool) and wanted in _WHOLE)
        or (isinstance(value, str) and wanted in _TEXT)
    )
    return value if fits else evaluate(f"CAST({render(value)} AS {kind})")
