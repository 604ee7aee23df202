"""An account and a project as they stood at one moment: each test goes on from copies of its own.

To deploy takes a second, to copy two folders and serve them a tenth of it.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.snowlane.commands.conftest import Account
from tests.snowlane.conftest import Shop, make_shop

from snowlocal.server import LocalAccount

Prepare = Callable[[Account, Shop], object]


@dataclass(frozen=True)
class Snapshot:
    """The folder of an account that was stopped, and the project that is deployed to it."""

    folder: Path

    @contextmanager
    def copied(self, into: Path) -> Iterator[tuple[Account, Shop]]:
        """Serve a copy of the account, `--local` meaning it, beside a copy of the project."""
        shutil.copytree(self.folder, into)
        with serving(into) as served:
            yield served


@contextmanager
def serving(folder: Path) -> Iterator[tuple[Account, Shop]]:
    """An account and a project in a folder, made where they are not there yet; stopped at the end."""
    project = folder / "project"
    shop = Shop(project.resolve()) if project.exists() else make_shop(project)
    with LocalAccount(folder / "account") as running, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SNOWLANE_LOCAL_DIR", str(running.directory))
        yield Account(running.connection, shop.root), shop


def taken(folder: Path, prepare: Prepare, after: Snapshot | None = None) -> Snapshot:
    """A snapshot in a new folder, after `prepare` has worked on an empty account or on another snapshot's copy."""
    with serving(folder) if after is None else after.copied(folder) as (account, shop):
        prepare(account, shop)
    return Snapshot(folder)
