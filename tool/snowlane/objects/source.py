"""One object file: its header, the identity of what it creates or drops, and what it refers to.

Knows files only as a path and a text.
"""

import hashlib
import re
from dataclasses import dataclass
from enum import Enum

from snowlane.errors import RefusedError
from snowlane.objects.identity import Identity as Identity
from snowlane.objects.identity import NoIdentityError, read_identity
from snowlane.objects.identity import argument_types as argument_types
from snowlane.sql.name_map import NameMap
from snowlane.sql.statements import single_statement
from snowlane.sql.tokens import Token, UnreadableSqlError, tokenize

_HEADER = re.compile(r"^--\s*snowlane:(.*)$", re.MULTILINE)
_DIRECTIVE = re.compile(r"(\w+)\s*=\s*(\S+)")


class Phase(Enum):
    """When an object is applied: before the revisions of a plan, or after them."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True)
class SqlObject:
    """An object file, read. `file` is its path in the project; `text` is one statement."""

    file: str
    text: str
    identity: Identity
    phase: Phase
    references: frozenset[tuple[str, ...]]
    hash: str


@dataclass(frozen=True)
class Tombstone:
    """A file that says of an object that it is to go; `text` is its DROP statement."""

    file: str
    text: str
    identity: Identity


def read_object(file: str, source: str, name_map: NameMap) -> SqlObject:
    """Read one object file.

    Raises RefusedError when it is not one CREATE OR REPLACE statement of a known kind with a
    three-part name in a mapped database.
    """
    # What looks for names costs more to import than an object that is remembered.
    from snowlane.sql.mapping import map_names

    try:
        tokens = tokenize(source)
        mapped = map_names(source, name_map)
    except UnreadableSqlError as error:
        raise _refused(file, error.line, str(error), "close what is open") from None
    text = single_statement(source, tokens)
    if text is None:
        raise _refused(
            file, 1, "it holds more or less than one statement", "keep one object in a file"
        )
    if not _begins(tokens, "CREATE", "OR", "REPLACE"):
        raise _refused(
            file,
            tokens[0].line,
            "it does not begin with CREATE OR REPLACE, and an object is applied again on change",
            "write CREATE OR REPLACE …; what cannot be replaced belongs into a revision, and DROP … "
            "is the tombstone of an object that is to go",
        )
    identity = _identity(file, tokens, 3, name_map)
    return SqlObject(
        file=file,
        text=text,
        identity=identity,
        phase=_phase(file, source),
        references=frozenset(mapped.paths) - {identity.path},
        hash=hashlib.sha256(text.encode()).hexdigest(),
    )


def read_file(file: str, source: str, name_map: NameMap) -> SqlObject | Tombstone:
    """Read one file below objects: an object, or the tombstone of one. Raises as both do."""
    try:
        is_tombstone = _begins(tokenize(source), "DROP")
    except UnreadableSqlError:
        is_tombstone = False
    return (read_tombstone if is_tombstone else read_object)(file, source, name_map)


def read_tombstone(file: str, source: str, name_map: NameMap) -> Tombstone:
    """Read a file that holds a DROP statement.

    Raises RefusedError when it is not one statement about an object of a known kind with a
    three-part name in a mapped database.
    """
    try:
        tokens = tokenize(source)
    except UnreadableSqlError as error:
        raise _refused(file, error.line, str(error), "close what is open") from None
    text = single_statement(source, tokens)
    if text is None or not _begins(tokens, "DROP"):
        raise _refused(file, 1, "it holds more or less than one DROP", "keep one object in a file")
    return Tombstone(file, text, _identity(file, tokens, 1, name_map))


def _begins(tokens: list[Token], *words: str) -> bool:
    first = tokens[: len(words)]
    return len(first) == len(words) and all(
        token.word(word) for token, word in zip(first, words, strict=True)
    )


def _identity(file: str, tokens: list[Token], position: int, name_map: NameMap) -> Identity:
    try:
        return read_identity(tokens, position, name_map, with_names=not tokens[0].word("DROP"))
    except NoIdentityError as error:
        raise _refused(file, error.line, str(error), error.remedy) from None


def _refused(file: str, line: int, why: str, remedy: str) -> RefusedError:
    return RefusedError(f"{file}, line {line}: the object cannot be used", why=why, next=remedy)


def _phase(file: str, source: str) -> Phase:
    phase = Phase.AFTER
    for header in _HEADER.finditer(source):
        # A waiver is for the lints to judge.
        if header.group(1).split()[:1] == ["allow"]:
            continue
        line = source.count("\n", 0, header.start()) + 1
        directives = _DIRECTIVE.findall(header.group(1))
        if not directives or any(key != "phase" for key, _ in directives):
            raise _refused(
                file, line, "the header is not understood", "write -- snowlane: phase=before"
            )
        try:
            phase = Phase(directives[-1][1])
        except ValueError:
            raise _refused(
                file, line, f"there is no phase {directives[-1][1]!r}", "write before or after"
            ) from None
    return phase
