"""When a maintenance window is open: what `[window]` of an environment file means, at a moment.

Pure: the moment comes from the account's clock. The cron expression is read as Debian's cron reads it
(cronsim): what falls into the hour that a change of the clocks leaves out runs when that hour is over.
"""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from snowlane.config.environment import Window

_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?")
_CRON_FIELDS = 5
# How far ahead openings that run into one another are followed.
_HORIZON = timedelta(days=8)
_LONGEST_DAYS = 366


@dataclass(frozen=True)
class Hours:
    """Whether a window is open; `closes` is None while it is shut, and where it stays open for a week.

    `opens` is when it opens next, after it has closed where it is open. Both are in the window's
    own time zone.
    """

    is_open: bool
    opens: datetime | None
    closes: datetime | None = None


def hours(window: Window, at: datetime) -> Hours:
    """Whether a window is open at a moment, which must know its zone, and what comes next.

    Openings that touch or overlap are one. An opening includes its first moment, not its last.
    """
    length = duration(window.duration)
    closes: datetime | None = None
    for start in _starts(window, at - length):
        if closes is None and start > at:
            return Hours(is_open=False, opens=start)
        if closes is not None and start > closes:
            return Hours(is_open=True, opens=start, closes=closes)
        closes = (start.astimezone(UTC) + length).astimezone(start.tzinfo)
        if closes > at + length + _HORIZON:
            return Hours(is_open=True, opens=None)
    return Hours(is_open=closes is not None, opens=None, closes=closes)


def _starts(window: Window, after: datetime) -> Iterator[datetime]:
    # Only an environment with a window pays for these.
    from zoneinfo import ZoneInfo

    from cronsim import CronSim

    yield from CronSim(window.cron, after.astimezone(ZoneInfo(window.timezone)))


def duration(text: str) -> timedelta:
    """The length that a text such as `1h30m` says; days, hours, minutes, in this order.

    Raises ValueError for any other text.
    """
    matched = _DURATION.fullmatch(text)
    if not text or matched is None:
        raise ValueError("it is a number of d, h and m, such as 1h30m")
    days, hours, minutes = (int(part or 0) for part in matched.groups())
    if days + hours / 24 + minutes / 1440 > _LONGEST_DAYS:
        raise ValueError("it is longer than a year")
    return timedelta(days=days, hours=hours, minutes=minutes)


def duration_problem(text: str) -> str | None:
    """Why a text cannot be the length of a window, or None."""
    try:
        return None if duration(text) else "a window that is open for no time lets nothing through"
    except ValueError as error:
        return str(error)


def cron_problem(text: str) -> str | None:
    """Why a text cannot say when a window opens, or None; one that never comes is a problem, too."""
    from cronsim import CronSim, CronSimError

    if len(text.split()) != _CRON_FIELDS:
        return "a cron expression has five fields: minute, hour, day, month, weekday"
    try:
        # 2000 has a 29 February, and fifty years have every weekday on each date.
        next(CronSim(text, datetime(2000, 1, 1, tzinfo=UTC)))
    except CronSimError as error:
        return f"it cannot be read: {str(error)[:1].lower()}{str(error)[1:]}"
    except StopIteration:
        return "there is no such time in fifty years"
    return None


def timezone_problem(text: str) -> str | None:
    """Why a text is no time zone of the IANA database, or None."""
    from zoneinfo import ZoneInfo, available_timezones

    try:
        ZoneInfo(text)
    except (LookupError, ValueError, OSError):
        near = difflib.get_close_matches(text, available_timezones(), n=1)
        return f"there is no such time zone{f'; the nearest is {near[0]}' if near else ''}"
    return None
