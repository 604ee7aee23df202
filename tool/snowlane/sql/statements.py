"""Where one statement ends: telling a single statement from a script.

Knows blocks (BEGIN … END) only so far that their semicolons do not count.
"""

from snowlane.sql.tokens import Token, tokenize


def single_statement(text: str, tokens: list[Token] | None = None) -> str | None:
    """The text of its only statement without the semicolon at its end.

    Comments before and inside stay. None when there is no statement, or more than one.
    Raises snowlane.sql.tokens.UnreadableSqlError.
    """
    tokens = tokenize(text) if tokens is None else tokens
    last = len(tokens)
    while last and tokens[last - 1].mark(";"):
        last -= 1
    if not last:
        return None
    # An unquoted block (a task's body, an anonymous block) holds semicolons of its own.
    is_block = any(token.word("BEGIN", "DECLARE") for token in tokens[:last])
    if not is_block and any(token.mark(";") for token in tokens[:last]):
        return None
    if last < len(tokens):
        text = text[: tokens[last].start]
    return text.strip()
