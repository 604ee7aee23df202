"""One account for all fault tests of a module, and projects to deploy to it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from faults import shop
from faults.room import Room
from snowlocal.server import LocalAccount

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def whole() -> bool:
    """Whether the suite runs whole (`make faults`) or reduced."""
    return os.environ.get("SNOWLANE_FAULTS") == "whole"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAccount]:
    with LocalAccount(tmp_path_factory.mktemp("account")) as account:
        yield account


@pytest.fixture
def new_room(served: LocalAccount, tmp_path: Path) -> Callable[..., Room]:
    """A small project, or what `lay_out` writes, with databases of its own in the account."""

    def made(lay_out: Callable[[Path], Path] = shop.lay_out) -> Room:
        number = next(_NUMBERS)
        project = lay_out(tmp_path / f"project{number}")
        facts: dict[str, Any] = dict(served.connection)
        return Room(project, f"_N{number:03}", facts, tmp_path / f"runs{number}")

    return made
