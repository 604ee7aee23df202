"""Statements about stages and pipes: which stage a pipe reads, and how they are without an address.

Pure. Sources: docs.snowflake.com/en/sql-reference/sql/create-stage (internal and external
parameters) and sql-reference/sql/create-pipe (auto-ingest needs an external stage).
"""

from snowlane.sql.context import path_at
from snowlane.sql.lineage_changes import Path
from snowlane.sql.lineage_cursor import Cursor
from snowlane.sql.names import parse_path
from snowlane.sql.tokens import Kind, Token, UnreadableSqlError, tokenize

# What only a pipe with auto-ingest has. ERROR_INTEGRATION is a word of its own.
_NOTIFIED = ("AUTO_INGEST", "INTEGRATION", "AWS_SNS_TOPIC")
# What only an external stage has.
_ADDRESS = (
    "URL",
    "STORAGE_INTEGRATION",
    "CREDENTIALS",
    "ENCRYPTION",
    "ENDPOINT",
    "AWS_ACCESS_POINT_ARN",
    "USE_PRIVATELINK_ENDPOINT",
)
# What a directory table has on an external stage only.
_REFRESHED = ("AUTO_REFRESH", "REFRESH_ON_CREATE", "NOTIFICATION_INTEGRATION")


def stage_of(text: str, pipe: Path) -> Path | None:
    """The named stage that the COPY of a pipe reads; None for a table's or a user's own stage."""
    try:
        tokens = tokenize(text)
    except UnreadableSqlError:
        return None
    for at, token in enumerate(tokens):
        if token.mark("@") and at + 1 < len(tokens) and tokens[at + 1].is_name:
            path = path_at(tokens, at + 1).parts
        elif token.kind is Kind.STRING and token.raw.startswith("'@"):
            path = parse_path(token.raw[2:-1].split("/")[0]) or ()
        else:
            continue
        return (*pipe[: 3 - len(path)], *path) if path else None
    return None


def without_auto_ingest(text: str) -> str:
    """The statement of a pipe without what makes it load by itself."""
    return _without(text, _NOTIFIED, until="AS")


def without_address(text: str) -> str:
    """The statement of a stage as one that makes an internal stage."""
    return _without(text, (*_ADDRESS, *_REFRESHED))


def _without(text: str, words: tuple[str, ...], until: str = "") -> str:
    """The text without `WORD = value` for some words; line ends stay."""
    tokens = tokenize(text)
    end = next((at for at, token in enumerate(tokens) if token.word(until)), len(tokens))
    gone: list[tuple[Token, Token]] = []
    for at in range(end - 2):
        if tokens[at].word(*words) and tokens[at + 1].mark("="):
            gone.append((tokens[at], tokens[_value_end(tokens, at + 2)]))
    for first, last in reversed(gone):
        lines = "\n" * text.count("\n", first.start, last.end)
        text = f"{text[: first.start].rstrip(' ')}{lines}{text[last.end :]}"
    return text


def _value_end(tokens: list[Token], at: int) -> int:
    """Where a value ends that begins at a token: one token, or all of a parenthesis."""
    depth = 0
    while at < len(tokens):
        depth += tokens[at].mark("(") - tokens[at].mark(")")
        if depth <= 0:
            return at
        at += 1
    return len(tokens) - 1


def stage_or_pipe_made_by(text: str) -> tuple[str, Path]:
    """`STAGE` or `PIPE` and the path of the one that a CREATE statement makes, else "" and no path."""
    try:
        tokens = tokenize(text)
    except UnreadableSqlError:
        return "", ()
    cursor = Cursor(text, tokens)
    if not cursor.take("CREATE"):
        return "", ()
    while cursor.take_any("OR", "REPLACE", "ALTER", "TEMP", "TEMPORARY"):
        pass
    kind = cursor.take_any("STAGE", "PIPE") or ""
    cursor.take_if_exists()
    path = cursor.path() if kind else None
    return (kind, path) if path else ("", ())
