"""A length of time on the command line, such as `7d`, `12h` or `1h30m`."""

from datetime import timedelta

import click


class Span(click.ParamType[timedelta]):
    """Reads what `snowlane.config.window.duration` reads; `0` only where no time at all has a meaning."""

    name = "duration"

    def __init__(self, *, zero: bool = False) -> None:
        self._zero = zero

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """The length of time. Fails as click does for any other text."""
        # Only a command that is given one pays for what reads it.
        from snowlane.config.window import duration

        text = str(value)
        if self._zero and text == "0":
            return timedelta(0)
        try:
            found = duration(text)
        except ValueError as error:
            self.fail(f"{text!r} is not usable: {error}", param, ctx)
        if not found and not self._zero:
            self.fail(f"{text!r} is no time at all", param, ctx)
        return found
