"""The parts of a scripting block, as read: names folded, expressions and SQL kept as the words
written.

Only data; reading them is `parser`'s work and running them `interpreter`'s. Each kind follows its
page of the manual, docs.snowflake.com/en/sql-reference-snowflake-scripting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from snowlocal.scripting.source import Piece, Place, Token


@dataclass(frozen=True)
class Variable:
    """`name [type] [DEFAULT | := value]`; at least one of type and value is there."""

    name: str
    type: str | None
    value: Piece | None
    place: Place


@dataclass(frozen=True)
class ExceptionDeclaration:
    """`name EXCEPTION [(number, 'message')]`."""

    name: str
    number: int
    message: str


@dataclass(frozen=True)
class CursorDeclaration:
    """`name CURSOR FOR query` or `name CURSOR FOR resultset`."""

    name: str
    query: Piece | None
    resultset: Token | None


@dataclass(frozen=True)
class ResultsetDeclaration:
    """`name RESULTSET [DEFAULT | := (statement)]`."""

    name: str
    query: Query | None


Declaration: TypeAlias = Variable | ExceptionDeclaration | CursorDeclaration | ResultsetDeclaration


@dataclass(frozen=True)
class Let:
    """LET of a variable, cursor or resultset."""

    declaration: Declaration


@dataclass(frozen=True)
class Assign:
    """`target := value`; for a resultset, `query` is the statement in the parentheses."""

    target: Token
    value: Piece
    query: Query | None


@dataclass(frozen=True)
class Sql:
    """A SQL statement; `into` are the variables of `SELECT … INTO :a` or `CALL … INTO :a`, whose
    words are not in `pieces`.
    """

    pieces: tuple[Piece, ...]
    into: tuple[Token, ...]

    @property
    def place(self) -> Place:
        """Where it begins."""
        return self.pieces[0].place


@dataclass(frozen=True)
class ExecuteImmediate:
    """`EXECUTE IMMEDIATE value [USING (variables)]`."""

    value: Piece
    using: tuple[Token, ...]
    place: Place


@dataclass(frozen=True)
class If:
    """IF with its ELSEIFs as further branches."""

    branches: Branches
    otherwise: tuple[Statement, ...]


@dataclass(frozen=True)
class Case:
    """CASE as a statement; without `operand` each branch is a condition."""

    operand: Piece | None
    branches: Branches
    otherwise: tuple[Statement, ...]


@dataclass(frozen=True)
class ForRange:
    """FOR name IN [REVERSE] low TO high DO."""

    name: str
    low: Piece
    high: Piece
    reverse: bool
    body: tuple[Statement, ...]
    label: str | None


@dataclass(frozen=True)
class ForRows:
    """FOR name IN cursor-or-resultset DO."""

    name: str
    over: Token
    body: tuple[Statement, ...]
    label: str | None
    place: Place


@dataclass(frozen=True)
class Loop:
    """WHILE (`condition`), REPEAT (`until`) or LOOP (neither)."""

    condition: Piece | None
    until: Piece | None
    body: tuple[Statement, ...]
    label: str | None


@dataclass(frozen=True)
class Jump:
    """BREAK or CONTINUE, of the named loop or the innermost."""

    breaks: bool
    label: str | None


@dataclass(frozen=True)
class Open:
    """OPEN cursor [USING (variables)]."""

    cursor: Token
    using: tuple[Token, ...]
    place: Place


@dataclass(frozen=True)
class Fetch:
    """FETCH cursor INTO variables."""

    cursor: Token
    into: tuple[Token, ...]
    place: Place


@dataclass(frozen=True)
class Close:
    """CLOSE cursor."""

    cursor: Token
    place: Place


@dataclass(frozen=True)
class Raise:
    """RAISE [name]; without a name, the exception being handled."""

    name: Token | None
    place: Place


@dataclass(frozen=True)
class Return:
    """RETURN [value]."""

    value: Piece | None


@dataclass(frozen=True)
class ReturnTable:
    """RETURN TABLE(resultset) or RETURN TABLE(RESULTSET_FROM_CURSOR(cursor))."""

    of: Token
    is_cursor: bool
    place: Place


@dataclass(frozen=True)
class Null:
    """NULL: does nothing."""


@dataclass(frozen=True)
class Handler:
    """WHEN name [OR name] THEN …"""

    names: tuple[Token, ...]
    body: tuple[Statement, ...]


@dataclass(frozen=True)
class Block:
    """[DECLARE …] BEGIN … [EXCEPTION …] END."""

    declarations: tuple[Declaration, ...]
    body: tuple[Statement, ...]
    handlers: tuple[Handler, ...]


Query: TypeAlias = Sql | ExecuteImmediate
Branches: TypeAlias = "tuple[tuple[Piece, tuple[Statement, ...]], ...]"
Statement: TypeAlias = (
    Block
    | Let
    | Assign
    | Query
    | If
    | Case
    | ForRange
    | ForRows
    | Loop
    | Jump
    | Open
    | Fetch
    | Close
    | Raise
    | Return
    | ReturnTable
    | Null
)
