"""Strings that an operator or a call glues together: which of them make up one text.

`'INSERT INTO ' || t || ' SELECT …'` in SQL and `"INSERT INTO " + t + " SELECT …"` in other
languages are each one text with a hole. Reads tokens and lexemes, and no names.
"""

from dataclasses import dataclass

from snowlane.sql import foreign
from snowlane.sql.foreign import Lexeme
from snowlane.sql.tokens import Kind, Token

_LITERALS = (Kind.STRING, Kind.BODY)
_ENDS_OPERAND = (
    *("FROM", "WHERE", "AS", "THEN", "ELSE", "WHEN", "END", "AND", "OR", "INTO", "USING", "ON"),
    *("GROUP", "ORDER", "IN", "IS", "LIKE", "ILIKE", "BETWEEN", "DO", "LOOP", "LIMIT", "UNION"),
)
_OPENING = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Chain:
    """Strings glued together: their positions in order, None where something unknown comes between.

    `glue` is the position of the string that a join puts between them.
    """

    members: tuple[int | None, ...]
    glue: int | None = None

    @property
    def first(self) -> int:
        """The position of the first string."""
        return next(each for each in self.members if each is not None)

    @property
    def last(self) -> int:
        """The position of the last string."""
        return max(each for each in self.members if each is not None)


def apart(positions: list[int]) -> list[Chain]:
    """Each string on its own."""
    return [Chain((position,)) for position in positions]


def of_tokens(tokens: list[Token]) -> list[Chain]:
    """The chains of all literals in SQL tokens, each literal in one of them."""
    found: list[Chain] = []
    taken: set[int] = set()
    opened: list[int] = []
    for position, token in enumerate(tokens):
        if token.kind is Kind.MARK:
            if token.raw == "(":
                opened.append(position)
            elif token.raw == ")" and opened:
                opened.pop()
        elif token.kind in _LITERALS and position not in taken:
            chain = _concat(tokens, position, opened) or _piped(tokens, position)
            found.append(chain)
            taken.update(each for each in chain.members if each is not None)
    return found


def _piped(tokens: list[Token], position: int) -> Chain:
    members: list[int | None] = [position]
    if position and tokens[position - 1].mark("||"):
        members.insert(0, None)
    at = _after_cast(tokens, position + 1)
    while at < len(tokens) and tokens[at].mark("||"):
        start, at = at + 1, _after_operand(tokens, at + 1)
        members.append(start if _is_literal(tokens, start, at) else None)
    return Chain(tuple(members))


def _after_cast(tokens: list[Token], at: int) -> int:
    while at + 1 < len(tokens) and tokens[at].mark("::"):
        at += 2
    return at


def _after_operand(tokens: list[Token], at: int) -> int:
    depth = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind is Kind.MARK:
            if not depth and token.raw in (",", ";", "||", ")", "]", "}"):
                return at
            depth += (token.raw in _OPENING) - (token.raw in _OPENING.values())
        elif token.word("CASE"):
            depth += 1
        elif depth and token.word("END"):
            depth -= 1
        elif not depth and token.word(*_ENDS_OPERAND):
            return at
        at += 1
    return at


def _is_literal(tokens: list[Token], start: int, after: int) -> bool:
    return (
        start < after
        and tokens[start].kind in _LITERALS
        and _after_cast(tokens, start + 1) == after
    )


def _concat(tokens: list[Token], position: int, opened: list[int]) -> Chain | None:
    """The chain of CONCAT('a', x, 'b') or CONCAT_WS('_', 'a', x), at its first literal."""
    if not opened or not tokens[opened[-1] - 1].word("CONCAT", "CONCAT_WS"):
        return None
    members: list[int | None] = []
    at = opened[-1] + 1
    while at < len(tokens):
        start = at
        while (at := _after_operand(tokens, at)) < len(tokens) and not tokens[at].mark(","):
            if tokens[at].mark(")") or tokens[at].mark(";"):
                break
            at += 1
        members.append(start if _is_literal(tokens, start, at) else None)
        if at >= len(tokens) or not tokens[at].mark(","):
            break
        at += 1
    if position not in members:
        return None
    if tokens[opened[-1] - 1].word("CONCAT_WS"):
        glue, *members = members
        return Chain(tuple(members), glue) if any(m is not None for m in members) else None
    return Chain(tuple(members))


