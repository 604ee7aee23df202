"""Reads declarations, and SQL statements with their INTO and USING, out of a block's words.

Knows the DECLARE and LET pages of the manual
(docs.snowflake.com/en/sql-reference/snowflake-scripting/declare, …/let).
"""

from __future__ import annotations

from snowlocal.errors import unsupported
from snowlocal.scripting import nodes
from snowlocal.scripting.source import Piece, Token
from snowlocal.scripting.words import WordReader

_DEFAULT_EXCEPTION = -20000
_EXCEPTION_NUMBERS = range(-20999, -19999)
# A statement of a block begins with one of these words; any other is a syntax error before anything
# runs.
_VERBS = frozenset(
    (
        "ALTER",
        "BEGIN",
        "CALL",
        "COMMENT",
        "COMMIT",
        "COPY",
        "CREATE",
        "DELETE",
        "DESC",
        "DESCRIBE",
        "DROP",
        "EXECUTE",
        "EXPLAIN",
        "GET",
        "GRANT",
        "INSERT",
        "LIST",
        "LS",
        "MERGE",
        "PUT",
        "REMOVE",
        "REVOKE",
        "RM",
        "ROLLBACK",
        "SELECT",
        "SET",
        "SHOW",
        "START",
        "TRUNCATE",
        "UNDROP",
        "UNSET",
        "UPDATE",
        "USE",
        "VALUES",
        "WITH",
        "(",
    )
)


