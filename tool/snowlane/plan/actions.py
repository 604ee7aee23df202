"""What a statement does, one action after the other: makes, changes or drops things, writes rows, runs code.

Reads tokens; names are as the statement has them. The statements of a block count like any other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from snowlane.objects.kinds import KINDS, MODIFIERS
from snowlane.sql.lineage_blocks import statements_in
from snowlane.sql.lineage_changes import ChangeType, DropColumn
from snowlane.sql.lineage_cursor import Cursor
from snowlane.sql.lineage_ddl import read_changes
from snowlane.sql.tokens import UnreadableSqlError, tokenize

Path = tuple[str, ...]

_OTHER_KINDS = ("SCHEMA", "TABLE", "FILE FORMAT", "STAGE", "SEQUENCE", "DATABASE", "WAREHOUSE")
_WORDS = tuple(sorted({*_OTHER_KINDS, *(kind.name for kind in KINDS)}, key=len, reverse=True))
_MODIFIERS = (*MODIFIERS, "TRANSIENT", "HYBRID", "LOCAL", "GLOBAL", "VOLATILE", "ICEBERG")


class Verb(Enum):
    """What is done to something."""

    MAKES = "makes"
    REPLACES = "replaces"
    CHANGES = "changes"
    CHANGES_TYPE = "changes the type of"
    RENAMES = "renames"
    DROPS = "drops"
    WRITES = "writes rows of"
    EMPTIES = "deletes rows of"
    RUNS = "runs"
    UNKNOWN = "runs what is made up at run time"


@dataclass(frozen=True, order=True)
class Action:
    """One action; `kind` is "" and `path` empty where the statement does not tell."""

    verb: Verb
    kind: str = ""
    path: Path = ()
    column: str = ""


def actions_of(text: str) -> tuple[Action, ...]:
    """What a statement does, in its order, each thing once; what cannot be read is not known."""
    found: dict[Action, None] = {}
    try:
        tokenize(text)
    except UnreadableSqlError:
        return (Action(Verb.UNKNOWN),)
    read = statements_in(text)
    for piece in read.pieces:
        try:
            found |= dict.fromkeys(_actions(piece.text))
        except UnreadableSqlError:
            found[Action(Verb.UNKNOWN)] = None
    if read.dynamic:
        found[Action(Verb.UNKNOWN)] = None
    return tuple(found)


def is_compound(text: str) -> bool:
    """Whether a statement may change something and fail afterwards: a block, or a call."""
    read = statements_in(text)
    changes = actions_of(text)
    runs = any(each.verb in (Verb.RUNS, Verb.UNKNOWN) for each in changes)
    return runs or (len(read.pieces) > 1 and bool(changes))


def _actions(text: str) -> Iterator[Action]:
    cursor = Cursor(text, tokenize(text))
    verb = cursor.take_any(
        *("CREATE", "ALTER", "DROP", "UNDROP", "INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE"),
        *("COPY", "CALL", "EXECUTE"),
    )
    match verb:
        case "CREATE" | "ALTER" | "DROP" | "UNDROP":
            yield from _definition(verb, cursor)
            yield from _columns(text)
        case "INSERT" | "UPDATE" | "MERGE":
            cursor.take("OVERWRITE")
            cursor.take("INTO")
            yield Action(Verb.WRITES, "TABLE", cursor.path() or ())
        case "DELETE" | "TRUNCATE":
            cursor.take_any("FROM", "TABLE")
            cursor.take_if_exists()
            yield Action(Verb.EMPTIES, "TABLE", cursor.path() or ())
        case "COPY":
            cursor.take("INTO")
            # COPY INTO @stage unloads: no table is written.
            if path := cursor.path():
                yield Action(Verb.WRITES, "TABLE", path)
        case "CALL":
            yield Action(Verb.RUNS, "PROCEDURE", cursor.path() or ())
        case "EXECUTE" if cursor.take("TASK"):
            yield Action(Verb.RUNS, "TASK", cursor.path() or ())


def _definition(verb: str, cursor: Cursor) -> Iterator[Action]:
    replaces = cursor.take("OR") and cursor.take_any("REPLACE", "ALTER") == "REPLACE"
    while cursor.take_any(*_MODIFIERS):
        pass
    kind = _take_kind(cursor)
    if kind is None:
        return
    cursor.take_if_exists()
    path = cursor.path() or ()
    if verb == "DROP":
        yield Action(Verb.DROPS, kind, path)
    elif verb == "ALTER":
        if cursor.take("RENAME") and cursor.take("TO"):
            yield Action(Verb.RENAMES, kind, path)
            yield Action(Verb.MAKES, kind, cursor.path() or ())
        elif cursor.take("SWAP") and cursor.take("WITH"):
            yield Action(Verb.REPLACES, kind, path)
            yield Action(Verb.REPLACES, kind, cursor.path() or ())
        else:
            yield Action(Verb.CHANGES, kind, path)
    else:
        yield Action(Verb.REPLACES if replaces else Verb.MAKES, kind, path)


def _take_kind(cursor: Cursor) -> str | None:
    for name in _WORDS:
        start = cursor.position
        if all(cursor.take(word) for word in name.split()):
            return name
        cursor.position = start
    return None


def _columns(text: str) -> Iterator[Action]:
    for change in read_changes(text):
        if isinstance(change, DropColumn):
            yield Action(Verb.DROPS, "COLUMN", change.table, change.column)
        elif isinstance(change, ChangeType):
            yield Action(Verb.CHANGES_TYPE, "COLUMN", change.table, change.column)
