"""Finds the body inside a CREATE or ALTER, and has head and body judged by what each is written in.

sqlfluff's grammar does not read every Snowflake Scripting block, so blocks go to the scripting parser and the rest
to the grammar. Knows nothing of what a kind does with its body.
"""

from __future__ import annotations

import re

from snowlocal.context import Context
from snowlocal.scripting import is_block, parse_block
from snowlocal.tokens import Reader, Token

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
        parse_block(ctx.text[at:].strip())
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
