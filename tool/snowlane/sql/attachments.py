"""Policies and tags on a table or view and its columns, as its statement tells of them. Pure.

Source: docs.snowflake.com/en/sql-reference/sql/create-table (WITH MASKING POLICY, WITH TAG,
WITH ROW ACCESS POLICY); GET_DDL writes them so.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from snowlane.sql.lineage_changes import Path
from snowlane.sql.lineage_cursor import Cursor
from snowlane.sql.tokens import UnreadableSqlError, tokenize

_POLICIES = ("MASKING", "PROJECTION", "ROW ACCESS", "AGGREGATION", "JOIN")


@dataclass(frozen=True)
class Attachment:
    """One policy or tag. `column` is None for one on the whole table.

    `columns` are those that a policy is given: all of USING, or of ON. `value` is a tag's.
    """

    kind: str
    name: Path
    column: str | None = None
    columns: tuple[str, ...] = ()
    value: str = ""


def attachments_of(text: str) -> tuple[Attachment, ...]:
    """All policies and tags that the statement of a table or view tells of."""
    try:
        cursor = Cursor(text, tokenize(text))
    except UnreadableSqlError:
        return ()
    while not cursor.ended and not cursor.at("("):
        if cursor.take("CLUSTER"):
            # GET_DDL has the clustering key before the columns.
            _skip_key(cursor)
        else:
            cursor.skip()
    found: list[Attachment] = []
    for part in cursor.inside().parts():
        name = part.take_name()
        if name is not None:
            found += _read(part, name.name)
    return (*found, *_read(cursor, None))


def _skip_key(cursor: Cursor) -> None:
    if cursor.take("BY"):
        cursor.take("LINEAR")
        cursor.inside()


def policies_of(text: str) -> frozenset[Attachment]:
    """Those that mask values or hide rows."""
    return frozenset(each for each in attachments_of(text) if each.kind != "TAG")


def _read(cursor: Cursor, column: str | None) -> Iterator[Attachment]:
    """Of one column, or of what follows the list of columns up to the query."""
    while not cursor.ended and not cursor.at_word("AS"):
        kind = _policy(cursor)
        if kind is not None:
            name = cursor.path() or ()
            given = cursor.take_any("USING", "ON")
            yield Attachment(kind, name, column, _names(cursor) if given else ())
        elif cursor.take("TAG") and cursor.at("("):
            for part in cursor.inside().parts():
                yield Attachment("TAG", part.path() or (), column, value=part.take_text() or "")
        elif not cursor.ended:
            cursor.skip()


def _policy(cursor: Cursor) -> str | None:
    start = cursor.position
    for words in _POLICIES:
        if all(cursor.take(word) for word in (*words.split(), "POLICY")):
            return f"{words} POLICY"
        cursor.position = start
    return None


def _names(cursor: Cursor) -> tuple[str, ...]:
    names = (part.take_name() for part in cursor.inside().parts())
    return tuple(name.name for name in names if name is not None)
