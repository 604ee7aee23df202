"""A statement cut up by sqlglot's Snowflake tokenizer, once for the reader of words and for sqlglot's parser."""

from __future__ import annotations

from functools import lru_cache

from sqlglot.dialects.snowflake import Snowflake
from sqlglot.tokenizer_core import Token


class _Tokenizer(Snowflake.Tokenizer):
    # sqlglot hands on what follows EXECUTE, CALL or RENAME as one string; the words are needed here.
    COMMANDS = set()  # noqa: RUF012 (the attribute is the base class's)


@lru_cache(maxsize=8)  # a statement is parsed soon after it is read
def raw_tokens(source: str) -> tuple[Token, ...]:
    """sqlglot's tokens of `source`, not to be changed. Raises sqlglot's TokenError."""
    return tuple(_Tokenizer(dialect="snowflake").tokenize(source))


def parser_tokens(source: str) -> list[Token]:
    """The tokens of `source` as sqlglot's parser wants them. Raises sqlglot's TokenError."""
    found = raw_tokens(source)
    # The parser reads some commands as one string, and adds to the comments of the tokens it is given.
    commands = Snowflake.Tokenizer.COMMANDS
    if any(token.comments or token.token_type in commands for token in found):
        return Snowflake().tokenize(source)
    return list(found)
