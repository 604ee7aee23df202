"""The revisions of a project: loading them, their one line from base to head, targets by name.

Knows nothing of accounts and renders nothing.
"""

import configparser
import re
import traceback
import warnings
from dataclasses import dataclass
from pathlib import Path

from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from alembic.script.revision import RevisionError
from alembic.util import CommandError

from snowlane.alembic import ops
from snowlane.errors import ConfigurationError, RefusedError

__all__ = ["History", "load_history", "ops"]

_RELATIVE = re.compile(r"[+-]\d+")


@dataclass(frozen=True)
class History:
    """The line of revisions, base first; `root` is the project's directory."""

    root: Path
    line: tuple[Script, ...]

    @property
    def head(self) -> str | None:
        """The newest revision, None in a project without revisions."""
        return self.line[-1].revision if self.line else None

    def file(self, script: Script) -> str:
        """A revision's file as its path in the project."""
        path = Path(script.path).resolve()
        return (
            path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.name
        )

    def sources(self) -> dict[str, str]:
        """The text of every revision by its path in the project."""
        return {
            self.file(script): Path(script.path).read_text(encoding="utf-8") for script in self.line
        }

    def position(self, revision: str | None) -> int:
        """How many revisions are applied at `revision`: 0 at the base.

        Raises RefusedError for a revision that is not part of the history.
        """
        if revision is None:
            return 0
        for position, script in enumerate(self.line, start=1):
            if script.revision == revision:
                return position
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


def load_history(root: Path, alembic_ini: Path) -> History:
    """Load every revision of the project.

    Raises RefusedError when one does not import, two have one id, one names a predecessor that
    does not exist, or the history is not one line; ConfigurationError when alembic.ini is unusable.
    """
    try:
        directory = ScriptDirectory.from_config(Config(str(alembic_ini)))
    except (CommandError, configparser.Error) as error:
        raise ConfigurationError(
            f"{alembic_ini.name} is not usable", why=str(error), next="correct script_location"
        ) from None
    with warnings.catch_warnings():
        # Alembic only warns about two files of one revision id, or of a missing predecessor.
        warnings.simplefilter("error", UserWarning)
        try:
            scripts = list(directory.walk_revisions())
            heads = directory.get_heads()
        except (UserWarning, CommandError, RevisionError, KeyError) as error:
            raise RefusedError(
                "the revisions do not form a history",
                why=str(error.args[0] if error.args else error),
                next="correct revision and down_revision of the files that are named",
            ) from None
        except Exception as error:
            raise _not_importable(root, error) from error
    scripts.reverse()
    _refuse_branches(root, scripts, heads)
    return History(root, tuple(scripts))


def _not_importable(root: Path, error: Exception) -> RefusedError:
    """The error for a revision that raised while it was imported, naming its file and line."""
    versions = root / "migrations" / "versions"
    frames = traceback.extract_tb(error.__traceback__)
    where = [(frame.filename, frame.lineno) for frame in frames]
    if isinstance(error, SyntaxError) and error.filename:
        where.append((error.filename, error.lineno))
    inside = [each for each in where if Path(each[0]).is_relative_to(versions)]
    file, line = inside[-1] if inside else (str(versions), None)
    name = Path(file).relative_to(root).as_posix()
    return RefusedError(
        f"{name}{f', line {line}' if line else ''}: the revision does not import",
        why=f"{type(error).__name__}: {error}",
        next="correct the file; `alembic history` must list it",
    )


def _refuse_branches(root: Path, scripts: list[Script], heads: list[str]) -> None:
    history = History(root, tuple(scripts))
    if len(heads) > 1:
        files = [history.file(each) for each in scripts if each.revision in heads]
        raise RefusedError(
            f"the history has {len(heads)} heads: {', '.join(sorted(heads))}",
            why="one line of revisions is needed; these files follow the same revision or none: "
            + ", ".join(sorted(files)),
            next="set down_revision of one of them so that it follows the other",
        )
    for before, script in zip([None, *scripts], scripts, strict=False):
        expected = before.revision if before else None
        if script.down_revision != expected:
            raise RefusedError(
                f"{history.file(script)}: the history is not one line",
                why=f"down_revision is {script.down_revision!r} where {expected!r} comes before",
                next="give every revision exactly one predecessor",
            )
