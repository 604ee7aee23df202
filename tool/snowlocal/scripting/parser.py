"""Reads the text of a block into the parts of `nodes`.

Knows the grammar of Snowflake Scripting (docs.snowflake.com/en/sql-reference-snowflake-scripting);
SQL statements and expressions inside a block are only delimited here. Names are not looked up: that
is `resolve`'s work.
"""

from __future__ import annotations

from snowlocal.errors import unsupported
from snowlocal.scripting import nodes
from snowlocal.scripting.declarations import DeclarationReader
from snowlocal.scripting.source import Piece
from snowlocal.scripting.split import starts_block

_STEPS = {"BREAK": True, "EXIT": True, "CONTINUE": False, "ITERATE": False}


def parse_block(text: str, *, on_line_offset: int = 0) -> nodes.Block:
    """The block that `text` is; `on_line_offset` is added to the lines in messages.

    Raises SnowflakeError: 001003 for a syntax error, 000002 for scripting that this account does
    not know.
    """
    reader = _BlockReader(text, on_line_offset)
    if not starts_block(reader.tokens, 0):
        raise reader.error()
    block = reader.block()
    reader.accept(";")
    if reader.peek() is not None:
        raise reader.error()
    return block


class _BlockReader(DeclarationReader):
    """Reads statements; `_loops` is how many loops enclose the place."""

    def __init__(self, source: str, line_offset: int) -> None:
        super().__init__(source, line_offset)
        self._loops = 0
        self._handlers = 0

    def block(self) -> nodes.Block:
        """[DECLARE …] BEGIN … [EXCEPTION …] END"""
        declarations: tuple[nodes.Declaration, ...] = ()
        if self.accept("DECLARE"):
            declarations = self._declare_section()
        self.expect("BEGIN")
        body = self._statements("END", "EXCEPTION")
        handlers: list[nodes.Handler] = []
        if self.accept("EXCEPTION"):
            self._handlers += 1
            while self.sees("WHEN") or not handlers:
                handlers.append(self._handler())
            self._handlers -= 1
        self.expect("END")
        return nodes.Block(declarations, body, tuple(handlers))

    def _declare_section(self) -> tuple[nodes.Declaration, ...]:
        found: list[nodes.Declaration] = []
        while not self.sees("BEGIN"):
            found.append(self.declaration())
            self.expect(";")
        return tuple(found)

    def _handler(self) -> nodes.Handler:
        self.expect("WHEN")
        names = [self.name_token()]
        while self.accept("OR"):
            names.append(self.name_token())
        if self.sees("CONTINUE"):
            raise unsupported("CONTINUE exception handler")
        self.accept("EXIT")
        self.expect("THEN")
        return nodes.Handler(tuple(names), self._statements("WHEN", "END"))

    def _statements(self, *closing: str) -> tuple[nodes.Statement, ...]:
        """One statement or more, up to a word of `closing`; an empty list is a syntax error at that
        word.
        """
        found: list[nodes.Statement] = []
        while not found or not self.sees_any(closing):
            found.append(self._statement())
            self.expect(";")
        return tuple(found)

    def _statement(self) -> nodes.Statement:
        if self.peek() is None:
            raise self.error()
        if starts_block(self.tokens, self.at):
            return self.block()
        if self.sees_at(1, ":=") and self.require().is_name:
            return self._assignment()
        word = self.require().upper
        if word in _STEPS:
            return self._jump(word)
        match word:
            case "LET":
                return nodes.Let(self.declaration(self.next()))
            case "IF":
                return self._if()
            case "CASE":
                return self._case()
            case "FOR":
                return self._for()
            case "WHILE" | "LOOP" | "REPEAT":
                return self._loop(word)
            case "OPEN" | "FETCH" | "CLOSE":
                return self._cursor_statement(word)
            case "RAISE":
                return self._raise()
            case "RETURN":
                return self._return()
            case "NULL":
                self.next()
                return nodes.Null()
            case "AWAIT" | "ASYNC":
                raise unsupported(f"asynchronous job ({word})")
        return self.sql_at_place()

    def _assignment(self) -> nodes.Assign:
        target = self.next()
        self.expect(":=")
        value = self.until(";")
        return nodes.Assign(target, value, self.statement_in_brackets(value))

    def _if(self) -> nodes.If:
        branches: list[tuple[Piece, tuple[nodes.Statement, ...]]] = []
        self.expect("IF")
        while True:
            condition = self.bracketed()
            self.expect("THEN")
            branches.append((condition, self._statements("ELSEIF", "ELSE", "END")))
            if not self.accept("ELSEIF"):
                break
        otherwise = self._statements("END") if self.accept("ELSE") else ()
        self.expect("END")
        self.expect("IF")
        return nodes.If(tuple(branches), otherwise)

    def _case(self) -> nodes.Case:
        self.expect("CASE")
        operand = None if self.sees("WHEN") else self.until("WHEN")
        branches: list[tuple[Piece, tuple[nodes.Statement, ...]]] = []
        while self.sees("WHEN") or not branches:
            self.expect("WHEN")
            condition = self.until("THEN")
            self.expect("THEN")
            branches.append((condition, self._statements("WHEN", "ELSE", "END")))
        otherwise = self._statements("END") if self.accept("ELSE") else ()
        self.expect("END")
        self.accept("CASE")
        return nodes.Case(operand, tuple(branches), otherwise)

    def _for(self) -> nodes.ForRange | nodes.ForRows:
        self.expect("FOR")
        variable = self.name_token()
        self.expect("IN")
        reverse = self.accept("REVERSE")
        place = self.require().place
        first = self.until("TO", "DO", "LOOP")
        if not self.accept("TO"):
            if reverse or len(first.tokens) != 1 or not first.tokens[0].is_name:
                raise self.error()
            body, label = self._loop_body("FOR")
            return nodes.ForRows(variable.name, first.tokens[0], body, label, place)
        high = self.until("DO", "LOOP")
        body, label = self._loop_body("FOR")
        return nodes.ForRange(variable.name, first, high, reverse, body, label)

    def _loop_body(self, kind: str) -> tuple[tuple[nodes.Statement, ...], str | None]:
        """DO … END FOR (or WHILE), or LOOP … END LOOP, with the label behind it."""
        opening = self.next()
        if opening.upper not in ("DO", "LOOP"):
            raise self.error_at(opening)
        body = self._looped("END")
        self.expect("END")
        self.expect("LOOP" if opening.upper == "LOOP" else kind)
        return body, self._label()

    def _loop(self, word: str) -> nodes.Loop:
        self.next()
        condition = until = None
        if word == "WHILE":
            condition = self.bracketed()
            body, label = self._loop_body("WHILE")
            return nodes.Loop(condition, None, body, label)
        body = self._looped("UNTIL" if word == "REPEAT" else "END")
        if word == "REPEAT":
            self.expect("UNTIL")
            until = self.bracketed()
        self.expect("END")
        self.expect(word)
        return nodes.Loop(None, until, body, self._label())

    def _looped(self, closing: str) -> tuple[nodes.Statement, ...]:
        self._loops += 1
        body = self._statements(closing)
        self._loops -= 1
        return body

    def _label(self) -> str | None:
        token = self.peek()
        if token is None or not token.is_name or token.upper == "END":
            return None
        return self.next().name

    def _jump(self, word: str) -> nodes.Jump:
        token = self.next()
        if not self._loops:
            raise self.error_at(token)
        return nodes.Jump(_STEPS[word], self._label())

    def _cursor_statement(self, word: str) -> nodes.Open | nodes.Fetch | nodes.Close:
        place = self.next().place
        cursor = self.name_token()
        if word == "CLOSE":
            return nodes.Close(cursor, place)
        if word == "OPEN":
            return nodes.Open(cursor, self.using(), place)
        self.expect("INTO")
        return nodes.Fetch(cursor, self.variables(), place)

    def _raise(self) -> nodes.Raise:
        place = self.next().place
        if self.sees(";"):
            if not self._handlers:
                raise self.error()
            return nodes.Raise(None, place)
        return nodes.Raise(self.name_token(), place)

    def _return(self) -> nodes.Return | nodes.ReturnTable:
        place = self.next().place
        if self.sees("TABLE") and self.sees_at(1, "("):
            self.at += 2
            is_cursor = self.sees("RESULTSET_FROM_CURSOR")
            if is_cursor:
                self.next()
                self.expect("(")
            self.accept(":")
            of = self.name_token()
            self.expect(")")
            if is_cursor:
                self.expect(")")
            return nodes.ReturnTable(of, is_cursor, place)
        return nodes.Return(None if self.sees(";") else self.until(";"))
