"""Reads a statement word by word, keeping each word's place in the text.

The words come from sqlglot's Snowflake tokenizer. Handlers of statements use this reader after the grammar has judged
the syntax; it knows nothing of what the words mean.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlglot.errors import TokenError
from sqlglot.tokenizer_core import TokenType

from snowlocal.errors import SnowflakeError, syntax, unexpected
from snowlocal.raw_tokens import raw_tokens

_WORD = re.compile(r"[^\W\d]|\$")
_QUOTED = {
    TokenType.STRING,
    TokenType.RAW_STRING,
    TokenType.IDENTIFIER,
    TokenType.HEREDOC_STRING,
    TokenType.NATIONAL_STRING,
    TokenType.HEX_STRING,
}


@dataclass(frozen=True, slots=True)
class Token:
    """One word: `text` is its value (quotes resolved), `start` and `end` (exclusive) its place in the source."""

    kind: str  # "word", "name" (quoted identifier), "string", "number", "sign"
    text: str
    start: int
    end: int

    @property
    def upper(self) -> str:
        """The word in upper case; quoted identifiers and strings never equal a keyword."""
        return self.text.upper() if self.kind in ("word", "sign") else ""


@lru_cache(maxsize=512)
def tokenize(source: str) -> tuple[Token, ...]:
    """The words of `source`, comments left out.

    Raises SnowflakeError 001003 for an unclosed string, name or comment.
    """
    try:
        raw = raw_tokens(source)
    except TokenError as error:
        raise syntax(f"parse error: {str(error).splitlines()[0]}") from None
    found: list[Token] = []
    for token in raw:
        start, end = token.start, token.end + 1
        text = source[start:end]
        if token.token_type in _QUOTED:
            kind = "name" if token.token_type is TokenType.IDENTIFIER else "string"
            found.append(Token(kind, token.text, start, end))
        elif token.token_type is TokenType.NUMBER:
            found.append(Token("number", token.text, start, end))
        elif not _WORD.match(text):
            found.append(Token("sign", text, start, end))
        elif len(text.split()) == 1:
            found.append(Token("word", text, start, end))
        else:
            # sqlglot joins some keywords, for example FILE FORMAT: each word counts by itself here.
            found.extend(
                Token("word", part.group(), start + part.start(), start + part.end())
                for part in re.finditer(r"\S+", text)
            )
    return tuple(found)


class Reader:
    """A place in the words of one statement, moved on by what is accepted."""

    def __init__(self, source: str, tokens: tuple[Token, ...] | None = None) -> None:
        self.source = source
        self.tokens = tokenize(source) if tokens is None else tokens
        self.at = 0

    def peek(self, ahead: int = 0) -> Token | None:
        """The word `ahead` of the place, or None past the end."""
        index = self.at + ahead
        return self.tokens[index] if index < len(self.tokens) else None

    @property
    def done(self) -> bool:
        """Nothing is left but a closing semicolon."""
        token = self.peek()
        return token is None or (token.upper == ";" and self.at == len(self.tokens) - 1)

    def sees(self, *words: str) -> bool:
        """Whether exactly these words come next."""
        return all(
            (token := self.peek(i)) is not None and token.upper == word
            for i, word in enumerate(words)
        )

    def accept(self, *words: str) -> bool:
        """Move past these words if they come next."""
        if self.sees(*words):
            self.at += len(words)
            return True
        return False

    def expect(self, *words: str) -> None:
        """Move past these words, or raise 001003."""
        if not self.accept(*words):
            raise self.error()

    def next(self) -> Token:
        """The next word, moved past."""
        token = self.peek()
        if token is None:
            raise self.error()
        self.at += 1
        return token

    def error(self) -> SnowflakeError:
        """The 001003 for the word at the place."""
        token = self.peek()
        if token is None:
            line = self.source.count("\n") + 1
            position = len(self.source) - self.source.rfind("\n") - 1
            return unexpected("<EOF>", line, position)
        line = self.source.count("\n", 0, token.start) + 1
        position = token.start - (self.source.rfind("\n", 0, token.start) + 1)
        return unexpected(self.source[token.start : token.end], line, position)

    def identifier(self) -> str:
        """One name: folded to upper case unless quoted."""
        token = self.next()
        if token.kind == "name":
            return token.text
        if token.kind == "word" and not token.text.startswith("$"):
            return token.text.upper()
        self.at -= 1
        raise self.error()

    def qualified(self) -> tuple[str, ...]:
        """A name of one to three parts; IDENTIFIER('a.b') counts as the name it holds; `db..name` has '' between."""
        if self.sees("IDENTIFIER", "("):
            self.at += 2
            inner = Reader(self.string()).qualified()
            self.expect(")")
            return inner
        parts = [self.identifier()]
        while self.accept("."):
            parts.append("" if self.sees(".") else self.identifier())
        return tuple(parts)

    def string(self) -> str:
        """A quoted string's value."""
        token = self.next()
        if token.kind != "string":
            self.at -= 1
            raise self.error()
        return token.text

    def value(self) -> Any:
        """A string, number, TRUE/FALSE/NULL or bare word (upper case)."""
        if self.accept("-"):
            return -self.value()
        token = self.next()
        if token.kind == "string":
            return token.text
        if token.kind == "number":
            return int(token.text) if token.text.isdigit() else float(token.text)
        if token.kind == "name":
            return token.text
        if token.kind == "word":
            word = token.text.upper()
            return {"TRUE": True, "FALSE": False, "NULL": None}.get(word, word)
        self.at -= 1
        raise self.error()

    def parenthesised(self) -> str:
        """The text between the bracket at the place and its partner, moved past both."""
        self.expect("(")
        begin = self.tokens[self.at - 1].end
        depth = 1
        while depth:
            token = self.next()
            depth += {"(": 1, ")": -1}.get(token.upper, 0)
        return self.source[begin : self.tokens[self.at - 1].start]

    def values_list(self) -> list[Any]:
        """A bracketed list of values: ('a', 'b')."""
        self.expect("(")
        values: list[Any] = []
        while not self.accept(")"):
            values.append(self.value())
            self.accept(",")
        return values

    def options(self, stop: tuple[str, ...] = ()) -> dict[str, Any]:
        """`KEY = value` pairs up to the end or a word of `stop`; a bracketed value is a nested dict or a list."""
        found: dict[str, Any] = {}
        while not self.done and not any(self.sees(word) for word in stop):
            self.accept(",")
            key = self.identifier()
            self.expect("=")
            if self.sees("("):
                nested = self.peek(2)
                pairs = nested is not None and nested.upper == "="
                found[key] = self._pairs() if pairs else self.values_list()
            else:
                found[key] = self.value()
        return found

    def _pairs(self) -> dict[str, Any]:
        self.expect("(")
        found = self.options(stop=(")",))
        self.expect(")")
        return found

    def rest(self) -> str:
        """The text from the place to the end, without a closing semicolon, as written."""
        token = self.peek()
        if token is None:
            return ""
        last = self.tokens[-1]
        end = last.start if last.upper == ";" else len(self.source)
        self.at = len(self.tokens)
        return self.source[token.start : end].strip()

    def finish(self) -> None:
        """Raise 001003 unless nothing is left."""
        if not self.done:
            raise self.error()
