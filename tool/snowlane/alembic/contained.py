"""Runs a revision's code so that what it does to the process stays with it.

What it prints is no result, nobody answers what it asks, and directory and variables are as before.
"""

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def contained() -> Iterator[None]:
    """Run a revision's code within: import it, or have it render.

    What it prints goes to standard error, what it reads is empty, and the current directory and the
    environment variables are put back at the end.
    """
    variables = dict(os.environ)
    directory = _directory()
    keyboard = sys.stdin
    sys.stdin = io.StringIO()
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        sys.stdin = keyboard
        if dict(os.environ) != variables:
            os.environ.clear()
            os.environ.update(variables)
        if directory is not None and _directory() != directory:
            os.chdir(directory)


def _directory() -> Path | None:
    try:
        return Path.cwd()
    except OSError:
        # It was removed under us, which concerns no revision.
        return None
