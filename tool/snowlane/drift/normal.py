"""Texts in the one form in which they are compared: types, defaults, clustering keys, SQL.

Two texts that Snowflake takes for the same come out equal; what is not understood stays as it is.
"""

from snowlane.sql.lineage_cursor import Cursor
from snowlane.sql.names import quote
from snowlane.sql.tokens import Kind, Token, UnreadableSqlError, tokenize
from snowlane.sql.type_rules import parse_type

_CURRENT = ("CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "SYSDATE", "LOCALTIMESTAMP")


def normal_type(text: str) -> str:
    """`VARCHAR` for STRING and VARCHAR(16777216), `NUMBER(38,0)` for INT; "" stays unknown."""
    known = parse_type(text) if text else None
    return str(known) if known else " ".join(text.upper().split())


def type_family(text: str) -> str:
    """The type without its size: Snowflake does not keep the sizes of arguments."""
    known = parse_type(text) if text else None
    return known.family if known else " ".join(text.upper().split())


def normal_sql(text: str) -> str:
    """SQL with one space between tokens and without comments; strings and case stay."""
    try:
        tokens = tokenize(text)
    except UnreadableSqlError:
        return " ".join(text.split())
    while tokens and tokens[-1].mark(";"):
        tokens.pop()
    return " ".join(token.raw for token in tokens)


def normal_default(text: str | None) -> str:
    """A default as Snowflake gives it back: without casts and outer parentheses; "" for none.

    Source: docs.snowflake.com/en/sql-reference/info-schema/columns (the text is rewritten).
    """
    if text is None:
        return ""
    try:
        tokens = tokenize(text)
    except UnreadableSqlError:
        return text.strip()
    tokens = _without_cast(text, tokens)
    if len(tokens) == 1 and tokens[0].word("NULL"):
        return ""
    if len(tokens) > 2 and tokens[0].word(*_CURRENT) and tokens[1].mark("("):
        tokens = [tokens[0], *(each for each in tokens[3:])]
    return " ".join(_word(token) for token in tokens)


def _without_cast(text: str, tokens: list[Token]) -> list[Token]:
    """What stands inside of outer parentheses and casts."""
    while True:
        cursor = Cursor(text, tokens)
        wrapped = cursor.take("CAST") or cursor.at("(")
        if wrapped and cursor.at("("):
            inside = cursor.inside()
            if not cursor.ended or not inside.tokens:
                return tokens
            tokens = _before_type(inside.tokens)
            continue
        cut = next((at for at, token in enumerate(tokens) if token.mark("::")), 0)
        is_one = cut == 1 or (cut > 1 and tokens[0].is_name and tokens[cut - 1].mark(")"))
        if not is_one:
            return tokens
        tokens = tokens[:cut]


def _before_type(tokens: list[Token]) -> list[Token]:
    depth = 0
    for at, token in enumerate(tokens):
        depth += token.mark("(") - token.mark(")")
        if depth == 0 and token.word("AS"):
            return tokens[:at]
    return tokens


def _word(token: Token) -> str:
    if token.kind is Kind.QUOTED:
        return quote(token.name)
    return token.raw.upper() if token.kind is Kind.WORD else token.raw


def normal_clustering(text: str | None) -> str:
    """`A, TO_DATE ( B )` for `LINEAR(a, to_date(b))`."""
    if not text:
        return ""
    try:
        tokens = tokenize(text)
    except UnreadableSqlError:
        return text.strip()
    cursor = Cursor(text, tokens)
    if cursor.take("LINEAR") or cursor.at("("):
        inside = cursor.inside()
        tokens = inside.tokens if cursor.ended else tokens
    return " ".join(_word(token) for token in tokens)
