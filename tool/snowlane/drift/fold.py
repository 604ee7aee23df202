"""What a sequence of statements leaves behind: the inventory that an environment should have.

Follows the DDL it understands and names every other statement that may change something; it never
guesses. Tables are those of `snowlane.sql.lineage_tables`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from snowlane.drift.inventory import Inventory, Key, NotFollowed, Thing
from snowlane.drift.normal import type_family
from snowlane.drift.shapes import head, options
from snowlane.drift.things import KINDS, made_by, read_thing
from snowlane.sql.lineage_blocks import Piece, statements_in
from snowlane.sql.lineage_changes import (
    Change,
    CreateTable,
    DropSchema,
    Path,
    RenameTable,
    SwapTable,
)
from snowlane.sql.lineage_cursor import Cursor
from snowlane.sql.lineage_ddl import read_changes
from snowlane.sql.lineage_tables import Table, after_changes
from snowlane.sql.names import qualified
from snowlane.sql.tokens import UnreadableSqlError, tokenize

_SHOWN = 100
_DDL = ("CREATE", "ALTER", "DROP", "UNDROP")
# What these make or change is no part of an inventory.
_ELSEWHERE = ("ROLE", "USER", "WAREHOUSE", "INTEGRATION", "SECRET", "NETWORK", "RESOURCE", "SHARE")
# What these words of ALTER change is the state of a thing, not the thing.
_STATES = ("RESUME", "SUSPEND", "REFRESH", "RECLUSTER", "EXECUTE")


@dataclass(frozen=True)
class Step:
    """One statement of a revision, with physical names; `where` says where it is written."""

    where: str
    text: str


def fold(steps: Iterable[Step], start: Inventory | None = None) -> Inventory:
    """The inventory after all steps."""
    folding = _Folding(*((dict(start.tables), dict(start.things)) if start else ()))
    for step in steps:
        folding.step(step)
    return Inventory(folding.tables, folding.things, tuple(folding.not_followed))


@dataclass
class _Folding:
    tables: dict[Path, Table] = field(default_factory=dict)
    things: dict[Key, Thing] = field(default_factory=dict)
    not_followed: list[NotFollowed] = field(default_factory=list)

    def step(self, step: Step) -> None:
        try:
            tokenize(step.text)
        except UnreadableSqlError as error:
            return self._leave(step, step.text, str(error))
        found = statements_in(step.text)
        for line in found.dynamic:
            self._leave(step, step.text, f"line {line} of it makes up SQL while it runs")
        for piece in found.pieces:
            if not piece.is_query_only:
                self._piece(step, piece)
        return None

    def _leave(self, step: Step, text: str, why: str) -> None:
        shown = " ".join(text.split())
        shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]} …"
        self.not_followed.append(NotFollowed(step.where, shown, why))

    def _piece(self, step: Step, piece: Piece) -> None:
        cursor = Cursor(piece.text, tokenize(piece.text))
        if cursor.take("CALL"):
            # Snowflake's own functions make nothing.
            if not (cursor.path() or ("",))[-1].startswith("SYSTEM$"):
                self._leave(step, piece.text, "what a procedure does is not followed")
        elif cursor.at_word(*_DDL, "COMMENT"):
            if piece.is_conditional:
                # What goes on to RAISE is no part of a statement that was recorded as done.
                if not _raises_after(step.text, piece.text) and self._would_change(cursor, piece):
                    self._leave(step, piece.text, "it runs under a condition or in a loop")
            elif why := self._ddl(cursor, piece.text):
                self._leave(step, piece.text, why)

    def _would_change(self, cursor: Cursor, piece: Piece) -> bool:
        before = self.tables, self.things
        self.tables, self.things = dict(self.tables), dict(self.things)
        why = self._ddl(cursor, piece.text)
        is_changed = bool(why) or (self.tables, self.things) != before
        self.tables, self.things = before
        return is_changed

    def _ddl(self, cursor: Cursor, text: str) -> str:
        """Follow one DDL statement; why it cannot be followed, else nothing."""
        changes = read_changes(text)
        if changes:
            return self._tables(text, changes)
        if (made := made_by(cursor)) is not None:
            return self._create(made, text)
        verb = cursor.take_any(*_DDL, "COMMENT")
        if verb == "CREATE":
            return "" if _is_elsewhere(cursor) else "it makes something of a kind that is not known"
        if verb == "UNDROP":
            return "" if _is_elsewhere(cursor) else "what it brings back is not known"
        if verb == "COMMENT":
            cursor.take_if_exists()
            cursor.take("ON")
        return self._change(verb or "", cursor)

    def _tables(self, text: str, changes: tuple[Change, ...]) -> str:
        changes = tuple(_in_full(change) for change in changes)
        why = ""
        for change in changes:
            if isinstance(change, CreateTable):
                why = why or self._creatable(change)
            elif isinstance(change, DropSchema):
                self._drop_below(change.table)
            elif isinstance(change, SwapTable):
                unknown = [each for each in (change.table, change.other) if each not in self.tables]
                why = f"{qualified(*unknown[0])} is not known" if unknown else why
            elif change.table not in self.tables and not _tolerates_absence(text):
                why = f"{qualified(*change.table)} is not known"
        kept = [
            each for each in changes if not (isinstance(each, CreateTable) and each.is_temporary)
        ]
        self.tables = after_changes(self.tables, kept)
        return why

    def _creatable(self, change: CreateTable) -> str:
        if change.source and change.source not in self.tables:
            return f"{qualified(*change.source)} is not known, and so are the columns"
        if not change.columns and not change.source:
            return "the columns of the table are not written in it"
        if any(not column.type for column in change.columns):
            return "the types of its columns come from a query"
        return ""

    def _drop_below(self, schema: Path) -> None:
        self.things = {
            key: thing for key, thing in self.things.items() if key.path[: len(schema)] != schema
        }

    def _create(self, kind: str, text: str) -> str:
        thing = read_thing(kind, text)
        if thing is None:
            return f"the {kind.lower()} has no full name"
        cursor = Cursor(text, tokenize(text))
        head(cursor, kind)
        if kind == "SCHEMA":
            if cursor.at_word("CLONE"):
                return "what a clone of a schema holds is not followed"
            if _replaces(text):
                self.tables = after_changes(self.tables, [DropSchema(thing.key.path)])
                self._drop_below(thing.key.path)
        if_new = " IF NOT EXISTS " in " ".join(text.upper().split())[:120]
        if not (if_new and thing.key in self.things):
            self.things[thing.key] = thing
        return ""

    def _change(self, verb: str, cursor: Cursor) -> str:
        """ALTER, DROP or COMMENT of something that is no table."""
        if cursor.at_word("TABLE"):
            # What is altered of a table beside its columns and comment is not compared.
            return ""
        kind = next((each for each in KINDS if _take_words(cursor, each)), None)
        if kind is None:
            return "" if _is_elsewhere(cursor) else "the kind of what it changes is not known"
        tolerant = cursor.take_if_exists()
        path = cursor.path() or ()
        keys = [key for key in self.things if key.kind == kind and key.path == path]
        if verb == "DROP":
            arguments = _arguments(cursor) if cursor.at("(") else None
            for key in keys:
                if arguments is None or key.arguments == arguments:
                    del self.things[key]
            return ""
        if verb == "COMMENT":
            cursor.take("IS")
            comment = cursor.take_text() or ""
            self._set(keys, {"COMMENT": comment})
            return ""
        if cursor.at("("):
            cursor.inside()
        return self._alter(kind, keys, cursor, tolerant, path)

    def _alter(self, kind: str, keys: list[Key], cursor: Cursor, tolerant: bool, path: Path) -> str:
        if cursor.at_word(*_STATES):
            return ""
        if kind == "SCHEMA" and cursor.at_word("RENAME", "SWAP"):
            return "a schema under another name is not followed"
        if cursor.take("RENAME") and cursor.take("TO") and (to := cursor.path()):
            full = (*path[: 3 - len(to)], *to)
            for key in keys:
                moved = replace(key, path=full)
                self.things[moved] = replace(self.things.pop(key), key=moved)
            return "" if keys or tolerant else f"{qualified(*path)} is not known"
        if cursor.take("SET"):
            given = options(cursor)
            if "PIPE_EXECUTION_PAUSED" in given:
                return ""
            self._set(keys, given)
            return ""
        if cursor.take("UNSET") and cursor.take("COMMENT"):
            self._set(keys, {"COMMENT": ""})
            return ""
        return f"this change of a {kind.lower()} is not followed" if keys else ""

    def _set(self, keys: list[Key], given: Mapping[str, str]) -> None:
        """Change aspects; what an object file makes is not known here, its text says what it is."""
        for key in keys:
            known = self.things[key]
            self.things[key] = replace(known, aspects={**known.aspects, **given})


def _arguments(cursor: Cursor) -> str:
    """`(VARCHAR, NUMBER)` as DROP names a procedure: types without names."""
    types = [type_family(part.text_left) for part in cursor.inside().parts()]
    return f"({', '.join(types)})"


def _in_full(change: Change) -> Change:
    """The change with the full name of what a table is renamed to or swapped with."""
    if isinstance(change, RenameTable):
        return replace(change, to=(*change.table[: 3 - len(change.to)], *change.to))
    if isinstance(change, SwapTable):
        return replace(change, other=(*change.table[: 3 - len(change.other)], *change.other))
    return change


def _take_words(cursor: Cursor, kind: str) -> bool:
    start = cursor.position
    if all(cursor.take(word) for word in kind.split()):
        return True
    cursor.position = start
    return False


def _is_elsewhere(cursor: Cursor) -> bool:
    words = cursor.tokens[:6]
    return any(token.word(*_ELSEWHERE) for token in words)


def _replaces(text: str) -> bool:
    cursor = Cursor(text, tokenize(text))
    return cursor.take("CREATE") and cursor.take("OR") and cursor.at_word("REPLACE")


def _raises_after(block: str, piece: str) -> bool:
    return f"{' '.join(piece.split())}; RAISE" in " ".join(block.split())


def _tolerates_absence(text: str) -> bool:
    return " IF EXISTS " in " ".join(text.upper().split())[:120]
