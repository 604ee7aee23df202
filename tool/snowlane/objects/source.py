"""One object file: its header, the identity of what it creates, and what it refers to.

Knows files only as a path and a text.
"""

import hashlib
import re
from dataclasses import dataclass
from enum import Enum

from snowlane.errors import RefusedError
from snowlane.objects.kinds import KINDS, MODIFIERS, ObjectKind
from snowlane.sql.mapping import NameMap, map_names
from snowlane.sql.statements import single_statement
from snowlane.sql.tokens import Token, UnreadableSqlError, tokenize

_HEADER = re.compile(r"^--\s*snowlane:(.*)$", re.MULTILINE)
_DIRECTIVE = re.compile(r"(\w+)\s*=\s*(\S+)")
_FULL_NAME = 3


class Phase(Enum):
    """When an object is applied: before the revisions of a plan, or after them."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, order=True)
class Identity:
    """What an object is: kind, logical name and, where it has them, argument types.

    `arguments` is `(VARCHAR, NUMBER)` for procedures and functions and empty for all else.
    """

    kind: str
    database: str
    schema: str
    name: str
    arguments: str = ""

    @property
    def path(self) -> tuple[str, str, str]:
        """Database, schema and name."""
        return self.database, self.schema, self.name

    @property
    def full_name(self) -> str:
        """`RAW.BRONZE.PIPE_POS_DATA`, as the applied objects are recorded."""
        return ".".join(self.path)

    def __str__(self) -> str:
        return f"{self.kind.lower()} {self.full_name}{self.arguments}"


@dataclass(frozen=True)
class SqlObject:
    """An object file, read. `file` is its path in the project; `text` is one statement."""

    file: str
    text: str
    identity: Identity
    phase: Phase
    references: frozenset[tuple[str, ...]]
    hash: str


def read_object(file: str, source: str, name_map: NameMap) -> SqlObject:
    """Read one object file.

    Raises RefusedError when it is not one CREATE OR REPLACE statement of a known kind with a
    three-part name in a mapped database.
    """
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
    identity = _identity(file, tokens, name_map)
    return SqlObject(
        file=file,
        text=text,
        identity=identity,
        phase=_phase(file, source),
        references=frozenset(mapped.paths) - {identity.path},
        hash=hashlib.sha256(text.encode()).hexdigest(),
    )


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


def _identity(file: str, tokens: list[Token], name_map: NameMap) -> Identity:
    if len(tokens) < _FULL_NAME or not all(
        token.word(word) for token, word in zip(tokens, ("CREATE", "OR", "REPLACE"), strict=False)
    ):
        raise _refused(
            file,
            tokens[0].line if tokens else 1,
            "it does not begin with CREATE OR REPLACE, and an object is applied again on change",
            "write CREATE OR REPLACE …; what cannot be replaced belongs into a revision",
        )
    position = 3
    while position < len(tokens) and tokens[position].word(*MODIFIERS):
        position += 1
    kind = _kind(file, tokens, position)
    position += len(kind.name.split())
    parts: list[str] = []
    while position < len(tokens) and tokens[position].is_name:
        parts.append(tokens[position].name)
        position += 1
        if position < len(tokens) and tokens[position].mark("."):
            position += 1
        else:
            break
    if len(parts) != _FULL_NAME or parts[0] not in name_map.databases:
        raise _refused(
            file,
            tokens[min(position, len(tokens) - 1)].line,
            f"{'.'.join(parts) or 'the name'} does not name logical database, schema and object",
            f"write DATABASE.SCHEMA.NAME with one of {', '.join(sorted(name_map.databases))}",
        )
    arguments = argument_types(tokens, position) if kind.has_arguments else ""
    return Identity(kind.name, parts[0], parts[1], parts[2], arguments)


def _kind(file: str, tokens: list[Token], position: int) -> ObjectKind:
    for kind in KINDS:
        words = kind.name.split()
        found = tokens[position : position + len(words)]
        if len(found) == len(words) and all(
            token.word(word) for token, word in zip(found, words, strict=True)
        ):
            return kind
    raise _refused(
        file,
        tokens[min(position, len(tokens) - 1)].line,
        "it creates no object of a kind that can be replaced",
        f"known kinds: {', '.join(kind.name.lower() for kind in KINDS)}; "
        "tables, schemas and stages belong into a revision",
    )


def argument_types(tokens: list[Token], position: int) -> str:
    """`(VARCHAR, NUMBER)`: the types of the arguments, without names, lengths and defaults."""
    types: list[str] = []
    argument: list[Token] = []
    depth = 0
    for token in tokens[position:]:
        closing = token.mark(")")
        depth += token.mark("(") - closing
        if (depth == 0 and closing) or (depth == 1 and token.mark(",")):
            if argument:
                types.append(_type_of(argument))
            argument = []
            if depth == 0:
                break
        elif depth == 1 and not token.mark("("):
            argument.append(token)
    return f"({', '.join(types)})"


_SYNONYMS = {
    **dict.fromkeys(("STRING", "TEXT", "CHAR", "CHARACTER", "NVARCHAR"), "VARCHAR"),
    **dict.fromkeys(
        ("NUMERIC", "DECIMAL", "INT", "INTEGER", "BIGINT", "SMALLINT", "TINYINT", "BYTEINT"),
        "NUMBER",
    ),
    **dict.fromkeys(("DOUBLE", "REAL", "FLOAT4", "FLOAT8"), "FLOAT"),
    "DATETIME": "TIMESTAMP_NTZ",
    "VARBINARY": "BINARY",
}


def _type_of(argument: list[Token]) -> str:
    # The argument's name comes first, behind IN or OUT where that is said.
    start = 1 if argument[0].word("IN", "OUT", "INOUT") and len(argument) > 2 else 0
    written = argument[min(start + 1, len(argument) - 1)].raw.upper()
    return _SYNONYMS.get(written, written)
