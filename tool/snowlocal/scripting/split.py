"""Where one statement of a text ends and the next begins, anonymous blocks and unquoted bodies kept
whole.

Counts words that open and close; what the statements mean is `parser`'s concern.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from snowlocal.scripting.source import Token, tokenize

_SPACE = r"(?:\s|--[^\n]*(?:\n|$)|//[^\n]*(?:\n|$)|/\*.*?\*/)*"
_OPENING = re.compile(rf"{_SPACE}(?P<word>DECLARE|BEGIN)\b{_SPACE}(?P<next>\w+|;|$)?", re.I | re.S)
_ASSIGNED = re.compile(rf"{_SPACE}:=", re.S)
_TRANSACTION = {"TRANSACTION", "WORK", "NAME", ";", ""}
_CLOSED_BY_NAME = {"IF", "CASE", "FOR", "WHILE", "LOOP", "REPEAT"}
_BEFORE_STATEMENT = {";", "BEGIN", "THEN", "ELSE", "DO", "LOOP", "REPEAT"}


def is_block(text: str) -> bool:
    """Whether a statement is an anonymous block: DECLARE …, or BEGIN that does not open a
    transaction.

    `BEGIN`, `BEGIN;`, `BEGIN TRANSACTION`, `BEGIN WORK` and `BEGIN NAME x` open a transaction
    (docs.snowflake.com/en/sql-reference/sql/begin).
    """
    found = _OPENING.match(text)
    if found is None:
        return False
    if found["word"].upper() == "DECLARE":
        return True
    following = (found["next"] or "").upper()
    if following == "NAME":
        return _ASSIGNED.match(text, found.end()) is not None
    if not following and text[found.end() :].strip():
        return True
    return following not in _TRANSACTION


def split_statements(text: str) -> list[str]:
    """The statements of a request, as written and without their semicolons; pieces with no word in
    them are dropped.

    Comments before a statement stay with it. Raises SnowflakeError 001003 for an unclosed string or
    comment.
    """
    tokens = tokenize(text)
    found: list[str] = []
    begin = index = 0
    while index < len(tokens):
        end = statement_end(tokens, index)
        stop = tokens[end].start if end < len(tokens) else len(text)
        if end > index:
            found.append(text[begin:stop].strip())
        begin, index = stop + 1, end + 1
    return found


def starts_block(tokens: Sequence[Token], index: int) -> bool:
    """Whether a block starts at this word."""
    word = _upper(tokens, index)
    if word != "BEGIN":
        return word == "DECLARE"
    following = _upper(tokens, index + 1)
    if following == "NAME":
        return _upper(tokens, index + 2) == ":="
    return index + 1 < len(tokens) and following not in _TRANSACTION


def statement_end(tokens: Sequence[Token], index: int) -> int:
    """The index of the semicolon that ends the statement at `index`, or the number of words.

    The body of CREATE PROCEDURE, TASK or ALERT may be written without quotes: its semicolons do not
    count.
    """
    has_body = tokens[index].upper in ("CREATE", "ALTER")
    if starts_block(tokens, index):
        index = _block_end(tokens, index)
    while index < len(tokens) and tokens[index].upper != ";":
        opens_body = has_body and tokens[index].upper in ("AS", "THEN")
        index += 1
        if opens_body and starts_block(tokens, index):
            index = _block_end(tokens, index)
    return index


def _block_end(tokens: Sequence[Token], index: int) -> int:
    depth = 0
    entered = False
    first = ""  # the first word of the statement that `index` is in
    at_start = True
    while index < len(tokens):
        word = tokens[index].upper
        if at_start:
            first = word
        if word == "BEGIN" and (
            at_start or (first in ("CREATE", "ALTER") and _after_as(tokens, index))
        ):
            opened = starts_block(tokens, index)
            depth, entered = depth + opened, entered or opened
        elif word == "CASE" or (at_start and _opens(tokens, index)):
            depth += 1
        elif word == "END" and _upper(tokens, index - 1) not in ("AS", "."):
            depth -= 1
            if depth <= 0 and entered:
                return index + 1
            if _upper(tokens, index + 1) in _CLOSED_BY_NAME:
                index += 1
                word = ""
        at_start = word in _BEFORE_STATEMENT
        index += 1
    return index


def _opens(tokens: Sequence[Token], index: int) -> bool:
    word, following = _upper(tokens, index), _upper(tokens, index + 1)
    if word in ("IF", "WHILE"):
        return following == "("
    # REPEAT(…) after THEN or ELSE is the string function.
    return word in ("FOR", "LOOP") or (word == "REPEAT" and following != "(")


def _after_as(tokens: Sequence[Token], index: int) -> bool:
    return index > 0 and tokens[index - 1].upper == "AS"


def _upper(tokens: Sequence[Token], index: int) -> str:
    return tokens[index].upper if 0 <= index < len(tokens) else ""
