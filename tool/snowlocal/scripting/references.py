"""Finds the variables that an expression or a SQL statement reads.

The one place that tells a bind (`:x`) from a cast (`x::t`) and a path (`col:x`), and a variable's
bare name from a column, function or type
(docs.snowflake.com/en/developer-guide/snowflake-scripting/variables).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from snowlocal.scripting.source import Piece, Token

# After these words a colon opens a bind even without a space; after any other word it is a path
# into that column.
_KEYWORDS = frozenset(
    (
        "ALL",
        "AND",
        "ANY",
        "AS",
        "AT",
        "BETWEEN",
        "BY",
        "CASE",
        "CROSS",
        "DISTINCT",
        "ELSE",
        "END",
        "ESCAPE",
        "EXISTS",
        "FROM",
        "HAVING",
        "ILIKE",
        "IN",
        "INTERVAL",
        "INTO",
        "IS",
        "LIKE",
        "LIMIT",
        "NOT",
        "OFFSET",
        "ON",
        "OR",
        "OVER",
        "QUALIFY",
        "REGEXP",
        "RETURN",
        "RLIKE",
        "SELECT",
        "SET",
        "SOME",
        "THEN",
        "TOP",
        "UNION",
        "USING",
        "VALUES",
        "WHEN",
        "WHERE",
        "WITH",
    )
)
# Words of an expression that are no variables and take no brackets.
_CONSTANTS = frozenset(
    (
        "COLLATE",
        "CURRENT_DATE",
        "CURRENT_TIME",
        "CURRENT_TIMESTAMP",
        "CURRENT_USER",
        "FALSE",
        "LOCALTIME",
        "LOCALTIMESTAMP",
        "NULL",
        "TIME",
        "TRUE",
        "ZONE",
        "DATE",
        "TIMESTAMP",
    )
)


@dataclass(frozen=True, slots=True)
class Reference:
    """One read of a name: `name` (and `field` of a record), from offset `start` to `end` of the
    source.
    """

    name: Token
    field: Token | None
    is_bind: bool
    in_call: bool
    start: int
    end: int
    at: Token  # where Snowflake places it: the colon of a bind


def references(piece: Piece, *, bare: bool) -> Iterator[Reference]:
    """The binds of `piece`; with `bare` (a scripting expression) also the names outside subqueries
    that may be variables.
    """
    brackets: list[str] = []
    tokens = piece.tokens
    for index, token in enumerate(tokens):
        word = token.upper
        if word == "(":
            brackets.append(_bracket_kind(tokens, index))
        elif word == ")" and brackets:
            brackets.pop()
        elif word == ":" and _is_bind(tokens, index):
            yield _reference(tokens, index + 1, is_bind=True, in_call="call" in brackets)
        elif bare and "query" not in brackets and _is_bare(tokens, index):
            yield _reference(tokens, index, is_bind=False, in_call="call" in brackets)


def is_known_word(token: Token) -> bool:
    """Whether a bare word belongs to the language of expressions."""
    return token.kind == "word" and (token.upper in _KEYWORDS or token.upper in _CONSTANTS)


def _reference(tokens: tuple[Token, ...], index: int, *, is_bind: bool, in_call: bool) -> Reference:
    name = tokens[index]
    first = tokens[index - 1] if is_bind else name
    last, field = name, None
    if index + 2 < len(tokens) and tokens[index + 1].upper == "." and tokens[index + 2].is_name:
        last = field = tokens[index + 2]
    return Reference(name, field, is_bind, in_call, first.start, last.end, first)


def _bracket_kind(tokens: tuple[Token, ...], index: int) -> str:
    if index + 1 < len(tokens) and tokens[index + 1].upper in ("SELECT", "WITH"):
        return "query"
    before = tokens[index - 1] if index else None
    return "call" if before is not None and before.is_name and before.upper not in _KEYWORDS else ""


def _is_bind(tokens: tuple[Token, ...], index: int) -> bool:
    """A colon directly before a name, and not directly after something it could be a path into."""
    colon = tokens[index]
    if index + 1 == len(tokens) or not tokens[index + 1].is_name:
        return False
    if tokens[index + 1].start != colon.end:
        return False
    if index == 0 or tokens[index - 1].end != colon.start:
        return True
    before = tokens[index - 1]
    if before.kind == "sign":
        return before.upper not in (")", "]", "}")
    return before.kind == "word" and before.upper in _KEYWORDS


def _is_bare(tokens: tuple[Token, ...], index: int) -> bool:
    token = tokens[index]
    if not token.is_name or is_known_word(token):
        return False
    if index and tokens[index - 1].upper in (".", ":", "::", "$", "@", "AS"):
        return False
    if index + 1 == len(tokens):
        return True
    following = tokens[index + 1]
    # `f(`, `argument =>` and `DATE '…'` are no variables.
    return following.upper not in ("(", "=>") and following.kind != "string"
