"""Whether an expression is a literal, and of which kind."""

from typing import Literal

from snowlane.sql.tokens import Kind, UnreadableSqlError, tokenize

LiteralKind = Literal["string", "number", "boolean", "null"]


def literal_kind(text: str) -> LiteralKind | None:
    """The kind of a literal; None for a function, a cast or any other expression."""
    try:
        tokens = tokenize(text)
    except UnreadableSqlError:
        return None
    while tokens and (tokens[0].mark("-") or tokens[0].mark("+")) and len(tokens) == 2:
        tokens = tokens[1:]
    if len(tokens) != 1:
        return None
    token = tokens[0]
    if token.kind in (Kind.STRING, Kind.BODY):
        return "string"
    if token.word("TRUE", "FALSE"):
        return "boolean"
    if token.word("NULL"):
        return "null"
    is_number = (token.kind is Kind.MARK and token.raw[:1].isdigit()) or token.raw[:1] == "."
    return "number" if is_number else None
