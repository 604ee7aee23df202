"""What several tests begin from, made once a run: the first worker that asks for it makes it, the others wait."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder `name`, which `make` was given to fill, once; nobody may write in it afterwards.

    Whatever a first attempt that failed has left is taken away.
    """
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent  # each worker has a folder of its own there
    folder, done = root / "prepared" / name, root / "prepared" / f"{name}.done"
    folder.parent.mkdir(exist_ok=True)
    with (root / "prepared" / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            done.touch()
    return folder
