"""The account that the facts are tried on: a local one started here, or that of a named connection."""

from __future__ import annotations

import secrets
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector.errors import Error

from conformance import report
from conformance.facts import fact_of
from conformance.room import NO_PRIVILEGE, CouldNotPrepare, House, Refused, Room, Session
from snowlocal.server import LocalAccount

# How the local account says what it does not have: an unsupported feature, or rows of the past that it did not keep.
_BEYOND = (2, 707)


@pytest.fixture(scope="session")
def house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """The account with the tests' own databases A and B, dropped at the end also when tests fail."""
    name = request.config.getoption("--account-connection")
    if name:
        yield from _furnished(None, connection_name=name)
        return
    with LocalAccount(tmp_path_factory.mktemp("conformance")) as account:
        yield from _furnished(account.directory, **account.connection)


def _furnished(directory: Path | None, **connection: Any) -> Iterator[House]:
    def sign_in(**overrides: Any) -> Session:
        return Session(snowflake.connector.connect(**{**connection, **overrides}))

    try:
        main = sign_in()
    except Error as error:
        pytest.exit(f"The account to try could not be signed in to: {error.msg}", returncode=2)
    house = House(sign_in, main, f"SNOWLANE_CONF_{secrets.token_hex(4).upper()}", directory)
    try:
        for suffix in ("A", "B"):
            house.main.given(f"CREATE DATABASE {house.database(suffix)}")
        yield house
    finally:
        left = house.clear()
        house.main.close()
        assert not left, f"left behind: {'; '.join(left)}"


@pytest.fixture(scope="session")
def buckets(house: House) -> Path:
    """The folder that stands in for the local account's S3 buckets; tests that use it are `local_only`."""
    assert house.directory is not None, "a real account's buckets cannot be written"
    return house.directory / "buckets"


@pytest.fixture
def room(house: House) -> Iterator[Room]:
    """A schema of the test's own."""
    made = Room(house)
    yield made
    made.leave()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Facts that rest on memory or inference first; powers of the local account are not asked of a real one."""
    facts = [item for item in items if fact_of(item) is not None]
    rest = [item for item in items if fact_of(item) is None]
    facts.sort(key=lambda item: not _risky(item))
    items[:] = [*rest, *facts]
    for item in facts:
        found = fact_of(item)
        assert found is not None
        item.user_properties.append(("fact", found.as_property()))
        if config.getoption("--account-connection") and item.get_closest_marker("local_only"):
            reason = "it takes a stage whose files the tests can write"
            item.add_marker(pytest.mark.skip(reason=reason))


def _risky(item: pytest.Item) -> bool:
    found = fact_of(item)
    return found is not None and found.risky


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """A fact beyond the local account is skipped there, but only where the account refuses it by name."""
    try:
        return (yield)
    except Refused as refused:
        found = fact_of(pyfuncitem)
        if found is None or found.beyond is None or refused.number not in _BEYOND:
            raise
        if pyfuncitem.config.getoption("--account-connection"):
            raise
        pytest.skip(f"the local account does not have {found.beyond}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note for the summary what became of the fact."""
    made = yield
    if fact_of(item) is not None and (
        made.when == "call" or (made.when == "setup" and not made.passed)
    ):
        verdict, seen = _found(made, call)
        made.user_properties.append(("verdict", verdict))
        made.user_properties.append(("seen", seen))
    return made


def _found(made: pytest.TestReport, call: pytest.CallInfo[None]) -> tuple[str, str]:
    if made.passed:
        return report.HOLDS, ""
    assert call.excinfo is not None
    text = report.shortened(str(call.excinfo.value))
    error = call.excinfo.value
    not_tried = isinstance(error, CouldNotPrepare) or (
        isinstance(error, Refused) and error.number == NO_PRIVILEGE
    )
    if made.skipped or made.when != "call" or not_tried:
        return report.NOT_TRIED, text
    return report.DOES_NOT_HOLD, text
