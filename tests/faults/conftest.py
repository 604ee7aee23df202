"""One account for all fault tests of a module, and projects to deploy to it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from faults import shop
from faults.extent import IS_WHOLE
from faults.room import Room
from snowlocal.server import LocalAccount

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def whole() -> bool:
    """Whether the suite runs whole (`make faults`) or reduced."""
    return IS_WHOLE


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
def undisturbed(served: LocalAccount, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What a deployment of the small project comes to that nobody disturbs: each statement took effect once."""
    room = _room(served, tmp_path_factory.mktemp("undisturbed"), shop.lay_out)
    room.deploy()
    result = room.result()
    assert set(result[1].values()) == {1}
    return result


def _room(served: LocalAccount, folder: Path, lay_out: Callable[[Path], Path]) -> Room:
    number = next(_NUMBERS)
    project = lay_out(folder / f"project{number}")
    return Room(project, f"_N{number:03}", dict(served.connection), folder / f"runs{number}")
