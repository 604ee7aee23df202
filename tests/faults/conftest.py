"""One account for all fault tests of a module, and projects to deploy to it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from extents import FAULTS
from faults import shop
from faults.room import Room
from snowlocal.server import LocalAccount

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def whole() -> bool:
    """Whether the suite runs whole (`make faults`) or reduced."""
    return FAULTS.is_whole


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAccount]:
    with LocalAccount(tmp_path_factory.mktemp("account")) as account:
        yield account


@pytest.fixture
def new_room(served: LocalAccount, tmp_path: Path) -> Callable[..., Room]:
    """A small project, or what `lay_out` writes, with databases of its own in the account."""

    def made(lay_out: Callable[[Path], Path] = shop.lay_out) -> Room:
        return _room(served, tmp_path, lay_out)

    return made


@pytest.fixture(scope="module")
def new_rooms(
    served: LocalAccount, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Room]:
    """As `new_room`, for fixtures that live longer than one test."""

    def made(lay_out: Callable[[Path], Path] = shop.lay_out) -> Room:
        return _room(served, tmp_path_factory.mktemp("room"), lay_out)

    return made


@pytest.fixture(scope="module")
def undisturbed(new_rooms: Callable[..., Room]) -> Any:
    """What a deployment of the small project comes to that nobody disturbs: each statement took effect once."""
    room = new_rooms()
    room.deploy()
    result = room.result()
    assert set(result[1].values()) == {1}
    return result


def _room(served: LocalAccount, folder: Path, lay_out: Callable[[Path], Path]) -> Room:
    number = next(_NUMBERS)
    project = lay_out(folder / f"project{number}")
    return Room(project, f"_N{number:03}", dict(served.connection), folder / f"runs{number}")
