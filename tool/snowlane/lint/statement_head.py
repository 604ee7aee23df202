"""The first words of a statement: which verb, which kind of object, which name."""

from dataclasses import dataclass

from snowlane.objects.kinds import MODIFIERS
from snowlane.sql.lineage_cursor import Cursor
from snowlane.sql.lineage_query import Path
from snowlane.sql.tokens import UnreadableSqlError, tokenize

_KINDS = (
    *("TABLE", "VIEW", "PROCEDURE", "FUNCTION", "TASK", "STREAM", "PIPE", "ALERT", "DATABASE"),
    *("SCHEMA", "INDEX", "STAGE", "SEQUENCE", "WAREHOUSE", "ROLE"),
)


@dataclass(frozen=True)
class Head:
    """`verb` is CREATE, ALTER, DROP or UNDROP; `rest` stands behind the name."""

    verb: str
    replaces: bool
    kind: str
    path: Path
    rest: Cursor


def read_head(text: str) -> Head | None:
    """The head of a DDL statement, None for any other."""
    try:
        cursor = Cursor(text, tokenize(text))
    except UnreadableSqlError:
        return None
    verb = cursor.take_any("CREATE", "ALTER", "DROP", "UNDROP")
    if verb is None:
        return None
    replaces = cursor.take("OR") and cursor.take("REPLACE")
    while cursor.take_any(*MODIFIERS, "TRANSIENT", "UNIQUE"):
        pass
    kind = cursor.take_any(*_KINDS)
    # A database role is a role, not a database.
    if kind is None or cursor.at_word("ROLE"):
        return None
    cursor.take_if_exists()
    path = cursor.path()
    return Head(verb, replaces, kind, path, cursor) if path else None
