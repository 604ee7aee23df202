"""When a window is open, over changes of the clocks, too."""

from datetime import UTC, datetime

import pytest

from snowlane.config.environment import Window
from snowlane.config.window import cron_problem, duration_problem, hours, timezone_problem

SUNDAYS = Window("0 2 * * SUN", "2h")
BERLIN = Window("30 2 * * *", "1h", "Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def utc(moment: datetime | None) -> str | None:
    return moment and f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("window", "moment", "is_open", "closes", "opens"),
    [
        (SUNDAYS, "2026-11-28 12:00", False, None, "2026-11-29 02:00"),
        (SUNDAYS, "2026-11-29 01:59:59.9", False, None, "2026-11-29 02:00"),
        (SUNDAYS, "2026-11-29 02:00", True, "2026-11-29 04:00", "2026-12-06 02:00"),
        (SUNDAYS, "2026-11-29 03:59:59.9", True, "2026-11-29 04:00", "2026-12-06 02:00"),
        (SUNDAYS, "2026-11-29 04:00", False, None, "2026-12-06 02:00"),
        # Openings that touch are one; one that never closes has no end to tell.
        (Window("0 22,23 * * *", "1h"), "2026-11-29 22:30", True, "2026-11-30 00:00", "2026-11-30 22:00"),
        (Window("*/30 * * * *", "1h"), "2026-11-29 22:30", True, None, None),
        (Window("0 0 29 2 *", "1d"), "2026-11-29 22:30", False, None, "2028-02-29 00:00"),
        # In Berlin 2:30 does not come on 28 March 2027 and comes twice on 31 October 2027.
        (BERLIN, "2027-03-28 00:59", False, None, "2027-03-28 01:00"),
        (BERLIN, "2027-03-28 01:30", True, "2027-03-28 02:00", "2027-03-29 00:30"),
        (BERLIN, "2027-10-31 00:45", True, "2027-10-31 01:30", "2027-11-01 01:30"),
        (BERLIN, "2027-10-31 01:45", False, None, "2027-11-01 01:30"),
        # A window that is open while the clocks change is as long as it says.
        (Window("0 1 * * *", "3h", "Europe/Berlin"), "2027-03-28 02:59", True, "2027-03-28 03:00", "2027-03-28 23:00"),
    ],
)  # fmt: skip
def test_hours(window: Window, moment: str, is_open: bool, closes: str, opens: str) -> None:
    found = hours(window, at(moment))
    assert (found.is_open, utc(found.closes), utc(found.opens)) == (is_open, closes, opens)


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (cron_problem("0 2 * *"), "five fields"),
        (cron_problem("0 2 * * * *"), "five fields"),
        (cron_problem("0 25 * * *"), "cannot be read: bad hour"),
        (cron_problem("0 2 * * SUNDAY"), "cannot be read: bad day-of-week"),
        (cron_problem("0 2 30 2 *"), "cannot be read: bad day-of-month"),
        (cron_problem("0 2 */20 * 1L"), "no such time in fifty years"),
        (duration_problem(""), "such as 1h30m"),
        (duration_problem("2"), "such as 1h30m"),
        (duration_problem("30m2h"), "such as 1h30m"),
        (duration_problem("0h0m"), "open for no time"),
        (duration_problem("99999999999d"), "longer than a year"),
        (duration_problem("87600000h"), "longer than a year"),
        (timezone_problem("Europe/Berln"), "the nearest is Europe/Berlin"),
        (timezone_problem("../../etc/passwd"), "no such time zone"),
        (timezone_problem(""), "no such time zone"),
        (timezone_problem("America"), "no such time zone"),
    ],
)
def test_problems(problem: str | None, text: str) -> None:
    assert problem is not None
    assert text in problem


def test_what_can_be_read() -> None:
    for cron in ("0 2 * * SUN", "*/5 0-3 1,15 JAN-MAR 7", "0 2 L * *", "0 0 29 2 MON#5"):
        assert cron_problem(cron) is None
    for length in ("2h", "1h30m", "1d", "90m", "1d2h3m"):
        assert duration_problem(length) is None
    assert timezone_problem("Europe/Berlin") is None
