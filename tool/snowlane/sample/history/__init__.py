"""The platform as it was at an earlier revision, for showing what a revision changes.

A patch is named as the revision that the changed objects came with. It knows the layout of a
project, and nothing of accounts.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

_PATCHES = tuple(sorted(Path(__file__).parent.glob("*.patch")))


def lay_out(source: Path, project: Path, revision: str) -> None:
    """Put the migrations of the project `source` into `project` as they were at `revision`.

    What `project` had of revisions and objects is replaced; later revisions are left out, so that
    `revision` is its head. subprocess.CalledProcessError, its stderr naming the place, when an
    object file of `source` is no longer what a patch knows.
    """
    for part in ("versions", "objects"):
        target = project / "migrations" / part
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(
            source / "migrations" / part, target, ignore=shutil.ignore_patterns("__pycache__")
        )
    for file in (project / "migrations" / "versions").glob("*.py"):
        if not file.name.startswith(revision) and file.name > revision:
            file.unlink()
    for patch in reversed(_PATCHES):
        if patch.stem > revision:
            _reverse(project, patch)


def _reverse(project: Path, patch: Path) -> None:
    # Without a ceiling git would look for a repository above the project, and take the paths of
    # the patch as that repository's.
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(project.resolve().parent)}
    subprocess.run(
        ["git", "apply", "--reverse", str(patch)],
        cwd=project,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
