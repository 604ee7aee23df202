"""What a commit holds of the project, read from git's own store: nothing is checked out here."""

import re
from pathlib import Path

from snowlane.errors import RefusedError
from snowlane.git.command import Git
from snowlane.plan.bundle import bundle_hash

_VERSIONS = "migrations/versions"
_OBJECTS = "migrations/objects"
# The files of a folder that Alembic takes for revisions.
_REVISION = re.compile(rf"{_VERSIONS}/(?!\.#|__init__)[^/]+\.py")
_OBJECT = re.compile(rf"{_OBJECTS}/.+\.sql")
_FILE_MODES = ("100644", "100755")


def bundle_at(git: Git, tree: str) -> str:
    """The bundle of the project as a commit, or a tree, has it. Raises RefusedError, SnowlaneError."""
    return bundle_hash(sources_at(git, tree))


def sources_at(git: Git, tree: str) -> dict[str, str]:
    """The text of every revision and object by its path in the project, as a checkout reads them.

    Raises RefusedError for a file that is not UTF-8 text.
    """
    listed = git.run("ls-tree", "-r", "-z", tree, "--", f"{_VERSIONS}/", f"{_OBJECTS}/")
    blobs: dict[str, str] = {}
    for entry in listed.items:
        described, _, path = entry.partition("\t")
        mode, _, blob = described.split()
        if mode in _FILE_MODES and (_REVISION.fullmatch(path) or _OBJECT.fullmatch(path)):
            blobs[path] = blob
    return dict(zip(blobs, _texts(git, blobs), strict=True))


def _texts(git: Git, blobs: dict[str, str]) -> list[str]:
    wanted = "".join(f"{blob}\n" for blob in blobs.values()).encode()
    rest = git.run("cat-file", "--batch", given=wanted).raw
    texts = []
    for path in blobs:
        head, _, rest = rest.partition(b"\n")
        size = int(head.split()[2])
        try:
            text = rest[:size].decode("utf-8")
        except UnicodeDecodeError as error:
            raise RefusedError(
                f"{path} is not a UTF-8 text file", why=str(error), next="save it as UTF-8"
            ) from None
        # As Python reads a text file, however the checkout ends its lines.
        texts.append(text.replace("\r\n", "\n").replace("\r", "\n"))
        rest = rest[size + 1 :]
    return texts


def export(git: Git, tree: str, folder: Path) -> Path:
    """Write the project as a commit, or a tree, has it into an empty folder outside the checkout.

    Gives the project's directory in it. The repository's index and files are left alone: git works
    on an index of its own in that folder.
    """
    files = folder / "files"
    files.mkdir(parents=True)
    own = {"GIT_INDEX_FILE": str(folder / "index")}
    git.run("read-tree", tree, variables=own)
    git.run("checkout-index", "--all", "--quiet", f"--prefix={files}/", variables=own)
    prefix = git.run("rev-parse", "--show-prefix").out
    return files / prefix
