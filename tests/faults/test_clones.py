"""A clone that is killed, cancelled or raced: it goes on to what an undisturbed one is, or says who is at work."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from tests.snowlane.commands.env import shop

from extents import CLONES
from faults.clones import Clones
from faults.proxy import Moment, Proxy
from faults.room import is_statement
from snowlocal.server import LocalAccount

# Of the statements of a run: one that is re-pointed; of the whole suite also a database, a hand-over, the SQL after.
SOME = [(14, Moment.SENT)]
MORE = [(1, Moment.SENT), (6, Moment.ANSWERED), *SOME, (23, Moment.SENT)]


@pytest.fixture(scope="module")
def clones(served: LocalAccount, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clones]:
    found = Clones(
        shop.lay_out(tmp_path_factory.mktemp("project") / "shop"),
        dict(served.connection),
        tmp_path_factory.mktemp("runs"),
    )
    for role in ("READER_PROD", "READER_QA"):
        found.query(f"CREATE ROLE {role}")
    assert found.run("migrate", "prod", "--yes").wait() == 0
    shop.made_by_hand(found.connection)
    return found


@pytest.fixture(scope="module")
def undisturbed(clones: Clones) -> dict[str, object]:
    done = clones.run("env", "clone", "prod", "calm")
    assert done.wait() == 0, done.err
    return clones.outcome("calm")


def test_killed_in_one_step_after_the_other(clones: Clones, undisturbed: object) -> None:
    for at, moment in MORE if CLONES.is_whole else SOME:
        assert clones.killed_at("qa_kill", at, moment), (at, moment)
        refused = clones.run("plan", "qa_kill")
        assert refused.wait() == 3, refused.out
        assert "qa_kill is not ready" in refused.err
        assert "finish it: `snowlane env clone prod qa_kill`" in refused.err
        clones.expire_leases("qa_kill")
    done = clones.run("env", "clone", "prod", "qa_kill")
    assert done.wait() == 0, done.err
    assert "taking over from" in done.err
    assert clones.outcome("qa_kill") == undisturbed
    assert clones.run("plan", "qa_kill").wait() == 0


@CLONES.whole_only
@pytest.mark.parametrize(
    ("moment", "any_request"),
    [(Moment.SENT, True), (Moment.BEFORE, False), (Moment.ANSWERED, False)],
)
def test_killed_at_every_request(
    clones: Clones, undisturbed: object, moment: Moment, any_request: bool
) -> None:
    at = 1
    while True:
        name = f"qa_{moment.name.lower()}_{at}"
        struck = clones.killed_at(name, at, moment, any_request=any_request)
        clones.expire_leases(name)
        if struck:
            done = clones.run("env", "clone", "prod", name)
            ready = done.wait() == 2 and "exists already" in done.err
            assert ready or done.wait() == 0, f"killed at request {at}: {done.err}"
        assert clones.outcome(name) == undisturbed, f"killed at request {at}"
        # Policies that lie in RAW are attached in DW.
        for logical in ("DW", "RAW"):
            clones.query(f"DROP DATABASE {name.upper()}_{logical}")
        if not struck:
            break
        at += 1
    assert at > 40


def test_two_of_one_name_and_two_names_at_once(clones: Clones, undisturbed: object) -> None:
    started = [
        clones.client("env", "clone", "prod", name).start()
        for name in ("qa_one", "qa_one", "qa_two")
    ]
    codes = [client.wait() for client in started]
    errors = [client.err for client in started]
    assert codes[2] == 0, errors
    assert sorted(codes[:2]) in ([0, 2], [0, 5]), errors
    assert all("is at work" in client.err for client in started if client.wait() == 5)
    for name in ("qa_one", "qa_two"):
        assert clones.outcome(name) == undisturbed


@CLONES.whole_only
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_cancelled_clone_says_so_and_goes_on(
    clones: Clones, undisturbed: object, number: signal.Signals
) -> None:
    name = f"qa_{number.name.lower()}"
    with Proxy(
        clones.connection["port"],
        at=12,
        moment=Moment.HELD,
        strike=lambda: client.signal(number),
        counts=is_statement,
    ) as proxy:
        client = clones.client("env", "clone", "prod", name, port=proxy.port).start()
        assert client.wait() == 6, client.err
    assert f"the clone {name} is not finished" in client.err
    assert "interrupted" in client.err
    assert f"run `snowlane env clone prod {name}` again" in client.err
    ((state, _),) = clones.state(name)
    assert state == "failed"
    done = clones.run("env", "clone", "prod", name)
    assert done.wait() == 0, done.err
    assert clones.outcome(name) == undisturbed
