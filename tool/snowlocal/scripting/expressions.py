"""Values of scripting expressions: variables written out as literals, the rest left to the session.

Knows what a name stands for through a function it is given; runs no statements.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import TypeGuard

from snowlocal.errors import SnowflakeError
from snowlocal.scripting.literals import render
from snowlocal.scripting.references import Reference, references
from snowlocal.scripting.scope import Cell, Record, Variable
from snowlocal.scripting.source import Piece, Token, tokenize

Lookup = Callable[[str], "Cell | None"]

_ARITHMETIC: dict[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def value_of(piece: Piece, lookup: Lookup, evaluate: Callable[[str], object]) -> object:
    """The value of a scripting expression. Raises what `evaluate` raises."""
    known = _simple_value(piece, lookup)
    if known is not None:
        return known[0]
    return evaluate(written_out(piece, lookup, bare=True))


def written_out(piece: Piece, lookup: Lookup, *, bare: bool) -> str:
    """The text of `piece` with its variables as literals; only with `bare` also those without a
    colon.

    Raises SnowflakeError 000904 for a field that a record does not have.
    """
    parts: list[str] = []
    done = piece.tokens[0].start
    for found in references(piece, bare=bare):
        literal = _literal(found, lookup(found.name.name))
        if literal is not None:
            parts += (piece.source[done : found.start], literal[0])
            done = literal[1]
    parts.append(piece.source[done : piece.tokens[-1].end])
    return "".join(parts)


def _literal(found: Reference, cell: Cell | None) -> tuple[str, int] | None:
    """What stands for a name, and the offset it replaces up to; None for what is no variable."""
    if isinstance(cell, Record) and found.field is not None:
        if found.field.name not in cell.fields:
            raise unknown_name(found.at, f"{found.name.name}.{found.field.name}")
        return render(cell.fields[found.field.name]), found.end
    if isinstance(cell, Variable) and (found.is_bind or found.field is None):
        return render(cell.value), found.name.end
    return None


def unknown_name(token: Token, name: str) -> SnowflakeError:
    """000904 at a word of the block."""
    return SnowflakeError(
        904,
        "42000",
        f"SQL compilation error: error line {token.place.line} at position {token.place.position}\n"
        f"invalid identifier '{name}'",
    )


def bind_placeholders(text: str, values: Sequence[object]) -> str:
    """`text` with its `?` placeholders as literals, in order.

    Raises SnowflakeError 002049 when there are more placeholders than values.
    """
    parts: list[str] = []
    done = 0
    left = list(values)
    for token in tokenize(text):
        if token.upper != "?":
            continue
        if not left:
            raise SnowflakeError(
                2049,
                "42601",
                f"SQL compilation error: error line {token.place.line} at position "
                f"{token.place.position}\nBind variable ? not set.",
            )
        parts += (text[done : token.start], render(left.pop(0)))
        done = token.end
    return "".join(parts) + text[done:]


def _simple_value(piece: Piece, lookup: Lookup) -> tuple[object] | None:
    """The value of a literal, a variable, or one operation on two whole numbers, without asking the
    session.
    """
    read = _operand(piece, 0, lookup)
    if read is None:
        return None
    left, index = read
    rest = [token.upper for token in piece.tokens[index:]]
    if not rest:
        return (left,)
    if rest in (["IS", "NULL"], ["IS", "NOT", "NULL"]):
        return ((left is None) == (len(rest) == 2),)
    read = _operand(piece, index + 1, lookup)
    if read is None or read[1] != len(piece.tokens):
        return None
    right = read[0]
    if not (_is_whole(left) and _is_whole(right)):
        return None
    if rest[0] in _ARITHMETIC:
        return (_ARITHMETIC[rest[0]](left, right),)
    if rest[0] in _COMPARISONS:
        return (_COMPARISONS[rest[0]](left, right),)
    return None


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _operand(piece: Piece, index: int, lookup: Lookup) -> tuple[object, int] | None:
    """A literal or variable at `index`, and the index after it."""
    tokens = piece.tokens[index : index + 2]
    if not tokens:
        return None
    first = tokens[0]
    if first.kind == "string":
        # A hexadecimal string has another value than its text.
        return (first.text, index + 1) if piece.source[first.start] in "'$" else None
    if first.kind == "number" and first.text.isdigit():
        return int(first.text), index + 1
    if first.upper in ("TRUE", "FALSE", "NULL"):
        return {"TRUE": True, "FALSE": False, "NULL": None}[first.upper], index + 1
    if (
        len(tokens) == 2
        and first.upper == "-"
        and tokens[1].kind == "number"
        and tokens[1].text.isdigit()
    ):
        return -int(tokens[1].text), index + 2
    if len(tokens) == 2 and first.upper == ":" and tokens[1].is_name:
        first, index = tokens[1], index + 1
    cell = lookup(first.name) if first.is_name else None
    return (cell.value, index + 1) if isinstance(cell, Variable) else None
