"""Where one statement ends: telling a single statement from a script, and taking a script apart.

Knows blocks (BEGIN … END) only so far that their semicolons do not count.
"""

from collections.abc import Iterator

from snowlane.sql.tokens import Token, tokenize

# What closes with END and a word of its own, and does not open with BEGIN or CASE.
_CLOSED_BY_NAME = ("IF", "FOR", "WHILE", "LOOP", "REPEAT")
# BEGIN of a transaction opens no block.
_TRANSACTION = ("TRANSACTION", "WORK", "NAME")


def single_statement(text: str, tokens: list[Token] | None = None) -> str | None:
    """The text of its only statement without the semicolon at its end.

    Comments before and inside stay; one behind it goes, for it would hide whatever closes the
    statement where it is put together with others. None when there is no statement, or more than one.
    Raises snowlane.sql.tokens.UnreadableSqlError.
    """
    tokens = tokenize(text) if tokens is None else tokens
    last = len(tokens)
    while last and tokens[last - 1].mark(";"):
        last -= 1
    if not last:
        return None
    # An unquoted block (a task's body, an anonymous block) holds semicolons of its own.
    is_block = any(_opens_block(tokens, at) for at in range(last))
    if not is_block and any(token.mark(";") for token in tokens[:last]):
        return None
    return text[: tokens[last - 1].end].strip()


def split_statements(text: str) -> Iterator[tuple[int, str]]:
    """The statements of a script without their semicolons, each with the line it begins on.

    Comments before a statement are left out, those inside stay. Raises
    snowlane.sql.tokens.UnreadableSqlError.
    """
    tokens = tokenize(text)
    start, depth, is_declaring = 0, 0, False
    for at, token in enumerate(tokens):
        if token.word("DECLARE") and at == start:
            is_declaring = True
        elif token.word("BEGIN") and _opens_block(tokens, at):
            is_declaring = False
            depth += 1
        elif token.word("CASE") and not (at > 0 and tokens[at - 1].word("END")):
            depth += 1
        elif token.word("END") and not _is_followed_by(tokens, at, *_CLOSED_BY_NAME):
            depth -= 1
        elif token.mark(";") and depth <= 0 and not is_declaring:
            if at > start:
                yield tokens[start].line, text[tokens[start].start : tokens[at - 1].end]
            start, depth = at + 1, 0
    if start < len(tokens):
        yield tokens[start].line, text[tokens[start].start : tokens[-1].end]


def _opens_block(tokens: list[Token], at: int) -> bool:
    if tokens[at].word("BEGIN"):
        return not _is_followed_by(tokens, at, *_TRANSACTION, ";")
    return tokens[at].word("DECLARE")


def _is_followed_by(tokens: list[Token], at: int, *expected: str) -> bool:
    return at + 1 < len(tokens) and tokens[at + 1].raw.upper() in expected
