"""What was worked out of files before, kept under the project so that it need not be again.

A value is found by the hash of all that it was made of, so nothing has to be thrown away when files
change; without the cache everything only takes longer. Values are what JSON holds: a file that
somebody else put here can say wrong things, but run nothing.
"""

import hashlib
import json
import os
import zlib
from contextlib import suppress
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import snowlane

_MOST = 20_000
_RENDERERS = ("alembic", "sqlalchemy", "snowflake-sqlalchemy", "sqlglot")


def key_of(*parts: str) -> str:
    """The key of a value that is made of these texts and nothing else."""
    total = hashlib.sha256()
    for part in parts:
        encoded = part.encode("utf-8", "surrogateescape")
        total.update(f"{len(encoded)}:".encode())
        total.update(encoded)
    return total.hexdigest()


class Cache:
    """The cache of one project; every room is a file, read when it is first asked for."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._rooms: dict[str, dict[str, Any]] = {}
        self._new: dict[str, dict[str, Any]] = {}
        self._used: dict[str, set[str]] = {}

    @classmethod
    def of_project(cls, root: Path) -> "Cache":
        """The cache of the project in a directory."""
        return cls(root / ".snowlane" / "cache")

    def get(self, room: str, key: str) -> Any | None:
        """The value of a key, None where there is none."""
        found = self._room(room).get(key)
        if found is not None:
            self._used.setdefault(room, set()).add(key)
        return found

    def put(self, room: str, key: str, value: Any) -> None:
        """Keep a value; it is written by `save`."""
        self._new.setdefault(room, {})[key] = value
        self._room(room)[key] = value

    def save(self) -> None:
        """Write what is new. What cannot be written is worked out again the next time."""
        if not self._new:
            return
        with suppress(OSError):
            self._directory.mkdir(parents=True, exist_ok=True)
            # Whatever the project ignores, this is nobody's to commit.
            (self._directory / ".gitignore").write_text("*\n", encoding="utf-8")
            for room, new in self._new.items():
                self._write(room, new)
        self._new.clear()

    def _write(self, room: str, new: dict[str, Any]) -> None:
        # Another process may have written since this one read.
        values = {**self._read(room), **new}
        if len(values) > _MOST:
            used = self._used.get(room, set()) | new.keys()
            values = {key: value for key, value in values.items() if key in used}
        path = self._path(room)
        unfinished = path.with_suffix(f".{os.getpid()}")
        told = json.dumps(values).encode()
        unfinished.write_bytes(self._head(told) + b"\n" + told)
        unfinished.replace(path)

    def _room(self, room: str) -> dict[str, Any]:
        if room not in self._rooms:
            self._rooms[room] = self._read(room)
        return self._rooms[room]

    def _read(self, room: str) -> dict[str, Any]:
        try:
            content = self._path(room).read_bytes()
        except OSError:
            return {}
        head, _, told = content.partition(b"\n")
        # What was damaged on its way is not looked into: it could be anything.
        values: dict[str, Any] = json.loads(told) if head == self._head(told) else {}
        return values

    def _head(self, told: bytes) -> bytes:
        """The first line of a file: who made what follows, and its checksum."""
        return json.dumps([self._makers, zlib.crc32(told)]).encode()

    @cached_property
    def _makers(self) -> str:
        return _made_by()

    def _path(self, room: str) -> Path:
        return self._directory / f"{room}.json"


def _made_by() -> str:
    """The programs whose rules are in the values: another version of one works them out anew."""
    package = Path(snowlane.__file__).parent
    newest = max(
        entry.stat().st_mtime_ns
        for folder in (package, *(each for each in package.iterdir() if each.is_dir()))
        for entry in os.scandir(folder)
        if entry.name.endswith(".py")
    )
    renderers = (f"{name} {version(name)}" for name in _RENDERERS)
    return "; ".join([f"snowlane {snowlane.__version__} {newest}", *renderers])
