"""The words of a scripting text, each with its line and position as Snowflake counts them.

Knows how Snowflake's text is cut into words, and nothing of what the words mean.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import lru_cache

from sqlglot.errors import TokenError
from sqlglot.tokenizer_core import Token as RawToken
from sqlglot.tokenizer_core import TokenType

from snowlocal.errors import SnowflakeError, syntax, unexpected
from snowlocal.raw_tokens import raw_tokens

_STRINGS = {
    TokenType.STRING,
    TokenType.RAW_STRING,
    TokenType.HEREDOC_STRING,
    TokenType.NATIONAL_STRING,
    TokenType.HEX_STRING,
}
_WORD = re.compile(r"[^\W\d]|\$\S")
_PARTS = re.compile(r"\S+")
_ESCAPE = re.compile(r"''|\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|([0-7]{3})|(.))", re.S)
_CONTROL = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "0": "\0"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: `line` counts from 1, `position` from 0."""

    line: int
    position: int


class _Lines:
    def __init__(self, source: str, line_offset: int) -> None:
        self._starts = [0, *(found.end() for found in re.finditer("\n", source))]
        self._offset = line_offset

    def place(self, offset: int) -> Place:
        line = bisect_right(self._starts, offset)
        return Place(line + self._offset, offset - self._starts[line - 1])


@dataclass(frozen=True, slots=True)
class Token:
    """One word; `text` is its value (quotes resolved), `start` and `end` (exclusive) its offsets in
    the source.
    """

    kind: str  # "word", "name" (quoted identifier), "string", "number", "sign"
    text: str
    start: int
    end: int
    lines: _Lines = field(repr=False, compare=False)

    @property
    def place(self) -> Place:
        """Where it stands; worked out when it is asked for, which is when something is wrong."""
        return self.lines.place(self.start)

    @property
    def upper(self) -> str:
        """The word or sign in upper case; empty for strings, numbers and quoted names."""
        return self.text.upper() if self.kind in ("word", "sign") else ""

    @property
    def is_name(self) -> bool:
        """Whether this can name a variable."""
        return self.kind == "name" or (self.kind == "word" and not self.text.startswith("$"))

    @property
    def name(self) -> str:
        """The identifier it stands for: folded to upper case unless quoted."""
        return self.text if self.kind == "name" else self.text.upper()


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words of one source: an expression or a SQL statement, kept as written."""

    source: str
    tokens: tuple[Token, ...]

    @property
    def place(self) -> Place:
        """Where it begins."""
        return self.tokens[0].place

    @property
    def text(self) -> str:
        """The source from the first word to the last."""
        return self.source[self.tokens[0].start : self.tokens[-1].end]

    def part(self, begin: int, end: int | None = None) -> Piece:
        """The words from index `begin` up to `end`."""
        return Piece(self.source, self.tokens[begin:end])


def tokenize(source: str, line_offset: int = 0) -> tuple[Token, ...]:
    """The words of `source` without its comments; `line_offset` is added to every line.

    Raises SnowflakeError 001003 for an unclosed string, quoted name or comment.
    """
    # Always by position: lru_cache takes a default that is left out for another call than the same value given.
    return _tokenized(source, line_offset)


@lru_cache(maxsize=64)
def _tokenized(source: str, line_offset: int) -> tuple[Token, ...]:
    lines = _Lines(source, line_offset)
    try:
        raw = raw_tokens(source)
    except TokenError:
        end = lines.place(len(source))
        raise syntax(
            f"parse error line {end.line} at position {end.position} near '<EOF>'."
        ) from None
    return tuple(token for each in raw for token in _words(source, each, lines))


def _words(source: str, raw: RawToken, lines: _Lines) -> list[Token]:
    start, end = raw.start, raw.end + 1
    text = source[start:end]
    if raw.token_type is TokenType.IDENTIFIER:
        return [Token("name", raw.text, start, end, lines)]
    if raw.token_type in _STRINGS:
        return [Token("string", _string_value(text), start, end, lines)]
    if raw.token_type is TokenType.NUMBER:
        return [Token("number", raw.text, start, end, lines)]
    if not _WORD.match(text):
        return [Token("sign", text, start, end, lines)]
    if len(text.split()) == 1:
        return [Token("word", text, start, end, lines)]
    # The tokenizer joins some keywords, for example GROUP BY; here each word counts by itself.
    parts = ((part.group(), start + part.start()) for part in _PARTS.finditer(text))
    return [Token("word", word, at, at + len(word), lines) for word, at in parts]


def _string_value(written: str) -> str:
    """What a string constant stands for; only those in single quotes have escapes.

    docs.snowflake.com/en/sql-reference/data-types-text, section "Escape sequences in
    single-quoted string constants".
    """
    if written.startswith("$$"):
        return written[2:-2]
    return _ESCAPE.sub(_unescaped, written[1:-1])


def _unescaped(found: re.Match[str]) -> str:
    hexadecimal, unicode, octal, single = found.groups()
    if hexadecimal or unicode:
        return chr(int(hexadecimal or unicode, 16))
    if octal:
        return chr(int(octal, 8))
    return "'" if single is None else _CONTROL.get(single, single)


def unexpected_token(source: str, token: Token | None, line_offset: int = 0) -> SnowflakeError:
    """001003 at a word; `None` is the end of the text."""
    if token is None:
        end = _Lines(source, line_offset).place(len(source))
        return unexpected("<EOF>", end.line, end.position)
    return unexpected(source[token.start : token.end], token.place.line, token.place.position)
