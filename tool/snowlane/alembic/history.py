"""The revisions of a project: their one line from base to head, and targets by name.

Knows nothing of accounts and renders nothing. Alembic loads the revisions, unless the very files were
loaded before: then their line is known, and nothing of Alembic is imported.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from snowlane.alembic.sources import decoded
from snowlane.cache import Cache, key_of
from snowlane.errors import ConfigurationError, RefusedError

__all__ = ["History", "Script", "SeveralHeadsError", "load_history"]

_RELATIVE = re.compile(r"[+-]\d+")
_ROOM = "history"


class SeveralHeadsError(RefusedError):
    """Several revisions follow the same one, and each is usable by itself."""


@dataclass(frozen=True)
class Script:
    """One revision: what its module says of its place, and where it lies.

    `file` is its path in the project, `ini` the alembic.ini that it is loaded by, `loaded` its module
    where Alembic has loaded it already.
    """

    revision: str
    down_revision: str | None
    doc: str
    file: str
    path: str
    source: str = field(repr=False)
    ini: str = field(repr=False, compare=False)
    loaded: ModuleType | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class History:
    """The line of revisions, base first; `root` is the project's directory.

    `files` names all Python files of the migrations, those that revisions import among them.
    """

    root: Path
    line: tuple[Script, ...]
    files: str = field(default="", repr=False)

    @property
    def head(self) -> str | None:
        """The newest revision, None in a project without revisions."""
        return self.line[-1].revision if self.line else None

    def sources(self) -> dict[str, str]:
        """The text of every revision by its path in the project."""
        return {script.file: script.source for script in self.line}

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {script.revision: at for at, script in enumerate(self.line, start=1)}

    def position(self, revision: str | None) -> int:
        """How many revisions are applied at `revision`: 0 at the base.

        Raises RefusedError for a revision that is not part of the history.
        """
        if revision is None:
            return 0
        if revision in self._positions:
            return self._positions[revision]
        raise RefusedError(
            f"the environment is at revision {revision!r}, which this checkout does not have",
            why=f"its newest revision is {self.head}" if self.head else "it has no revisions",
            next="update the checkout to a commit that has the revision",
        )

    def resolve(self, target: str, current: str | None) -> str | None:
        """The revision meant by `head`, `base`, `+1`, `-1`, a revision or its unique beginning.

        Raises ConfigurationError when there is no such revision, or several begin so.
        """
        if target in ("head", "heads"):
            return self.head
        if target == "base":
            return None
        if _RELATIVE.fullmatch(target):
            position = self.position(current) + int(target)
            if not 0 <= position <= len(self.line):
                raise ConfigurationError(
                    f"there is no revision {target} of {current or 'the base'}",
                    next="see `alembic history`",
                )
            return self.line[position - 1].revision if position else None
        if not target.strip():
            # What every revision begins with would name the only one there is.
            raise ConfigurationError(
                "no revision is named",
                why="the target is empty, as where a variable is not set",
                next="give a revision that `alembic history` lists, or head or base",
            )
        found = [each.revision for each in self.line if each.revision == target] or [
            each.revision for each in self.line if each.revision.startswith(target)
        ]
        if len(found) != 1:
            raise ConfigurationError(
                f"{len(found) or 'no'} revision{'s begin' if found else ' begins'} with {target!r}",
                why=", ".join(found),
                next="give a revision that `alembic history` lists, or head or base",
            )
        return found[0]


def load_history(root: Path, alembic_ini: Path, cache: Cache | None = None) -> History:
    """Load every revision of the project.

    Raises RefusedError when one does not import, two have one id, one names a predecessor that
    does not exist, or the history is not one line; ConfigurationError when alembic.ini is unusable.
    """
    if cache is None:
        return _by_alembic(root, alembic_ini)
    sources = _revision_files(root)
    key = key_of(
        _decoded(_content(alembic_ini)),
        *(part for pair in sorted(sources.items()) for part in pair),
    )
    known = cache.get(_ROOM, key)
    if known is not None:
        line = tuple(_remembered(root, alembic_ini, each, sources) for each in known)
        return History(root, line, key)
    history = replace(_by_alembic(root, alembic_ini), files=key)
    if all(script.file in sources for script in history.line):
        # Revisions elsewhere could change without the key.
        said = [[each.revision, each.down_revision, each.doc, each.file] for each in history.line]
        cache.put(_ROOM, key, said)
    return history


def _by_alembic(root: Path, alembic_ini: Path) -> History:
    # Alembic and SQLAlchemy cost 0.5 s to import: only what loads revisions pays for them.
    from snowlane.alembic.loading import load_line

    return History(root, load_line(root, alembic_ini))


def _revision_files(root: Path) -> dict[str, str]:
    """Every Python file of the migrations by its path: what revisions may import is among them."""
    files = sorted((root / "migrations").rglob("*.py"))
    return {path.relative_to(root).as_posix(): _decoded(_content(path)) for path in files}


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _decoded(content: bytes) -> str:
    """Text as Python reads its source; what it would not read only needs to be told apart."""
    try:
        return decoded(content)
    except (SyntaxError, UnicodeDecodeError):
        return content.decode("utf-8", "surrogateescape")


def _remembered(
    root: Path, alembic_ini: Path, said: list[Any], sources: Mapping[str, str]
) -> Script:
    revision, before, doc, file = said
    return Script(revision, before, doc, file, str(root / file), sources[file], str(alembic_ini))
