"""Has Alembic load the revisions of a project, and refuses what is not one line of them."""

import configparser
import re
import sys
import traceback
import warnings
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from alembic import script as alembic_script
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from alembic.util import CommandError
from alembic.util.pyfiles import load_module_py

from snowlane.alembic import ops
from snowlane.alembic.contained import contained
from snowlane.alembic.dialect import load_dialect
from snowlane.alembic.history import Script, SeveralHeadsError
from snowlane.alembic.sources import refuse_unusable, revision_source
from snowlane.errors import ConfigurationError, RefusedError

__all__ = ["load_line", "load_module", "ops"]

_REVISION_ID = re.compile(r"[A-Za-z0-9_.-]{1,32}")


def load_line(root: Path, alembic_ini: Path) -> tuple[Script, ...]:
    """Every revision, base first. Raises as `snowlane.alembic.history.load_history` does."""
    directory = _directory(alembic_ini)
    load_dialect()
    with warnings.catch_warnings():
        # Alembic only warns about two files of one revision id, or of a missing predecessor.
        warnings.filterwarnings("error", category=UserWarning, module=r"alembic\.")
        try:
            with contained():
                scripts = list(directory.walk_revisions())
                heads = directory.get_heads()
        except (UserWarning, CommandError, RevisionError, KeyError) as error:
            refuse_unusable(root)
            raise RefusedError(
                "the revisions do not form a history",
                why=str(error.args[0] if error.args else error),
                next="correct revision and down_revision of the files that are named",
            ) from None
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raise _not_importable(root, error) from error
    scripts.reverse()
    line = tuple(_script(root, alembic_ini, each) for each in scripts)
    for each in line:
        _refuse_unusable_id(each)
    _refuse_branches(line, heads)
    return line


def load_module(script: Script) -> ModuleType:
    """The module of a revision that is known without having been loaded.

    Raises RefusedError when it does not import, and ConfigurationError for alembic.ini.
    """
    ini = Path(script.ini)
    _directory(ini)
    load_dialect()
    try:
        with contained():
            return load_module_py(f"revision_{script.revision}", script.path)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise _not_importable(ini.parent, error) from error


def _directory(alembic_ini: Path) -> ScriptDirectory:
    """Alembic's view of the project, whose modules can be imported from now on.

    What prepend_sys_path names is taken from the project's directory, wherever the command runs.
    """
    try:
        # Alembic takes a file that it cannot read for an empty one.
        alembic_ini.read_bytes()
        config = Config(str(alembic_ini))
        given = config.get_prepend_sys_paths_list() or []
        paths = [str((alembic_ini.parent / each).resolve()) for each in given]
        sys.path[:0] = [each for each in paths if each not in sys.path]
        config.set_main_option("prepend_sys_path", "")
        return ScriptDirectory.from_config(config)
    except OSError as error:
        raise ConfigurationError(
            f"{alembic_ini.name} cannot be read",
            why=str(error.strerror),
            next="check its permissions",
        ) from None
    except (CommandError, configparser.Error, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{alembic_ini.name} is not usable",
            why=str(error),
            next="correct it; it needs, below [alembic], script_location = %(here)s/migrations",
        ) from None


def _script(root: Path, alembic_ini: Path, loaded: alembic_script.Script) -> Script:
    path = Path(loaded.path).resolve()
    before = loaded.down_revision
    file = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
    return Script(
        revision=loaded.revision,
        # A merge of branches is refused as no line.
        down_revision=before if before is None or isinstance(before, str) else ", ".join(before),
        doc=loaded.doc or "",
        file=file,
        path=str(path),
        source=revision_source(file, path),
        ini=str(alembic_ini),
        loaded=loaded.module,
    )


def _refuse_unusable_id(script: Script) -> None:
    """The version table holds 32 characters, and one too long would be noticed after its statements."""
    if not _REVISION_ID.fullmatch(script.revision):
        raise RefusedError(
            f"{script.file}: the revision id {script.revision!r} is not usable",
            why="it is 1 to 32 letters, digits, underscores, dots or hyphens",
            next="name it as `snowlane new` does, by its time: 20261124_0915",
        )


def _not_importable(root: Path, error: BaseException) -> RefusedError:
    """The error for a revision that raised while it was imported, naming its file and line."""
    versions = root / "migrations" / "versions"
    frames = traceback.extract_tb(error.__traceback__)
    where = [(frame.filename, frame.lineno) for frame in frames]
    if isinstance(error, SyntaxError) and error.filename:
        where.append((error.filename, error.lineno))
    inside = [each for each in where if Path(each[0]).is_relative_to(versions)]
    if not inside:
        refuse_unusable(root)
    file, line = inside[-1] if inside else (str(versions), None)
    name = Path(file).relative_to(root).as_posix()
    return RefusedError(
        f"{name}{f', line {line}' if line else ''}: the revision does not import",
        why=f"{type(error).__name__}: {error}",
        next="correct the file; `alembic history` must list it",
    )


def _refuse_branches(scripts: tuple[Script, ...], heads: Sequence[str]) -> None:
    if len(heads) > 1:
        files = [each.file for each in scripts if each.revision in heads]
        raise SeveralHeadsError(
            f"the history has {len(heads)} heads: {', '.join(sorted(heads))}",
            why="one line of revisions is needed; these files follow the same revision or none: "
            + ", ".join(sorted(files)),
            next="set down_revision of one of them so that it follows the other",
        )
    for before, script in zip([None, *scripts], scripts, strict=False):
        expected = before.revision if before else None
        if script.down_revision != expected:
            raise RefusedError(
                f"{script.file}: the history is not one line",
                why=f"down_revision is {script.down_revision!r} where {expected!r} comes before",
                next="give every revision exactly one predecessor",
            )
