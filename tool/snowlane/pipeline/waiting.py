"""How long a person lets a command wait. Pure."""

import re
from datetime import timedelta

from snowlane.errors import ConfigurationError

_TIME = re.compile(r"(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,6})s)?")


def longest_wait(text: str) -> timedelta:
    """The time that a text such as `10m`, `1h30m` or `0s` says.

    Raises ConfigurationError for any other text.
    """
    matched = _TIME.fullmatch(text)
    if not text or matched is None:
        raise ConfigurationError(
            f"--wait {text!r} is no time",
            why="it is a number of h, m and s, in this order",
            next="write, for example, --wait 10m; --wait 0s does not wait",
        )
    hours, minutes, seconds = (int(part or 0) for part in matched.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def in_words(wait: timedelta) -> str:
    """A time as a person writes it, such as `1h30m` or `0s`."""
    minutes, seconds = divmod(int(wait.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "m"), (seconds, "s"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0s"
