"""Checks every name of a block before any of it runs, as Snowflake compiles the whole block first.

Judges names and untyped declarations only, and only where the verdict is certain: a name inside a
function call or a subquery is left to the session, which may know it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from snowlocal.errors import SnowflakeError, unexpected
from snowlocal.scripting import nodes
from snowlocal.scripting.expressions import unknown_name
from snowlocal.scripting.references import Reference, is_known_word, references
from snowlocal.scripting.scope import BUILT_IN
from snowlocal.scripting.source import Piece, Place, Token

_BUILT_IN_EXCEPTIONS = {"STATEMENT_ERROR", "EXPRESSION_ERROR", "OTHER"}
_UNTYPED_CALLS = {"PARSE_JSON", "TRY_PARSE_JSON", "TO_VARIANT"}


@dataclass
class _Names:
    """The names known at a place: what kind of thing each is, and the type of a variable."""

    kinds: dict[str, str] = field(default_factory=dict)

    def copy(self) -> _Names:
        return _Names(dict(self.kinds))


def check_names(block: nodes.Block, arguments: Iterable[str]) -> None:
    """Raise the first refusal that Snowflake gives for the names of `block`; `arguments` are
    declared around it.

    Raises SnowflakeError 000904 for a name that is not declared, 092228 for an untyped declaration
    whose initialiser has no type to infer. Binds, targets and untyped declarations are judged ahead
    of bare names, wherever they stand.
    """
    checker = _Checker()
    checker.block(block, _Names(dict.fromkeys(arguments, "variable")))
    for problems in (checker.early, checker.late):
        if problems:
            raise problems[0]


class _Checker:
    def __init__(self) -> None:
        self.early: list[SnowflakeError] = []
        self.late: list[SnowflakeError] = []

    def block(self, block: nodes.Block, names: _Names) -> None:
        """A block sees what surrounds it; its handlers see its DECLARE section but not its LETs."""
        inner = names.copy()
        for declaration in block.declarations:
            self._declare(declaration, inner)
        self._statements(block.body, inner.copy())
        for handler in block.handlers:
            for token in handler.names:
                if token.name not in _BUILT_IN_EXCEPTIONS:
                    self._expect_kind(token, inner, "exception")
            self._statements(handler.body, inner.copy())

    def _statements(self, body: tuple[nodes.Statement, ...], names: _Names) -> None:
        for statement in body:
            self._statement(statement, names)

    def _statement(self, statement: nodes.Statement, names: _Names) -> None:
        match statement:
            case nodes.Block():
                self.block(statement, names)
            case nodes.Let(declaration):
                self._declare(declaration, names)
            case nodes.Assign(target, value, query):
                kind = names.kinds.get(target.name)
                if kind == "resultset" and query is not None:
                    self._statement(query, names)
                else:
                    self._expect_kind(target, names, "variable", "variant", "resultset")
                    self._expression(value, names)
            case nodes.Sql(pieces, into):
                for piece in pieces:
                    self._sql(piece, names)
                self._variables(into, names)
            case nodes.ExecuteImmediate(value, using, _):
                self._expression(value, names)
                self._variables(using, names)
            case nodes.If(branches, otherwise):
                self._branches(branches, otherwise, names)
            case nodes.Case(operand, branches, otherwise):
                if operand is not None:
                    self._expression(operand, names)
                self._branches(branches, otherwise, names)
            case _:
                self._loop_or_name(statement, names)

    def _loop_or_name(self, statement: nodes.Statement, names: _Names) -> None:
        match statement:
            case nodes.ForRange(name, low, high, _, body, _):
                self._expression(low, names)
                self._expression(high, names)
                self._statements(body, _Names({**names.kinds, name: "variable"}))
            case nodes.ForRows(name, over, body, _, _):
                self._expect_kind(over, names, "cursor", "resultset")
                self._statements(body, _Names({**names.kinds, name: "record"}))
            case nodes.Loop(condition, until, body, _):
                for piece in (condition, until):
                    if piece is not None:
                        self._expression(piece, names)
                self._statements(body, names)
            case nodes.Open(cursor, using, _):
                self._expect_kind(cursor, names, "cursor")
                self._variables(using, names)
            case nodes.Fetch(cursor, into, _):
                self._expect_kind(cursor, names, "cursor")
                self._variables(into, names)
            case nodes.Close(cursor, _):
                self._expect_kind(cursor, names, "cursor")
            case nodes.Raise(name, _) if name is not None:
                self._expect_kind(name, names, "exception")
            case nodes.Return(value) if value is not None:
                self._expression(value, names)
            case nodes.ReturnTable(of, is_cursor, _):
                self._expect_kind(of, names, "cursor" if is_cursor else "resultset")
            case _:
                pass

    def _branches(
        self,
        branches: nodes.Branches,
        otherwise: tuple[nodes.Statement, ...],
        names: _Names,
    ) -> None:
        for condition, body in branches:
            self._expression(condition, names)
            self._statements(body, names)
        self._statements(otherwise, names)

    def _declare(self, declaration: nodes.Declaration, names: _Names) -> None:
        kind = "variable"
        match declaration:
            case nodes.Variable(name, declared, value, place):
                if value is not None:
                    if declared is None:
                        self._infer(name, value, place, names)
                    self._expression(value, names)
                if (declared or "").upper() == "VARIANT":
                    kind = "variant"
            case nodes.ExceptionDeclaration(name, _, _):
                kind = "exception"
            case nodes.CursorDeclaration(name, query, resultset):
                kind = "cursor"
                if query is not None:
                    self._sql(query, names)
                if resultset is not None:
                    self._expect_kind(resultset, names, "resultset")
            case nodes.ResultsetDeclaration(name, query):
                kind = "resultset"
                if query is not None:
                    self._statement(query, names)
        names.kinds[name] = kind

    def _sql(self, piece: Piece, names: _Names) -> None:
        for found in references(piece, bare=False):
            kind = _kind(found.name, names)
            if kind is None:
                self.early.append(unknown_name(found.at, found.name.name))
            elif kind == "record" and found.field is not None:
                # A record's field cannot be bound; it has to go through a variable.
                place = _dot(piece, found).place
                self.early.append(unexpected(".", place.line, place.position))

    def _expression(self, piece: Piece, names: _Names) -> None:
        for found in references(piece, bare=True):
            if _kind(found.name, names) is not None:
                continue
            if found.is_bind:
                self.early.append(unknown_name(found.at, found.name.text))
            elif not found.in_call and found.field is None and _stands_alone(piece, found):
                self.late.append(unknown_name(found.at, _shown(found.name)))

    def _variables(self, tokens: tuple[Token, ...], names: _Names) -> None:
        for token in tokens:
            if _kind(token, names) not in ("variable", "variant"):
                self.early.append(unknown_name(token, _shown(token)))

    def _expect_kind(self, token: Token, names: _Names, *kinds: str) -> None:
        if names.kinds.get(token.name) not in kinds:
            self.early.append(unknown_name(token, _shown(token)))

    def _infer(self, name: str, value: Piece, place: Place, names: _Names) -> None:
        """Whether an untyped declaration has a type:
        docs.snowflake.com/en/developer-guide/snowflake-scripting/variables
        """
        if _is_cast(value):
            return
        binds = list(references(value, bare=False))
        if any(_kind(found.name, names) is None for found in binds):
            return  # refused as an unknown name
        if _has_no_type(value, binds, names.kinds):
            self.early.append(
                SnowflakeError(
                    92228,
                    "P0000",
                    f"SQL compilation error: error line {place.line} at position {place.position}\n"
                    f" variable '{name}' cannot have its type inferred from initializer",
                )
            )


def _has_no_type(value: Piece, binds: list[Reference], kinds: Mapping[str, str]) -> bool:
    words = [token for token in value.tokens if token.upper not in ("(", ")")]
    if binds:
        alone = len(words) == 2 and len(binds) == 1
        return not alone or kinds.get(binds[0].name.name) == "variant"
    if words and words[0].upper in _UNTYPED_CALLS:
        return True
    for found in references(value, bare=True):
        kind = kinds.get(found.name.name)
        if kind == "record" or (kind == "variant" and len(words) == 1):
            return True
        if len(words) == 1 and kind is None and found.name.name not in BUILT_IN:
            return True
    # The table of a subquery is not looked at while the block compiles.
    return any(
        token.upper == "FROM" and _in_subquery(value.tokens, index)
        for index, token in enumerate(value.tokens)
    )


def _in_subquery(tokens: tuple[Token, ...], index: int) -> bool:
    """Whether the nearest open bracket before `index` is a query's; FROM of EXTRACT(… FROM …) is
    not.
    """
    depth = 0
    for at in range(index - 1, -1, -1):
        if tokens[at].upper == ")":
            depth += 1
        elif tokens[at].upper == "(":
            if depth == 0:
                return tokens[at + 1].upper in ("SELECT", "WITH")
            depth -= 1
    return False


def _is_cast(value: Piece) -> bool:
    """Whether the whole expression is a cast: `CAST(…)`, or one operand followed by `::type`."""
    tokens = value.tokens
    if tokens[0].upper in ("CAST", "TRY_CAST") and _past_brackets(tokens, 1) == len(tokens):
        return True
    index = 1
    if tokens[0].upper == "(":
        index = _past_brackets(tokens, 0)
    elif tokens[0].upper == ":":
        index = 2
    elif len(tokens) > 1 and tokens[1].upper == "(":
        index = _past_brackets(tokens, 1)
    while index < len(tokens) and tokens[index].upper == ".":
        index += 2
    if index >= len(tokens):
        return False
    while index < len(tokens) and tokens[index].upper == "::":
        index += 2
        if index < len(tokens) and tokens[index].upper == "(":
            index = _past_brackets(tokens, index)
    return index >= len(tokens)


def _past_brackets(tokens: tuple[Token, ...], index: int) -> int:
    depth = 0
    for at in range(index, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[at].upper, 0)
        if depth == 0:
            return at + 1
    return len(tokens)


def _kind(token: Token, names: _Names) -> str | None:
    if token.name in names.kinds:
        return names.kinds[token.name]
    return "variable" if token.name in BUILT_IN else None


def _stands_alone(piece: Piece, found: Reference) -> bool:
    """Whether an operator or nothing is on both sides of a name: then it can only be a variable."""
    index = piece.tokens.index(found.name)
    return all(
        neighbour.kind == "sign" or is_known_word(neighbour)
        for neighbour in (
            *piece.tokens[max(0, index - 1) : index],
            *piece.tokens[index + 1 : index + 2],
        )
    ) and (index + 1 == len(piece.tokens) or piece.tokens[index + 1].upper not in (":", "!", "."))


def _dot(piece: Piece, found: Reference) -> Token:
    return piece.tokens[piece.tokens.index(found.name) + 1]


def _shown(token: Token) -> str:
    return f'"{token.text}"' if token.kind == "name" else token.upper
