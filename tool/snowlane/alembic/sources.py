"""The texts of revision files, as Python reads them, and what can be said of one without running it."""

import ast
import io
import re
import tokenize
from pathlib import Path

from snowlane.errors import RefusedError
from snowlane.objects.files import refuse_unusable_name


def revision_source(file: str, path: Path) -> str:
    """The text of a revision that is named `file`, in the encoding that it states and without its mark.

    Raises RefusedError where it cannot be read or is no Python, or its name cannot be written down.
    """
    refuse_unusable_name(file)
    try:
        found = decoded(path.read_bytes())
        ast.parse(found)
    except OSError as error:
        raise _unusable(file, f"it cannot be read: {error.strerror}") from None
    except SyntaxError as error:
        where = f", line {error.lineno}" if error.lineno else ""
        raise RefusedError(
            f"{file}{where}: the revision does not import",
            why=f"{type(error).__name__}: {error.msg}",
            next="correct the file; `alembic history` must list it",
        ) from None
    except (UnicodeDecodeError, ValueError) as error:
        raise _unusable(file, f"it is no Python source: {error}") from None
    return found


def decoded(content: bytes) -> str:
    """The text of Python source: docs.python.org/3/reference/lexical_analysis.html#encoding-declarations.

    Raises SyntaxError for an encoding that there is not, UnicodeDecodeError for bytes that it has not.
    """
    stream = io.BytesIO(content)
    encoding, _ = tokenize.detect_encoding(stream.readline)
    stream.seek(0)
    return io.TextIOWrapper(stream, encoding).read()


def assigned(source: str) -> dict[str, object]:
    """The constants that a module assigns at its top."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return {}
    found: dict[str, object] = {}
    for node in body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.Constant | ast.Tuple | ast.List):
            try:
                found[target.id] = ast.literal_eval(value)
            except ValueError:
                continue
    return found


def _unusable(file: str, why: str) -> RefusedError:
    return RefusedError(
        f"{file}: the file is not usable",
        why=why,
        next="make it a readable file of UTF-8 text, or remove it",
    )


def refuse_unusable(root: Path) -> None:
    """Raise RefusedError for the first revision file of a project that cannot be one, by its name.

    Tells what Alembic does not: which file it is that it could not load, and which two have one id.
    """
    known: dict[str, str] = {}
    followed: dict[str, str] = {}
    for path in sorted((root / "migrations" / "versions").glob("*.py")):
        if path.is_dir():
            continue
        file = path.relative_to(root).as_posix()
        said = assigned(revision_source(file, path))
        for name in ("revision", "down_revision"):
            if name not in said and not _assigns(name, path):
                raise _no_revision(file, f"it assigns no {name}")
        revision, before = said.get("revision", ""), said.get("down_revision")
        if not isinstance(revision, str):
            raise _no_revision(file, f"revision is {revision!r}, which is no string")
        if revision and revision in known:
            raise RefusedError(
                f"{file}: the revision id {revision!r} is that of {known[revision]}, too",
                next="give one of them another id, and a down_revision of its own",
            )
        known[revision] = file
        if isinstance(before, str):
            followed.setdefault(before, file)
    for before, file in followed.items():
        # An id that is made at run time is not known here.
        if before not in known and "" not in known:
            raise RefusedError(
                f"{file}: there is no revision {before!r}, which it follows",
                next="correct its down_revision, or add the file that is missing",
            )


def _assigns(name: str, path: Path) -> bool:
    return re.search(rf"^{name}\b", decoded(path.read_bytes()), re.MULTILINE) is not None


def _no_revision(file: str, why: str) -> RefusedError:
    return RefusedError(
        f"{file}: the file is no revision",
        why=why,
        next="begin it as `snowlane new` does, or move it out of migrations/versions",
    )