class DeclarationReader(WordReader):
    """Reads what a name is declared to be."""

    def declaration(self, let: Token | None = None) -> nodes.Declaration:
        """One declaration without its semicolon; one after LET is no exception and always has a
        value.
        """
        token = self.name_token()
        if self.sees("EXCEPTION") and let is None:
            return self._exception(token)
        if self.accept("CURSOR"):
            return self._cursor(token)
        if self.accept("RESULTSET"):
            return self._resultset(token)
        if self.sees("PROCEDURE"):
            raise unsupported("nested stored procedure")
        kind = None if self._sees_default() else self._type()
        if not self._sees_default():
            if let is not None or not self.sees(";"):
                raise self.error()
            return nodes.Variable(token.name, kind, None, token.place)
        self.next()
        # Snowflake places a LET at its LET, a declaration at its name.
        return nodes.Variable(token.name, kind, self.until(";"), (let or token).place)

    def _sees_default(self) -> bool:
        return self.sees("DEFAULT") or self.sees(":=")

    def _type(self) -> str:
        begin = self.at
        self.name_token()
        while not self._sees_default() and not self.sees(";"):
            if self.sees("("):
                self.bracketed()
            else:
                self.name_token()
        return Piece(self.source, self.tokens[begin : self.at]).text

    def _exception(self, token: Token) -> nodes.ExceptionDeclaration:
        self.expect("EXCEPTION")
        if not self.accept("("):
            return nodes.ExceptionDeclaration(token.name, _DEFAULT_EXCEPTION, "")
        negative = self.accept("-")
        number = self.next()
        if not (negative and number.kind == "number" and number.text.isdigit()):
            raise self.error_at(number)
        if -int(number.text) not in _EXCEPTION_NUMBERS:
            raise self.error_at(number)
        self.expect(",")
        message = self.next()
        if message.kind != "string":
            raise self.error_at(message)
        self.expect(")")
        return nodes.ExceptionDeclaration(token.name, -int(number.text), message.text)

    def _cursor(self, token: Token) -> nodes.CursorDeclaration:
        self.expect("FOR")
        piece = self.statement_piece()
        first = piece.tokens[0]
        if len(piece.tokens) == 1 and first.is_name:
            return nodes.CursorDeclaration(token.name, None, first)
        if first.upper not in ("SELECT", "WITH", "(", "SHOW", "CALL"):
            raise self.error_at(first)
        return nodes.CursorDeclaration(token.name, piece, None)

    def _resultset(self, token: Token) -> nodes.ResultsetDeclaration:
        if not self._sees_default():
            return nodes.ResultsetDeclaration(token.name, None)
        self.next()
        if self.sees("ASYNC"):
            raise unsupported("asynchronous job (ASYNC)")
        piece = self.until(";")
        query = self.statement_in_brackets(piece)
        if query is None:
            raise self.error_at(piece.tokens[0])
        return nodes.ResultsetDeclaration(token.name, query)

    def statement_in_brackets(self, piece: Piece) -> nodes.Query | None:
        """The statement of `(statement)`, as a resultset takes it; None when the piece is something
        else.
        """
        if piece.tokens[0].upper == "ASYNC":
            raise unsupported("asynchronous job (ASYNC)")
        if piece.tokens[0].upper != "(" or _partner(piece) != len(piece.tokens) - 1:
            return None
        inner = piece.part(1, -1)
        if not inner.tokens or inner.tokens[0].upper not in _VERBS:
            return None
        return self.sql_statement(inner)

    def sql_at_place(self) -> nodes.Query:
        """The SQL statement at the place, up to its semicolon."""
        if self.require().upper not in _VERBS:
            raise self.error()
        return self.sql_statement(self.statement_piece())

    def sql_statement(self, piece: Piece) -> nodes.Query:
        """A SQL statement, its INTO taken out."""
        first = piece.tokens[0]
        second = piece.tokens[1].upper if len(piece.tokens) > 1 else ""
        if (first.upper, second) == ("EXECUTE", "IMMEDIATE"):
            return self._execute_immediate(piece)
        if first.upper not in ("SELECT", "WITH", "CALL"):
            return nodes.Sql((piece,), ())
        begin = _into(piece)
        if begin is None:
            return nodes.Sql((piece,), ())
        names, end = self._into_names(piece, begin + 1)
        pieces = tuple(part for part in (piece.part(0, begin), piece.part(end)) if part.tokens)
        return nodes.Sql(pieces, names)

    def _into_names(self, piece: Piece, index: int) -> tuple[tuple[Token, ...], int]:
        """The variables of an INTO and the index of the word after them."""
        names: list[Token] = []
        while True:
            rest = piece.tokens[index : index + 2]
            if len(rest) < 2 or rest[0].upper != ":" or not rest[1].is_name:
                raise self.error_at(rest[0] if rest else None)
            names.append(rest[1])
            index += 2
            if index >= len(piece.tokens) or piece.tokens[index].upper != ",":
                return tuple(names), index
            index += 1

    def _execute_immediate(self, piece: Piece) -> nodes.ExecuteImmediate:
        words = piece.tokens[2:]
        using = next((i for i, each in enumerate(words) if each.upper == "USING"), len(words))
        if using == 0:
            raise self.error_at(words[0] if words else None)
        if words[0].upper == "FROM" and using > 1:
            raise unsupported("EXECUTE IMMEDIATE FROM")
        names: tuple[Token, ...] = ()
        if using < len(words):
            names = self._bracketed_names(words[using + 1 :])
        return nodes.ExecuteImmediate(piece.part(2, 2 + using), names, piece.place)

    def using(self) -> tuple[Token, ...]:
        """The names of USING (a, b) at the place, or none."""
        if not self.accept("USING"):
            return ()
        begin = self.at
        self.bracketed()
        return self._bracketed_names(self.tokens[begin : self.at])

    def _bracketed_names(self, words: tuple[Token, ...]) -> tuple[Token, ...]:
        """`(a, :b)`: variables only, as Snowflake takes them."""
        names: list[Token] = []
        expected = "("
        for index, word in enumerate(words):
            if expected == "name":
                if word.upper == ":":
                    continue
                if not word.is_name:
                    raise self.error_at(word)
                names.append(word)
                expected = ",)"
            elif word.upper and word.upper in expected:
                expected = "name" if word.upper in "(," else ""
                if word.upper == ")" and index + 1 < len(words):
                    raise self.error_at(words[index + 1])
            else:
                raise self.error_at(word)
        if expected or not words:
            raise self.error_at(words[-1] if words else None)
        return tuple(names)

    def variables(self) -> tuple[Token, ...]:
        """`a, b` or `:a, :b`."""
        names: list[Token] = []
        while True:
            self.accept(":")
            names.append(self.name_token())
            if not self.accept(","):
                return tuple(names)


def _into(piece: Piece) -> int | None:
    """The index of the INTO of a SELECT or CALL, outside every bracket."""
    depth = 0
    for index, token in enumerate(piece.tokens):
        depth += {"(": 1, ")": -1}.get(token.upper, 0)
        if depth == 0 and token.upper == "INTO":
            return index
    return None


def _partner(piece: Piece) -> int:
    """The index of the bracket that closes the first one."""
    depth = 0
    for index, token in enumerate(piece.tokens):
        depth += {"(": 1, ")": -1}.get(token.upper, 0)
        if depth == 0:
            return index
    return -1
