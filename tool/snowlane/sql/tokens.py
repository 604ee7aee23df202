"""SQL as tokens that know their offsets in the text.

Wraps the Snowflake tokenizer of sqlglot with every word left a plain word: which of them mean
something is for the callers to say. Owns no rule about names or statements.
"""

import re
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache, lru_cache
from typing import Any

from snowlane.sql import names

_COMPLETIONS = (
    ("", ""),
    ("", "'"),
    ("'", ""),
    ("'", "'"),
    ("", '"'),
    ('"', ""),
    ("", "*/"),
    ("", "$$"),
)

_BETWEEN_LITERALS = re.compile(r"(?i)'\s*(?:[),;=]|\|\||(?:AND|OR|FROM|WHERE|GROUP|ORDER)\b)")
_OPENED_AT = re.compile(r"from \d+:(\d+)$")


class Kind(Enum):
    """What a token is, as far as the rest of the package needs to know."""

    WORD = "word"
    QUOTED = "quoted identifier"
    STRING = "string literal"
    BODY = "dollar-quoted text"
    MARK = "punctuation, operator or number"


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `start` and `end` are offsets so that `text[start:end] == raw`."""

    kind: Kind
    raw: str
    start: int
    end: int
    line: int

    @property
    def is_name(self) -> bool:
        """Whether this can be part of a dotted path."""
        return self.kind is Kind.WORD or self.kind is Kind.QUOTED

    @property
    def name(self) -> str:
        """The name as Snowflake stores it."""
        return names.fold(self.raw)

    def word(self, *expected: str) -> bool:
        """Whether this is an unquoted word out of `expected` (in upper case)."""
        return self.kind is Kind.WORD and self.raw.upper() in expected

    def mark(self, expected: str) -> bool:
        """Whether this is the given punctuation."""
        return self.kind is Kind.MARK and self.raw == expected


class UnreadableSqlError(ValueError):
    """The text does not end where a literal, comment or quoted name should; `line` is where."""

    def __init__(self, line: int) -> None:
        super().__init__(f"unterminated literal, quoted name or comment near line {line}")
        self.line = line


@cache
def _tokenizer_class() -> Any:
    # sqlglot costs 0.2 s to import: only commands that read SQL pay for it.
    from sqlglot.dialects.snowflake import Snowflake

    base = Snowflake.Tokenizer
    keywords = {text: kind for text, kind in base.KEYWORDS.items() if not text[0].isalpha()}
    # Without COMMANDS, `CALL p('…')` stays tokens instead of becoming one opaque string.
    tokenizer: Any = type("WordTokenizer", (base,), {"KEYWORDS": keywords, "COMMANDS": set()})
    # sqlglot skips comments of a template language in every dialect; Snowflake does not know them.
    tokenizer._COMMENTS.pop("{#", None)
    return tokenizer


def readings(text: str) -> list[list[Token]]:
    """The ways to split a part of SQL into tokens: such a part may begin or end within a literal.

    Mostly one: the text as it stands. None when no quote or end of a comment helps.
    """
    found = []
    for before, after in _COMPLETIONS:
        try:
            tokens = tokenize(before + text + after)
        except UnreadableSqlError:
            continue
        if not before and not after and not any(map(_is_inside_out, tokens)):
            return [tokens]
        tokens = [_within(token, len(before), len(text)) for token in tokens]
        # That all of it is one literal says nothing.
        if len(tokens) != 1 or tokens[0].start >= 0 or tokens[0].end <= len(text):
            found.append(tokens)
    return found


def _is_inside_out(token: Token) -> bool:
    """Whether what looks like a literal is what stands between two."""
    return token.kind is Kind.STRING and _BETWEEN_LITERALS.match(token.raw) is not None


def _within(token: Token, shift: int, size: int) -> Token:
    """A token of a completed text as one of the text itself.

    A literal keeps its ends, also one that lies just outside of the text, so that what is between
    them is its contents. A quoted name that is not all there is no name.
    """
    start, end = token.start - shift, token.end - shift
    if token.kind is Kind.QUOTED and (start < 0 or end > size):
        return replace(token, kind=Kind.MARK, start=max(0, start), end=min(size, end))
    return replace(token, start=start, end=end)


def tokenize(text: str) -> list[Token]:
    """Split SQL into tokens; comments and white space are what lies between them.

    Raises UnreadableSqlError when a literal, quoted name or comment has no end.
    """
    return list(_tokens(text))


# Each lint and each reader of lineage asks for the tokens of the same texts.
@lru_cache(maxsize=1024)
def _tokens(text: str) -> tuple[Token, ...]:
    from sqlglot.errors import TokenError
    from sqlglot.tokenizer_core import TokenType

    kinds = {
        TokenType.VAR: Kind.WORD,
        TokenType.IDENTIFIER: Kind.QUOTED,
        TokenType.STRING: Kind.STRING,
        TokenType.RAW_STRING: Kind.BODY,
    }
    try:
        found = _tokenizer_class()(dialect="snowflake").tokenize(text)
    except TokenError as error:
        # sqlglot as compiled raises without naming a cause.
        opened = _OPENED_AT.search(str(error.__cause__ or error.__context__))
        position = int(opened[1]) if opened else 0
        raise UnreadableSqlError(text.count("\n", 0, position) + 1) from None
    result = []
    line, seen = 1, 0
    for token in found:
        line += text.count("\n", seen, token.start)
        seen = token.start
        raw = text[token.start : token.end + 1]
        kind = kinds.get(token.token_type, Kind.MARK)
        result.append(Token(kind, raw, token.start, token.end + 1, line))
    return tuple(result)
