"""How the platform's object files looked before a revision that changed them, kept as patches.

A patch is named as the revision it came with. It says nothing about the revisions themselves:
`migrate --to` takes care of those.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

PATCHES = tuple(sorted(Path(__file__).parent.glob("*.patch")))


def rewind(project: Path, revision: str) -> None:
    """Take the object files of `project`, now as at the head, back to how they were at `revision`.

    subprocess.CalledProcessError, its stderr saying where, when a file is not the one the patch knows.
    """
    for patch in reversed(PATCHES):
        if patch.stem > revision:
            _apply(project, patch, "--reverse")


def replay(project: Path, revision: str) -> None:
    """Bring the object files of `project` from just before `revision` to what came with it."""
    for patch in PATCHES:
        if patch.stem == revision:
            _apply(project, patch)


def _apply(project: Path, patch: Path, *options: str) -> None:
    # Without a ceiling git would look for a repository above the project, and take the paths of
    # the patch as that repository's.
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(project.parent)}
    subprocess.run(
        ["git", "apply", *options, str(patch)],
        cwd=project,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
