"""Where the object files of a project are, and their text; what cannot be read is refused by name."""

import os
from pathlib import Path

from snowlane.errors import RefusedError


def object_files(root: Path, objects: Path) -> tuple[tuple[str, Path], ...]:
    """Every object file below the folder `objects`, in order: its path below `root`, and where it is.

    Raises RefusedError for a folder that cannot be read: what is in it would seem to be gone.
    """
    if not objects.is_dir():
        return ()
    found = [
        Path(folder, name)
        for folder, folders, files in os.walk(objects, onerror=_refuse_folder)
        for name in (*folders, *files)
        if name.endswith(".sql")
    ]
    return tuple((path.relative_to(root).as_posix(), path) for path in sorted(found))


def _refuse_folder(error: OSError) -> None:
    raise RefusedError(
        f"{error.filename}: the folder cannot be read",
        why=f"{error.strerror}; its objects would seem to be gone",
        next="make it readable for this user",
    )


def read_source(file: str, path: Path) -> str:
    """The text of a file that is named `file`, without a byte order mark.

    Raises RefusedError where it cannot be read, or its name cannot be written down.
    """
    refuse_unusable_name(file)
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise RefusedError(
            f"{file}: the file is not usable",
            why=f"it is not UTF-8 text: {error}",
            next="save it as UTF-8",
        ) from None
    except OSError as error:
        raise RefusedError(
            f"{file}: the file is not usable",
            why=f"it cannot be read: {error.strerror}",
            next="make it a readable file, or remove it",
        ) from None


def refuse_unusable_name(file: str) -> None:
    """Raise RefusedError for a file whose name is no text, as it would be in a bundle and in a plan."""
    if not file.isprintable():
        raise RefusedError(
            f"{ascii(file)[1:-1]}: the file is not usable",
            why="its name holds what is no printable character",
            next="rename it",
        )
