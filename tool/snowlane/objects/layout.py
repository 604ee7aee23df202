"""Where the file of an object usually lies below migrations/objects."""

import re
from collections.abc import Container

_NO_FILE_NAME = re.compile(r"[^a-z0-9_]+")


def usual_file(kind: str, path: tuple[str, ...], taken: Container[str] = ()) -> str:
    """The path in the project for an object of a kind by its logical path, none of the taken ones."""
    database, schema, name = (_NO_FILE_NAME.sub("_", part.lower()).strip("_") for part in path)
    folder = kind.lower().replace(" ", "_")
    plural = f"{folder[:-1]}ies" if folder.endswith("y") else f"{folder}s"
    number, start = 1, f"migrations/objects/{database}/{schema}/{plural}/{name or 'unnamed'}"
    while f"{start}{_numbered(number)}.sql" in taken:
        number += 1
    return f"{start}{_numbered(number)}.sql"


def _numbered(number: int) -> str:
    return "" if number == 1 else f"_{number}"
