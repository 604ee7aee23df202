"""Whether the maintenance window of an environment lets a deployment begin now. Pure."""

from datetime import UTC, datetime

from snowlane.config.environment import Environment
from snowlane.config.window import hours
from snowlane.gates.registry import WINDOW
from snowlane.gates.verdict import Verdict, failed, passed


def shut(environment: Environment, now: datetime) -> str:
    """When the window opens next, "" where it is open or there is none; `now` is the account's UTC."""
    window = environment.window
    if window is None:
        return ""
    found = hours(window, now.replace(tzinfo=UTC))
    return "" if found.is_open else _moment(found.opens)


def open_until(environment: Environment, now: datetime) -> str:
    """When the open window closes, "" where there is none or no end is in sight."""
    window = environment.window
    return "" if window is None else _moment(hours(window, now.replace(tzinfo=UTC)).closes)


def judge(environment: Environment, now: datetime) -> Verdict:
    """Whether the environment's window is open; `now` is the account's UTC."""
    opens, window, name = shut(environment, now), environment.window, environment.name
    if window is None:
        return passed(WINDOW, f"{name} may be deployed to at any time")
    if not opens:
        until = open_until(environment, now)
        return passed(WINDOW, f"the maintenance window is open{f' until {until}' if until else ''}")
    return failed(
        WINDOW,
        f"{name} is deployed to in its maintenance window only, which is shut\n"
        f"by the account's clock it is {_moment(now.replace(tzinfo=UTC))}\n"
        f"[window] of envs/{name}.toml: cron {window.cron!r} ({window.timezone}), open for "
        f"{window.duration} each time",
        f"run it again when it opens: {opens}",
    )


def _moment(at: datetime | None) -> str:
    if at is None:
        return ""
    utc = f"{at.astimezone(UTC):%a %Y-%m-%d %H:%M} UTC"
    if not at.utcoffset():
        return utc
    return f"{at:%a %Y-%m-%d %H:%M} {at.tzinfo} ({utc})"
