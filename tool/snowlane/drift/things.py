"""Which kinds of things are compared beside tables, and how one is read from its statement."""

from snowlane.drift.inventory import Key, Thing
from snowlane.drift.normal import type_family
from snowlane.drift.shapes import head, shape_of
from snowlane.errors import RefusedError
from snowlane.objects.kinds import KINDS as OBJECT_KINDS
from snowlane.objects.kinds import MODIFIERS
from snowlane.objects.source import read_object
from snowlane.sql.lineage_cursor import Cursor
from snowlane.sql.name_map import NameMap
from snowlane.sql.tokens import tokenize

CONTAINED = ("SCHEMA", "STAGE", "FILE FORMAT", "SEQUENCE")
OBJECTS = tuple(kind.name for kind in OBJECT_KINDS)
KINDS = (*CONTAINED, *OBJECTS)
_PARTS = 3


def made_by(cursor: Cursor) -> str | None:
    """The kind of thing that a CREATE statement makes; leaves the cursor where it is."""
    start = cursor.position
    try:
        if not cursor.take("CREATE"):
            return None
        if cursor.take("OR"):
            cursor.take_any("REPLACE", "ALTER")
        while cursor.take_any(*MODIFIERS, "TRANSIENT", "LOCAL"):
            pass
        here = cursor.position
        for kind in KINDS:
            if all(cursor.take(word) for word in kind.split()):
                return kind
            cursor.position = here
        return None
    finally:
        cursor.position = start


def read_thing(kind: str, text: str) -> Thing | None:
    """The thing that a CREATE statement makes; None when it is not named in full.

    Raises snowlane.sql.tokens.UnreadableSqlError.
    """
    cursor = Cursor(text, tokenize(text))
    _, path = head(cursor, kind)
    if len(path) != (2 if kind == "SCHEMA" else _PARTS):
        return None
    arguments = ""
    if kind in ("PROCEDURE", "FUNCTION"):
        try:
            start = cursor.tokens[cursor.position].start
            written = f"CREATE OR REPLACE {kind} {'.'.join(_quoted(path))}{text[start:]}"
            found = read_object("", written, NameMap({path[0]: path[0]}))
        except (RefusedError, IndexError):
            return None
        arguments = normal_arguments(found.identity.arguments)
    return Thing(Key(path, kind, arguments), shape_of(kind, text), text)


def where_missing(kind: str, text: str) -> str:
    """A CREATE statement of a thing as one that does nothing where the thing is there."""
    cursor = Cursor(text, tokenize(text))
    head(cursor, kind)
    start = cursor.position - 1
    while start > 1 and cursor.tokens[start - 1].mark("."):
        start -= 2
    return f"CREATE {kind} IF NOT EXISTS {text[cursor.tokens[start].start :]}"


def normal_arguments(written: str) -> str:
    """`(NUMBER, TIMESTAMP_NTZ)` for `(NUMBER, TIMESTAMP)`: synonyms resolved, sizes left out."""
    inside = written.removeprefix("(").removesuffix(")")
    types = [type_family(each) for each in inside.split(",") if each.strip()]
    return f"({', '.join(types)})"


def _quoted(path: tuple[str, ...]) -> list[str]:
    return ['"' + part.replace('"', '""') + '"' for part in path]
