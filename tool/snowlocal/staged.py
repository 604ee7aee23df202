"""Which files a stage holds: from `@stage/path` to the files on disk, with the names Snowflake gives them.

Internal stages lie in the account's folder, buckets in its `buckets/`, `file://` stages where they say. What is in a
file is not known here. Source: docs.snowflake.com/en/sql-reference/sql/create-stage and …/sql/list.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from snowlocal.account import Account
from snowlocal.catalog import Entry
from snowlocal.context import Context
from snowlocal.errors import SnowflakeError, compilation, unsupported
from snowlocal.tokens import Reader

_BUCKETS = ("s3", "s3gov", "s3china", "gcs", "azure")
# A location as written: quoted names may hold anything, the rest ends at a space or bracket.
_WRITTEN = re.compile(r'@(?:"(?:[^"]|"")*"|[^\s();,"\'])+')
_NAME = re.compile(r'(?:"(?:[^"]|"")*"|[^/"])+')


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A file of a stage.

    `relative` is its path below the stage, `key` its path in the bucket (METADATA$FILENAME), `shown` its name in LIST
    and COPY, `address` what load histories know it by, `whole` what a PATTERN is held against.
    """

    path: Path
    relative: str
    key: str
    shown: str
    address: str
    whole: str

    @property
    def size(self) -> int:
        """Bytes."""
        return self.path.stat().st_size

    @property
    def modified(self) -> datetime:
        """When it was last written, in UTC."""
        return datetime.fromtimestamp(self.path.stat().st_mtime, UTC)

    @property
    def md5(self) -> str:
        """The digest that tells one content from another under the same name."""
        return hashlib.md5(self.path.read_bytes(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Location:
    """A stage and a path below it; files whose path begins with `path` are in it."""

    stage: Entry
    path: str

    @property
    def internal(self) -> bool:
        """Whether Snowflake itself would hold the files."""
        return not self.stage.details["url"]


def read_location(reader: Reader) -> str:
    """The `@stage/path` at the reader's place, as written; a quoted one may hold spaces. Raises 001003."""
    token = reader.peek()
    if token is not None and token.kind == "string":
        return reader.string()
    match = _WRITTEN.match(reader.source, token.start) if token is not None else None
    if match is None:
        raise reader.error()
    while (token := reader.peek()) is not None and token.start < match.end():
        reader.at += 1
    return match.group()


def locate(ctx: Context, text: str, *privileges: str) -> Location:
    """The location that `text` names, checked for USAGE (external) or the given privilege (internal).

    Raises 002003 for a stage that is not there, 000002 for user and table stages and for bare URLs.
    """
    if not text.startswith("@"):
        raise unsupported(f"the location '{text}'; name a stage")
    found = _NAME.match(text, 1)
    name = found.group() if found else ""
    path = text[1 + len(name) :].removeprefix("/")
    if name.startswith("~"):
        raise unsupported("the user stage @~")
    if "%" in name.split('"')[0]:
        raise unsupported(f"the table stage @{name}")
    reader = Reader(name)
    parts = reader.qualified()
    reader.finish()
    if ".." in path.split("/"):
        raise compilation(1011, "42601", f"invalid stage path: '{path}'")
    stage = ctx.find("STAGE", parts)
    ctx.access.require(stage, *(privileges if not stage.details["url"] else ("USAGE",)))
    return Location(stage, path)


def checked_url(url: str) -> str:
    """A stage's URL with the closing slash. Raises 001011 for a scheme or path that no stage can have."""
    parts = urlsplit(url)
    known = parts.scheme in _BUCKETS and parts.netloc
    if not known and not (parts.scheme == "file" and parts.path.startswith("/")):
        raise compilation(1011, "42601", f"invalid URL prefix found in: '{url}'")
    if ".." in parts.path.split("/") or parts.netloc in (".", ".."):
        raise compilation(1011, "42601", f"invalid path found in: '{url}'")
    return url if url.endswith("/") else url + "/"


def folder(account: Account, stage: Entry) -> Path:
    """Where a stage's files lie on disk; the folder need not be there yet."""
    url = stage.details["url"]
    if not url:
        return account.directory / "stages" / str(stage.id)
    parts = urlsplit(str(url))
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return account.directory / "buckets" / parts.netloc / unquote(parts.path).strip("/")


def files(account: Account, location: Location) -> list[StagedFile]:
    """The files whose path below the stage begins with the location's path, by name."""
    root = folder(account, location.stage)
    # The walk starts at the deepest folder that every match must lie in.
    begin = root / location.path.rpartition("/")[0]
    if not begin.is_dir():
        return []
    found = [p for p in begin.rglob("*") if p.is_file()]
    made = [staged(location.stage, root, p) for p in found]
    return sorted((f for f in made if f.relative.startswith(location.path)), key=_name)


def _name(file: StagedFile) -> str:
    return file.relative


def staged(stage: Entry, root: Path, path: Path) -> StagedFile:
    """A file as the stage at `root` knows it."""
    relative = path.relative_to(root).as_posix()
    url = stage.details["url"]
    if not url:
        address = f"stages/{stage.id}/{relative}"
        shown = f"{stage.name.lower()}/{relative}"
        return StagedFile(path, relative, relative, shown, address, address)
    parts = urlsplit(url)
    below = "" if parts.scheme == "file" else unquote(parts.path).lstrip("/")
    whole = unquote(parts.path).lstrip("/") + relative
    return StagedFile(path, relative, below + relative, url + relative, url + relative, whole)


def matching(found: Iterable[StagedFile], pattern: str | None, *, whole: bool) -> list[StagedFile]:
    """The files that a PATTERN matches entirely: their whole path (COPY, LIST), or that below the stage (pipes).

    Raises 100048 for a pattern that is no regular expression.
    """
    if pattern is None:
        return list(found)
    try:
        expression = re.compile(pattern)
    except re.error as error:
        raise SnowflakeError(
            100048, "2201B", f"Invalid regular expression: '{pattern}', {error}"
        ) from None
    return [f for f in found if expression.fullmatch(f.whole if whole else f.relative)]
