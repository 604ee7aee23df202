"""Pipes: made anew on the copy's own stage, and paused in the same breath.

A copied pipe gets the notifications of every pipe on its stage's place, and loads where its text
says: it is never resumed, only replaced. Source: docs.snowflake.com/en/user-guide/object-clone and
sql-reference/sql/create-pipe (a new pipe runs; AUTO_INGEST needs an external stage).
"""

from snowlane.environments.contents import Item
from snowlane.environments.mending.model import Copy, Mended, unresolved
from snowlane.environments.mending.replaced import as_statement, comment
from snowlane.sql.context import path_at
from snowlane.sql.lineage_changes import Path
from snowlane.sql.names import parse_path
from snowlane.sql.tokens import Kind, Token, UnreadableSqlError, tokenize

# What only a pipe with auto-ingest has.
_NOTIFIED = ("AUTO_INGEST", "INTEGRATION", "AWS_SNS_TOPIC")


def on_own_stage(item: Item, copy: Copy) -> Mended:
    """The pipe again, re-pointed and paused; without auto-ingest where its stage is internal."""
    found = copy.repointed(item.text, item.kind)
    text = as_statement(found.text)
    stage = stage_of(text, item.path)
    if stage is None or stage not in copy.urls:
        text = without_auto_ingest(text)
    statements = (
        text,
        f"ALTER PIPE {item.full_name} SET PIPE_EXECUTION_PAUSED = TRUE",
        *comment(item, found.text),
    )
    return Mended(item, statements, unresolved(item, found.unresolved))


def stage_of(text: str, pipe: Path) -> Path | None:
    """The named stage that a pipe's COPY reads; None for a table's or a user's stage."""
    try:
        tokens = tokenize(text)
    except UnreadableSqlError:
        return None
    for at, token in enumerate(tokens[:-1]):
        if token.mark("@") and tokens[at + 1].is_name:
            path = path_at(tokens, at + 1).parts
        elif token.kind is Kind.STRING and token.raw.startswith("'@"):
            path = parse_path(token.raw[2:-1].split("/")[0]) or ()
        else:
            continue
        return (*pipe[: 3 - len(path)], *path) if path else None
    return None


def without_auto_ingest(text: str) -> str:
    """The statement of a pipe without what makes it load by itself."""
    tokens = tokenize(text)
    body = next((at for at, token in enumerate(tokens) if token.word("AS")), len(tokens))
    gone: list[tuple[Token, Token]] = []
    for at in range(body - 2):
        # ERROR_INTEGRATION is a word of its own.
        if tokens[at].word(*_NOTIFIED) and tokens[at + 1].mark("="):
            gone.append((tokens[at], tokens[at + 2]))
    for first, last in reversed(gone):
        text = f"{text[: first.start].rstrip()} {text[last.end :].lstrip()}"
    return text
