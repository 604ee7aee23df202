"""TARGET_LAG of a dynamic table: read, and written as Snowflake keeps it. Pure.

Rule: docs.snowflake.com/en/sql-reference/sql/create-dynamic-table, "Required parameters".
"""

from __future__ import annotations

import re

from snowlocal.errors import SnowflakeError, unnumbered

_UNITS = {"day": 86400, "hour": 3600, "minute": 60, "second": 1}
_LAG = re.compile(r"\s*(\d+)\s+(second|minute|hour|day)s?\s*", re.IGNORECASE)
_LEAST = 60


def canonical(value: object) -> str:
    """DOWNSTREAM, or a number of days, hours, minutes and seconds; at least a minute. Raises SnowflakeError."""
    text = str(value)
    if text.upper() == "DOWNSTREAM":
        return "DOWNSTREAM"
    found = _LAG.fullmatch(text)
    if found is None:
        raise invalid(text)
    seconds = int(found[1]) * _UNITS[found[2].lower()]
    if seconds < _LEAST:
        raise unnumbered(
            f"Invalid TARGET_LAG value '{text}'. Dynamic Tables do not support lag values under {_LEAST} second(s)."
        )
    parts: list[str] = []
    for unit, size in _UNITS.items():
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}{'s' if count > 1 else ''}")
    return ", ".join(parts)


def invalid(value: object) -> SnowflakeError:
    """The refusal of what is no lag."""
    return unnumbered(f"SQL compilation error:\ninvalid value '{value}' for property 'TARGET_LAG'")
