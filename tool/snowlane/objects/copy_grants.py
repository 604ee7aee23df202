"""The clause COPY GRANTS: which kinds have it, and where in a statement it stands.

Rules: the CREATE page of each kind, and docs.snowflake.com/en/release-notes/bcr-bundles/2026_08/bcr-2433
(there as the future default, with IGNORE GRANTS against it); tasks, pipes and alerts lack it.
"""

from snowlane.sql.lineage_cursor import Cursor
from snowlane.sql.tokens import UnreadableSqlError, tokenize

WITH_COPY_GRANTS = frozenset({"VIEW", "PROCEDURE", "FUNCTION", "STREAM"})


def with_copy_grants(text: str, kind: str) -> str:
    """The CREATE statement of an object with the clause, where its kind has it and it lacks it."""
    if kind not in WITH_COPY_GRANTS:
        return text
    try:
        tokens = tokenize(text)
    except UnreadableSqlError:
        return text
    cursor = Cursor(text, tokens)
    while not cursor.ended and not cursor.take(kind):
        cursor.skip()
    if cursor.path() is None:
        return text
    if kind != "STREAM" and cursor.at("("):
        cursor.skip()
    if cursor.at_word("COPY"):
        return text
    end = tokens[cursor.position - 1].end
    return f"{text[:end]} COPY GRANTS{text[end:]}"
