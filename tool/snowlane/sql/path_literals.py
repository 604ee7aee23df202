"""Literals that as a whole are a dotted path, a stage's path or a routine with its arguments.

Reads the form alone; whether the path names a database is for the search to say.
"""

import re
from dataclasses import dataclass

from snowlane.sql import names

_PART = r'(?:"(?:[^"]|"")*"|[A-Za-z_][A-Za-z0-9_$]*)'
_OTHER = re.compile(rf"\.({_PART})?")
_WHOLE = re.compile(
    rf"(?P<at>@|snow://\w+/)?(?P<first>{_PART})(?P<others>(?:{_OTHER.pattern})*)(?P<tail>.*)",
    re.DOTALL,
)
_SIGNATURE = re.compile(r"\((?:[\w ,]|\([\d ,]*\))*\)")
_FILE = re.compile(
    r"(?:csv|tsv|jsonl?|parquet|avro|orc|xml|txt|gz|zip|sql|py|js|jar|ya?ml|log|html?|xlsx?)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class PathLiteral:
    """A path of stored names; `text[start:end]` is how its first part is written.

    `tail` is what follows the path: a file's path in a stage, or the types of arguments. `is_open`
    says that it ends with a dot; `may_be_file` that it looks like a file's name.
    """

    path: tuple[str, ...]
    start: int
    end: int
    tail: str
    is_open: bool
    may_be_file: bool


def path_literal(text: str, start: int, end: int) -> PathLiteral | None:
    """The path that `text[start:end]` is as a whole, or None when it is none."""
    match = _WHOLE.fullmatch(text, start, end)
    if match is None:
        return None
    first, others, tail = match["first"], match["others"], match["tail"]
    parts = [each.group(1) or "" for each in _OTHER.finditer(others)]
    path = (names.fold(first), *(names.fold(part) if part else "" for part in parts))
    if not _is_whole(match["at"] is not None, len(path), parts, tail):
        return None
    may_be_file = len(path) == 2 and not tail and _FILE.fullmatch(parts[0]) is not None
    is_open = others.endswith(".") and not tail
    return PathLiteral(path, *match.span("first"), tail, is_open, may_be_file)


def _is_whole(is_stage: bool, length: int, parts: list[str], tail: str) -> bool:
    """Whether what follows a path belongs to it. Of a stage's path, three parts name a database."""
    if is_stage:
        table_stage = length == 3 and not parts[-1] and tail.startswith("%")
        return length >= 3 and (not tail or tail.startswith("/") or table_stage)
    if tail.startswith("("):
        return length >= 3 and _SIGNATURE.fullmatch(tail) is not None
    return not tail or (tail.startswith("/") and length >= 3)
