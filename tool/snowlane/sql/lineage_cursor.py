"""A place in a list of tokens that reads words, names and parenthesised parts one after another.

Knows no statement: what may come next is for its callers to say.
"""

from collections.abc import Iterator

from snowlane.sql import literals
from snowlane.sql.context import path_at
from snowlane.sql.tokens import Kind, Token


class Cursor:
    """Reads tokens of `text` from left to right; `take…` moves on only where it finds its word."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text = text
        self.tokens = tokens
        self.position = 0

    @property
    def ended(self) -> bool:
        """Whether nothing is left."""
        return self.position >= len(self.tokens)

    @property
    def text_left(self) -> str:
        """The text from here to the end, as it is written."""
        return self.text_between(self.position, len(self.tokens))

    def text_between(self, first: int, after: int) -> str:
        """The text from one token up to, not including, another."""
        if first >= after:
            return ""
        return self.text[self.tokens[first].start : self.tokens[after - 1].end]

    def at(self, mark: str) -> bool:
        """Whether this punctuation comes next."""
        return not self.ended and self.tokens[self.position].mark(mark)

    def at_word(self, *words: str) -> bool:
        """Whether one of these words comes next, unquoted."""
        return not self.ended and self.tokens[self.position].word(*words)

    def take(self, word: str) -> bool:
        """Move past a word if it comes next."""
        return self.take_any(word) is not None

    def take_any(self, *words: str) -> str | None:
        """Move past one of several words and say which it was, in upper case."""
        if not self.at_word(*words):
            return None
        return self.skip().raw.upper()

    def take_if_exists(self) -> bool:
        """Move past IF EXISTS or IF NOT EXISTS; whether it was there."""
        found = self.take("IF")
        if found:
            self.take("NOT")
            self.take("EXISTS")
        return found

    def take_name(self) -> Token | None:
        """Move past one name."""
        if self.ended or not self.tokens[self.position].is_name:
            return None
        return self.skip()

    def take_text(self) -> str | None:
        """Move past a string literal, and an equals sign before it, and give what it says."""
        if self.at("="):
            self.skip()
        if self.ended or self.tokens[self.position].kind not in (Kind.STRING, Kind.BODY):
            return None
        return literals.value(self.skip().raw)

    def path(self) -> tuple[str, ...] | None:
        """Move past a dotted path and give its stored names."""
        if self.ended or not self.tokens[self.position].is_name:
            return None
        found = path_at(self.tokens, self.position)
        self.position = found.after
        return found.parts

    def skip(self) -> Token:
        """Move past one token, or past all of a parenthesised part; the token moved past first."""
        first = self.tokens[self.position]
        depth = 0
        while not self.ended:
            token = self.tokens[self.position]
            depth += token.mark("(") - token.mark(")")
            self.position += 1
            if depth <= 0:
                break
        return first

    def inside(self) -> "Cursor":
        """Move past a parenthesised part and give what stands in it; empty when there is none."""
        if not self.at("("):
            return Cursor(self.text, [])
        start = self.position + 1
        self.skip()
        closed = self.tokens[self.position - 1].mark(")")
        return Cursor(self.text, self.tokens[start : self.position - closed])

    def parts(self) -> Iterator["Cursor"]:
        """Move to the end and give what stands between the commas of this level."""
        start = self.position
        while not self.ended:
            if self.at(","):
                yield Cursor(self.text, self.tokens[start : self.position])
                start = self.position + 1
            self.skip()
        if start < self.position:
            yield Cursor(self.text, self.tokens[start : self.position])
