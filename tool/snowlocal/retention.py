"""DATA_RETENTION_TIME_IN_DAYS: how many days of Time Travel an object may have.

0 to 90, for transient objects 0 or 1.
Source: docs.snowflake.com/en/sql-reference/parameters and user-guide/data-time-travel.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snowlocal.errors import compilation

NAME = "DATA_RETENTION_TIME_IN_DAYS"
_MOST, _MOST_TRANSIENT, _DEFAULT = 90, 1, 1


def read(options: Mapping[str, Any], transient: bool, kept: int | None = None) -> int:
    """The days that the options say, else those `kept` until now. Raises 001008 where the object cannot have them."""
    given = options.get(NAME, _DEFAULT if kept is None else kept)
    most = _MOST_TRANSIENT if transient else _MOST
    if NAME in options and not (isinstance(given, int) and 0 <= given <= most):
        raise compilation(1008, "22023", f"invalid value [{given}] for parameter '{NAME}'")
    return int(given)


def transient(days: Mapping[str, Any]) -> dict[str, Any]:
    """The details of a transient copy of an object with these: it keeps no more days than transient objects may."""
    return {"transient": True, "retention": min(int(days.get("retention", _DEFAULT)), 1)}
