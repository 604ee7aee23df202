"""`snowlane migrate` inside and outside an environment's maintenance window."""

from datetime import UTC, datetime

import pytest

from snowlane.errors import ExitCode

FAR = f"0 3 1 {(datetime.now(UTC).month + 5) % 12 + 1} *"


@pytest.fixture
def windowed(account, shop):
    """The project with one revision and, in dev, the given window."""
    shop.revision("r1", "op.sql('CREATE SCHEMA RAW.S')")

    def made(cron: str, duration: str = "1h"):
        path = account.project / "envs" / "dev.toml"
        path.write_text(f'{path.read_text()}[window]\ncron = "{cron}"\nduration = "{duration}"\n')
        return account

    return made


def test_outside_it_is_refused_and_says_when_it_opens(windowed) -> None:
    account = windowed(FAR)
    done = account.snowlane("migrate", "dev")
    assert done.code == ExitCode.REFUSED
    assert "dev is deployed to in its maintenance window only, which is shut" in done.err
    assert f"cron {FAR!r} (UTC), open for 1h each time" in done.err
    month = int(FAR.split()[3])
    assert f"-{month:02}-01 03:00 UTC" in done.err
    assert "--override window=WHY" in done.err
    shown = account.snowlane("plan", "dev")
    assert shown.code == ExitCode.DONE
    assert "Warning: the maintenance window is shut: migrate is refused until" in shown.out


def test_a_reason_passes_and_is_kept_in_history(windowed) -> None:
    account = windowed(FAR)
    done = account.snowlane("migrate", "dev", "--override", "window=the tills are down")
    assert done.code == ExitCode.DONE, done.err
    assert "window: the tills are down" in account.snowlane("history", "dev").out
    # Nothing pending is nothing to refuse.
    assert account.snowlane("migrate", "dev").code == ExitCode.DONE


def test_inside_it_goes_through(windowed) -> None:
    account = windowed("0 */2 * * *", "2h")
    done = account.snowlane("migrate", "dev")
    assert done.code == ExitCode.DONE, done.err
    assert "the maintenance window is open" in done.err


def test_one_that_cannot_be_read_is_a_mistake_in_the_file(windowed) -> None:
    done = windowed("0 2 * * SOMEDAY").snowlane("migrate", "dev")
    assert done.code == ExitCode.USAGE
    assert "envs/dev.toml: window.cron" in done.err
    assert 'such as "0 2 * * SUN"' in done.err
