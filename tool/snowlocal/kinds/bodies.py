"""Finds the body inside a CREATE or ALTER, and has head and body judged by what each is written in.

sqlfluff's grammar does not read every Snowflake Scripting block, so blocks go to the scripting parser and the rest
to the grammar. Knows nothing of what a kind does with its body.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from snowlocal.context import Context
from snowlocal.errors import SnowflakeError
from snowlocal.scripting import is_block, nodes, parse_block
from snowlocal.scripting.source import Piece
from snowlocal.tokens import Reader, Token

_VARIABLE = re.compile(r"(?<![:\w]):\w+(\.\w+)?")
# What the dispatcher has the grammar judge when it runs.
_JUDGED = {"INSERT", "UPDATE", "DELETE", "MERGE", "SELECT", "WITH"}
# Python's runtime versions are often written as bare numbers, which the grammar does not know.
_BARE_VERSION = re.compile(r"(RUNTIME_VERSION\s*=\s*)(\d[\d.]*)", re.IGNORECASE)


def start(source: str, word: str = "AS") -> int | None:
    """Where the text after the first top-level `word` begins, or None; the AS of EXECUTE AS does not count."""
    depth = 0
    before: Token | None = None
    for token in Reader(source).tokens:
        depth += {"(": 1, ")": -1}.get(token.upper, 0)
        if depth == 0 and token.upper == word and (before is None or before.upper != "EXECUTE"):
            return token.end
        before = token
    return None


def judge(ctx: Context, word: str = "AS") -> None:
    """Judge a task or alert: a block by the scripting parser, everything else by the grammar. Raises 001003."""
    at = start(ctx.text, word)
    if at is not None and is_block(ctx.text[at:]):
        ctx.account.grammar.check(f"{ctx.text[:at]} SELECT 1")
        parse(ctx, ctx.text[at:].strip())
        return
    ctx.account.grammar.check(ctx.text)


def judge_quoted(ctx: Context) -> None:
    """Judge the head of a procedure or function; its body, a language of its own, is left out. Raises 001003."""
    at = start(ctx.text)
    if at is None:
        ctx.account.grammar.check(ctx.text)
        return
    head = _BARE_VERSION.sub(r"\1'\2'", ctx.text[:at])
    ctx.account.grammar.check(f"{head} $$ $$")


def read(reader: Reader) -> tuple[str, str]:
    """The body at the reader's place, to the end: what it says, and as it was written with its quotes."""
    written = reader.rest()
    tokens = Reader(written).tokens
    if len(tokens) == 1 and tokens[0].kind == "string":
        return tokens[0].text, written
    return written, written


def parse(ctx: Context, text: str) -> None:
    """Judge a Snowflake Scripting block, its queries and DML too. Raises 001003, 000002 for unknown scripting."""
    for statement in _statements(parse_block(text)):
        words = " ".join(p.source[p.tokens[0].start : p.tokens[-1].end] for p in statement.pieces)
        if Reader(words).next().upper in _JUDGED:
            _judge_statement(ctx, words)


def _statements(node: object) -> Iterator[nodes.Sql]:
    if isinstance(node, nodes.Sql):
        yield node
    elif isinstance(node, tuple):
        for part in node:
            yield from _statements(part)
    elif is_dataclass(node) and not isinstance(node, Piece):
        for member in fields(node):
            yield from _statements(getattr(node, member.name))


def _judge_statement(ctx: Context, words: str) -> None:
    try:
        ctx.account.grammar.check(words)
    except SnowflakeError:
        # A variable may stand where the grammar only knows a literal, as in LIMIT :n.
        ctx.account.grammar.check(_VARIABLE.sub("1", words))
