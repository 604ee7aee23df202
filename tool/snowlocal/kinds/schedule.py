"""The SCHEDULE of tasks and alerts: an interval or a CRON line with a time zone. No clock fires it here.

Rules: docs.snowflake.com/en/sql-reference/sql/create-task, "SCHEDULE".
"""

from __future__ import annotations

import re
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from snowlocal.errors import SnowflakeError, compilation

_INTERVAL = re.compile(r"(\d+)\s+(HOURS?|H|MINUTES?|M|SECONDS?|S)", re.IGNORECASE)
_SECONDS = {"H": 3600, "M": 60, "S": 1}
_SHORTEST, _LONGEST = 10, 11_520 * 60  # seconds
_CRON = re.compile(r"USING\s+CRON\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)", re.IGNORECASE)
_MONTHS = "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC"
_DAYS = "SUN|MON|TUE|WED|THU|FRI|SAT"
# lowest, highest, names: minute, hour, day of month, month, day of week
_FIELDS = ((0, 59, ""), (0, 23, ""), (1, 31, ""), (1, 12, _MONTHS), (0, 7, _DAYS))


def invalid(value: Any, key: str) -> SnowflakeError:
    """001008: a property's value that cannot be."""
    return compilation(1008, "22023", f"invalid value [{value}] for parameter '{key}'")


def check(value: Any) -> str:
    """The schedule as written. Raises 001008 unless '<n> MINUTE' (HOUR, SECOND) or 'USING CRON <5 fields> <zone>'."""
    text = str(value).strip()
    interval = _INTERVAL.fullmatch(text)
    if interval:
        seconds = int(interval[1]) * _SECONDS[interval[2][0].upper()]
        if not _SHORTEST <= seconds <= _LONGEST:
            raise invalid(value, "SCHEDULE")
        return text
    cron = _CRON.fullmatch(text)
    if cron is None or not all(_field(cron[n + 1], *_FIELDS[n]) for n in range(5)):
        raise invalid(value, "SCHEDULE")
    try:
        ZoneInfo(cron[6])
    except (ZoneInfoNotFoundError, ValueError):
        raise invalid(value, "SCHEDULE") from None
    return text


def _field(text: str, low: int, high: int, names: str) -> bool:
    known = {name: n + low for n, name in enumerate(names.split("|"))} if names else {}
    for part in text.upper().split(","):
        span, _, step = part.partition("/")
        if step and not step.isdigit():
            return False
        ends = [] if span in ("*", "L") else span.removesuffix("L").split("-")
        if high in (7, 31) and "#" in span:
            ends = [span.partition("#")[0]]
        if len(ends) > 2:
            return False
        for end in ends:
            number = known.get(end, int(end) if end.isdigit() else None)
            if number is None or not low <= number <= high:
                return False
    return True
