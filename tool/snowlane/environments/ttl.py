"""How long an ad-hoc environment lives. Pure."""

from snowlane.config.window import duration
from snowlane.errors import ConfigurationError


def read_ttl(text: str) -> int:
    """The seconds that a text such as `7d` or `12h` says.

    Raises ConfigurationError for any other text and for no time at all.
    """
    try:
        seconds = int(duration(text).total_seconds())
    except ValueError as error:
        raise _not_usable(text, str(error)) from None
    if seconds < 1:
        raise _not_usable(text, "a clone that ends at once is of no use")
    return seconds


def _not_usable(text: str, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"--ttl {text!r} is no length of time", why=why, next="write --ttl 7d or --ttl 12h"
    )