def of_lexemes(lexemes: list[Lexeme], language: str) -> list[Chain]:
    """The chains of all strings of a body, each string in one of them."""
    closing = _closing(lexemes)
    found: list[Chain] = []
    taken: set[int] = set()
    opened: list[int] = []
    for position, lexeme in enumerate(lexemes):
        if lexeme.kind is foreign.Kind.MARK:
            if position in closing:
                opened.append(position)
            elif opened and closing[opened[-1]] == position:
                opened.pop()
        elif lexeme.kind is foreign.Kind.STRING and position not in taken:
            chain = None
            if opened and lexemes[opened[-1]].text == "[":
                joined = _list_joined(lexemes, opened[-1], closing)
                chain = joined if joined and position in joined.members else None
            chain = chain or _added(lexemes, position, closing, language)
            found.append(chain)
            taken.update(each for each in chain.members if each is not None)
    return found


def _closing(lexemes: list[Lexeme]) -> dict[int, int]:
    """Where each bracket is closed."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for position, lexeme in enumerate(lexemes):
        if lexeme.kind is foreign.Kind.MARK:
            if lexeme.text in _OPENING:
                opened.append(position)
            elif opened and _OPENING[lexemes[opened[-1]].text] == lexeme.text:
                found[opened.pop()] = position
    return found


def _added(lexemes: list[Lexeme], position: int, closing: dict[int, int], language: str) -> Chain:
    """Strings joined by `+`, by standing side by side in Python, or by `.concat(…)`."""

    def mark(at: int, text: str) -> bool:
        return at < len(lexemes) and _is_mark(lexemes[at], text)

    members: list[int | None] = [position]
    if position and mark(position - 1, "+"):
        members.insert(0, None)
    at = position + 1
    while at < len(lexemes):
        if language == "PYTHON" and lexemes[at].kind is foreign.Kind.STRING:
            members.append(at)
            at += 1
        elif mark(at, "+"):
            start = at + 1
            if start < len(lexemes) and lexemes[start].kind is foreign.Kind.STRING:
                members.append(start)
                at = start + 1
            else:
                members.append(None)
                at = _after_value(lexemes, start, closing)
        elif mark(at, ".") and at + 1 < len(lexemes):
            opening = at + 2
            if lexemes[at + 1].text == "concat" and mark(opening, "("):
                members += _arguments(lexemes, opening, closing)
            at = closing.get(opening, opening - 1) + 1 if mark(opening, "(") else opening
        elif mark(at, "%") and language == "PYTHON":
            at = _after_value(lexemes, at + 1, closing)
        else:
            break
    return Chain(tuple(members))


def _after_value(lexemes: list[Lexeme], at: int, closing: dict[int, int]) -> int:
    """Where an operand such as `-a.b(c)[d]` ends."""
    while at < len(lexemes) and lexemes[at].text in ("-", "!", "await", "typeof"):
        at += 1
    at = closing.get(at, at) + 1
    while at < len(lexemes) and lexemes[at].kind is foreign.Kind.MARK:
        if lexemes[at].text == ".":
            at += 2
        elif lexemes[at].text in ("(", "[") and at in closing:
            at = closing[at] + 1
        else:
            break
    return at


def _arguments(lexemes: list[Lexeme], opening: int, closing: dict[int, int]) -> list[int | None]:
    """What stands between the commas in brackets: a string's position, or None for all else."""
    end = closing.get(opening, len(lexemes))
    found: list[int | None] = []
    at = opening + 1
    while at < end:
        start = at
        while at < end and not _is_mark(lexemes[at], ","):
            at = closing.get(at, at) + 1
        alone = at == start + 1 and lexemes[start].kind is foreign.Kind.STRING
        found.append(start if alone else None)
        at += 1
    return found


def _list_joined(lexemes: list[Lexeme], opening: int, closing: dict[int, int]) -> Chain | None:
    """The chain of `["a", x].join("_")` or `"_".join(["a", x])`."""
    end = closing[opening]
    glue = None
    if _texts(lexemes, end + 1, 3) == [".", "join", "("]:
        glue = end + 4
    elif _texts(lexemes, opening - 3, 3) == [".", "join", "("]:
        glue = opening - 4
    if glue is None or not 0 <= glue < len(lexemes):
        return None
    if lexemes[glue].kind is not foreign.Kind.STRING:
        return None
    members = tuple(_arguments(lexemes, opening, closing))
    return Chain(members, glue) if any(each is not None for each in members) else None


def _texts(lexemes: list[Lexeme], start: int, count: int) -> list[str]:
    return [each.text for each in lexemes[start : start + count]] if start >= 0 else []


def _is_mark(lexeme: Lexeme, text: str) -> bool:
    return lexeme.kind is foreign.Kind.MARK and lexeme.text == text
