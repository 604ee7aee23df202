"""The SQL statements inside a block, for a grammar to judge before the block runs.

Finds them only; what is right SQL is the account's concern.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass

from snowlocal.scripting import nodes
from snowlocal.scripting.source import Piece, Place, Token


@dataclass(frozen=True)
class EmbeddedStatement:
    """One SQL statement of a block, its binds as written and its INTO left out."""

    text: str
    place: Place


def embedded_statements(block: nodes.Block) -> tuple[EmbeddedStatement, ...]:
    """Every SQL statement of `block`, in the order written; texts of EXECUTE IMMEDIATE are values
    and not among them.
    """
    return tuple(
        EmbeddedStatement(" ".join(piece.text for piece in sql.pieces), sql.place)
        for sql in _statements(block)
    )


def _statements(part: object) -> Iterator[nodes.Sql]:
    if isinstance(part, nodes.Sql):
        yield part
    elif isinstance(part, nodes.CursorDeclaration) and part.query is not None:
        yield nodes.Sql((part.query,), ())
    elif isinstance(part, tuple):
        for each in part:
            yield from _statements(each)
    elif isinstance(part, Piece | Place | Token | type):
        return
    elif is_dataclass(part):
        for each in fields(part):
            yield from _statements(getattr(part, each.name))
