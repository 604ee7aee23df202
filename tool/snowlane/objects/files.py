"""Where the object files of a project are, and their text; what cannot be read is refused by name."""

from pathlib import Path

from snowlane.errors import RefusedError


def object_files(root: Path, objects: Path) -> tuple[tuple[str, Path], ...]:
    """Every object file below the folder `objects`, in order: its path below `root`, and where it is."""
    return tuple(
        (path.relative_to(root).as_posix(), path) for path in sorted(objects.rglob("*.sql"))
    )


def read_source(file: str, path: Path) -> str:
    """The text of a file that is named `file`, without a byte order mark.

    Raises RefusedError where it cannot be read.
    """
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
