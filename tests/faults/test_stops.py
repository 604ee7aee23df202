"""A deployment that is cancelled, cut off, or whose account restarts: what happened is known, and it goes on."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from extents import FAULTS
from faults import shop
from faults.proxy import Moment, Proxy
from faults.room import Room, is_statement
from faults.test_races import SLOW, eventually, is_waiting, make_quick, slow
from snowlane.config.project import Project
from snowlane.errors import SnowflakeError
from snowlane.snowflake import session as sessions
from snowlane.snowflake.signin import SignIn
from snowlocal.server import LocalAccount

__all__ = ["slow"]
MAKE = Callable[..., Room]


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=FAULTS.whole_only)]
)
def test_a_cancelled_job_cancels_its_query_and_gives_the_lock_back(
    slow: Room, number: signal.Signals
) -> None:
    client = slow.client(slow.connection["port"]).start()
    eventually(lambda: is_waiting(slow))
    client.signal(number)
    assert client.wait(30) == 6, client.err
    assert "upgrade r4, statement 2 of 3 failed" in client.err
    assert "interrupted" in client.err
    assert "Traceback" not in client.err
    assert not is_waiting(slow)
    assert slow.lease()["TOKEN"] is None
    (last,) = slow.query(f"SELECT OUTCOME, ERROR FROM {slow.state}.DEPLOYMENTS")
    assert last["OUTCOME"] == "half-applied"
    assert "interrupted" in last["ERROR"]
    make_quick(slow)
    slow.deploy()
    assert set(slow.took_effect().values()) == {1}


@FAULTS.whole_only
@pytest.mark.parametrize("moment", [Moment.SENT, Moment.ANSWERED])
def test_a_dropped_connection(new_room: MAKE, undisturbed: Any, moment: Moment) -> None:
    room = new_room()
    with Proxy(
        room.connection["port"],
        at=6,
        moment=moment,
        strike=lambda: proxy.cut(),
        counts=is_statement,
    ) as proxy:
        # The connector sends the request again, under its old id, and the account answers once.
        client = room.client(proxy.port).start()
        client.wait()
    assert proxy.struck.is_set()
    if client.wait() != 0:
        room.deploy()
    assert room.result() == undisturbed


@pytest.fixture
def restarting(tmp_path: Path) -> Iterator[tuple[LocalAccount, Room]]:
    account = LocalAccount(tmp_path / "account")
    account.start()
    project = shop.lay_out(tmp_path / "project")
    yield account, Room(project, "_R", dict(account.connection), tmp_path / "runs")
    account.stop()


@FAULTS.whole_only
def test_a_restart_of_the_account(restarting: tuple[LocalAccount, Room]) -> None:
    account, room = restarting

    def restart() -> None:
        account.stop()
        account.start()

    with Proxy(
        room.connection["port"],
        at=6,
        moment=Moment.BEFORE,
        strike=restart,
        counts=is_statement,
    ) as proxy:
        client = room.client(proxy.port).start()
        code = client.wait()
    assert proxy.struck.is_set()
    if code != 0:
        assert code == 6, client.err
        room.expire_lease()
        room.deploy()
    assert set(room.took_effect().values()) == {1}


@FAULTS.whole_only
def test_a_restart_of_the_account_while_a_statement_runs(
    restarting: tuple[LocalAccount, Room],
) -> None:
    account, room = restarting
    slow_statements = ("CREATE TABLE RAW.S.U (A INT)", SLOW.format(60))
    shop.revision(room.project, "r4", slow_statements, after="r3")
    client = room.client(account.port).start()
    eventually(lambda: is_waiting(room))
    account.stop()
    account.start()
    assert client.wait() == 6, client.err
    assert "Traceback" not in client.err
    room.expire_lease()
    make_quick(room)
    room.deploy()
    assert set(room.took_effect().values()) == {1}


def test_an_account_that_stays_away_is_told_and_not_waited_for_without_end(
    restarting: tuple[LocalAccount, Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    account, room = restarting
    monkeypatch.setattr(sessions, "_UNANSWERED_SECONDS", 0)
    sign_in = SignIn(account.connection, "the local account")
    environment = Project(room.project).environment("dev")
    with sessions.open_session(environment, sign_in, role=None) as session:
        account.stop()
        with pytest.raises(SnowflakeError) as raised:
            session.execute("SELECT 1")
    assert "the account gives no answer any more" in raised.value.why
