"""A place in the words of a block, moved on by what is accepted.

Delimits expressions and SQL statements; knows no statement of the scripting language.
"""

from __future__ import annotations

from snowlocal.errors import SnowflakeError
from snowlocal.scripting.source import Piece, Token, tokenize, unexpected_token
from snowlocal.scripting.split import statement_end

_CLOSING = {";", "IF", "CASE", "FOR", "WHILE", "LOOP", "REPEAT"}


class WordReader:
    """Reads `source` from its first word; every refusal is a SnowflakeError 001003."""

    def __init__(self, source: str, line_offset: int) -> None:
        self.source = source
        self.tokens = tokenize(source, line_offset)
        self.at = 0
        self._line_offset = line_offset

    def peek(self, ahead: int = 0) -> Token | None:
        """The word `ahead` of the place, or None past the end."""
        index = self.at + ahead
        return self.tokens[index] if index < len(self.tokens) else None

    def require(self) -> Token:
        """The word at the place."""
        token = self.peek()
        if token is None:
            raise self.error()
        return token

    def next(self) -> Token:
        """The word at the place, moved past."""
        token = self.require()
        self.at += 1
        return token

    def sees_at(self, ahead: int, word: str) -> bool:
        """Whether `word` stands `ahead` of the place."""
        token = self.peek(ahead)
        return token is not None and token.upper == word

    def sees(self, word: str) -> bool:
        """Whether `word` comes next."""
        return self.sees_at(0, word)

    def sees_any(self, words: tuple[str, ...]) -> bool:
        """Whether one of `words` comes next."""
        return any(self.sees(word) for word in words)

    def accept(self, word: str) -> bool:
        """Move past `word` if it comes next."""
        seen = self.sees(word)
        self.at += seen
        return seen

    def expect(self, word: str) -> None:
        """Move past `word`, or refuse what stands there."""
        if not self.accept(word):
            raise self.error()

    def name_token(self) -> Token:
        """A name, moved past."""
        if not self.require().is_name:
            raise self.error()
        return self.next()

    def error(self) -> SnowflakeError:
        """The refusal of the word at the place."""
        return self.error_at(self.peek())

    def error_at(self, token: Token | None) -> SnowflakeError:
        """The refusal of `token`; None is the end of the text."""
        return unexpected_token(self.source, token, self._line_offset)

    def until(self, *stops: str) -> Piece:
        """The expression up to a word of `stops` outside brackets and CASE … END; at least one
        word.
        """
        begin, depth = self.at, 0
        while True:
            token = self.require()
            if depth == 0 and token.upper in stops and self.at > begin:
                return Piece(self.source, self.tokens[begin : self.at])
            depth += _nesting(token)
            if depth < 0 or token.upper == ";" or (token.upper in stops and self.at == begin):
                raise self.error()
            self.at += 1

    def bracketed(self) -> Piece:
        """The words between the bracket at the place and its partner, moved past both; at least
        one.
        """
        self.expect("(")
        begin, depth = self.at, 1
        while True:
            token = self.require()
            depth += {"(": 1, ")": -1}.get(token.upper, 0)
            if token.upper == ";" or (depth == 0 and self.at == begin):
                raise self.error()
            self.at += 1
            if depth == 0:
                return Piece(self.source, self.tokens[begin : self.at - 1])

    def statement_piece(self) -> Piece:
        """The SQL statement at the place, up to its semicolon.

        An END that closes a block before that semicolon is refused: the semicolon is missing.
        """
        begin = self.at
        if self.require().upper == ";":
            raise self.error()
        end = statement_end(self.tokens, begin)
        stray = self._stray_end(begin, end)
        if stray < end or end == len(self.tokens):
            self.at = stray
            raise self.error()
        self.at = end
        return Piece(self.source, self.tokens[begin:end])

    def _stray_end(self, begin: int, end: int) -> int:
        """The index of an END that closes a block and not a CASE, or `end`.

        A column may be called END: only one with the end of a block behind it counts.
        """
        if self.tokens[begin].upper in ("CREATE", "ALTER"):
            return end
        cases = 0
        for index in range(begin, end):
            word = self.tokens[index].upper
            if (
                word == "END"
                and cases == 0
                and self.tokens[index - 1].upper not in ("AS", ".", ",")
            ):
                following = self.tokens[index + 1].upper if index + 1 < len(self.tokens) else ";"
                if following in _CLOSING:
                    return index
            cases += (word == "CASE") - (word == "END" and cases > 0)
        return end


def _nesting(token: Token) -> int:
    return {"(": 1, "[": 1, "{": 1, "CASE": 1, ")": -1, "]": -1, "}": -1, "END": -1}.get(
        token.upper, 0
    )
