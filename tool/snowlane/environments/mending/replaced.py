"""Views, procedures, functions and dynamic tables: replaced from their own, re-pointed statement."""

from snowlane.environments.contents import Item
from snowlane.environments.mending.model import Copy, Mended, unresolved
from snowlane.sql.lineage_cursor import Cursor
from snowlane.sql.names import literal
from snowlane.sql.statements import single_statement
from snowlane.sql.tokens import UnreadableSqlError, tokenize

# Their comment is set by ALTER: COMMENT ON does not know them.
_BY_ALTER = ("MATERIALIZED VIEW", "DYNAMIC TABLE")


def replaced(item: Item, copy: Copy) -> Mended:
    """Replace it where its statement changes; the comment, which GET_DDL may leave out, is kept."""
    found = copy.repointed(item.text, item.kind)
    open_questions = unresolved(item, found.unresolved)
    if not found.changes:
        return Mended(item, unresolved=open_questions)
    statements = (as_statement(found.text), *comment(item, found.text))
    return Mended(item, statements, open_questions)


def replaced_parked(item: Item, copy: Copy) -> Mended:
    """The same, and suspended at once: a new one would begin to refresh."""
    mended = replaced(item, copy)
    if not mended.statements:
        return mended
    suspend = f"ALTER {item.kind} {item.full_name} SUSPEND"
    return Mended(item, (*mended.statements, suspend), mended.unresolved)


def as_statement(text: str) -> str:
    """A statement of GET_DDL without its semicolon."""
    return single_statement(text) or text.strip().removesuffix(";")


def comment(item: Item, text: str) -> tuple[str, ...]:
    """The statement that gives it its comment, where its own statement does not say it."""
    if not item.comment or _says(text, item.comment):
        return ()
    said = literal(item.comment)
    if item.kind in _BY_ALTER:
        return (f"ALTER {item.kind} {item.full_name} SET COMMENT = {said}",)
    return (f"COMMENT ON {item.kind} {item.full_name} IS {said}",)


def _says(text: str, wanted: str) -> bool:
    try:
        cursor = Cursor(text, tokenize(text))
    except UnreadableSqlError:
        return False
    while not cursor.ended:
        if cursor.take("COMMENT"):
            if cursor.take_text() == wanted:
                return True
        else:
            cursor.position += 1
    return False
