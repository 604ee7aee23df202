"""What an object is: its kind, logical name and argument types, and how a statement says them."""

from dataclasses import dataclass

from snowlane.objects.kinds import KINDS, MODIFIERS, ObjectKind
from snowlane.sql.name_map import NameMap
from snowlane.sql.names import MAX_LENGTH, qualified
from snowlane.sql.tokens import Token

_FULL_NAME = 3


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

    @property
    def as_drop(self) -> str:
        """The statement that drops it where it is there."""
        return f"DROP {self.kind} IF EXISTS {qualified(*self.path)}{self.arguments}"

    def __str__(self) -> str:
        return f"{self.kind.lower()} {self.full_name}{self.arguments}"


class NoIdentityError(ValueError):
    """Tokens that name no object of a known kind: on which line, why, and what to write."""

    def __init__(self, line: int, why: str, remedy: str) -> None:
        super().__init__(why)
        self.line = line
        self.remedy = remedy


def read_identity(
    tokens: list[Token], position: int, name_map: NameMap, *, with_names: bool = True
) -> Identity:
    """The identity of the object whose kind, or a modifier of it, stands at a position.

    `with_names` says that its arguments have names, as in CREATE and unlike in DROP. Raises
    NoIdentityError when the kind is not known or the name not one of three parts in a mapped database.
    """
    while position < len(tokens) and tokens[position].word(*MODIFIERS):
        position += 1
    kind = _kind(tokens, position)
    position += len(kind.name.split())
    while not with_names and position < len(tokens) and tokens[position].word("IF", "EXISTS"):
        position += 1
    parts: list[str] = []
    while position < len(tokens) and tokens[position].is_name:
        parts.append(tokens[position].name)
        position += 1
        if position < len(tokens) and tokens[position].mark("."):
            position += 1
        else:
            break
    if len(parts) != _FULL_NAME or parts[0] not in name_map.databases:
        raise NoIdentityError(
            tokens[min(position, len(tokens) - 1)].line,
            f"{'.'.join(parts) or 'the name'} does not name logical database, schema and object",
            f"write DATABASE.SCHEMA.NAME with one of {', '.join(sorted(name_map.databases))}",
        )
    longest = max(parts, key=len)
    if len(longest) > MAX_LENGTH:
        raise NoIdentityError(
            tokens[position - 1].line,
            f"{longest[:20]}… has {len(longest)} characters and Snowflake takes at most {MAX_LENGTH}",
            "give it a shorter name",
        )
    arguments = ""
    if kind.has_arguments:
        arguments = argument_types(tokens, position, with_names=with_names)
    return Identity(kind.name, parts[0], parts[1], parts[2], arguments)


def _kind(tokens: list[Token], position: int) -> ObjectKind:
    for kind in KINDS:
        words = kind.name.split()
        found = tokens[position : position + len(words)]
        if len(found) == len(words) and all(
            token.word(word) for token, word in zip(found, words, strict=True)
        ):
            return kind
    raise NoIdentityError(
        tokens[min(position, len(tokens) - 1)].line,
        "it names no object of a kind that can be replaced",
        f"known kinds: {', '.join(kind.name.lower() for kind in KINDS)}; "
        "tables, schemas, stages, file formats and sequences belong into a revision",
    )


def argument_types(tokens: list[Token], position: int, *, with_names: bool = True) -> str:
    """`(VARCHAR, NUMBER)`: the types of the arguments, without names, lengths and defaults."""
    types: list[str] = []
    argument: list[Token] = []
    depth = 0
    for token in tokens[position:]:
        closing = token.mark(")")
        depth += token.mark("(") - closing
        if (depth == 0 and closing) or (depth == 1 and token.mark(",")):
            if argument:
                types.append(_type_of(argument, with_names))
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


def _type_of(argument: list[Token], with_names: bool) -> str:
    # The argument's name comes first, behind IN or OUT where that is said.
    start = 1 if argument[0].word("IN", "OUT", "INOUT") and len(argument) > 2 else 0
    at = start + 1 if with_names else 0
    written = argument[min(at, len(argument) - 1)].raw.upper()
    return _SYNONYMS.get(written, written)
