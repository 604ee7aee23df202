"""What the statements of a plan touch: which objects they make, change or drop, which they name.

Reads exact statements with physical names. Whether a thing exists is not known here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from snowlane.objects.kinds import KINDS, MODIFIERS
from snowlane.sql import foreign, literals
from snowlane.sql.lineage_cursor import Cursor
from snowlane.sql.references import Vocabulary, find, paths
from snowlane.sql.tokens import Kind, Token, UnreadableSqlError, tokenize

Path = tuple[str, ...]

# All kinds that can be kept or dropped again, in the order in which they can be made.
ORDER = (
    *("SCHEMA", "TAG", "FILE FORMAT", "STAGE", "SEQUENCE", "TABLE", "FUNCTION"),
    *("MASKING POLICY", "ROW ACCESS POLICY", "VIEW", "DYNAMIC TABLE", "PROCEDURE"),
    *("STREAM", "PIPE", "TASK", "ALERT"),
)
_WORDS = tuple(sorted({*ORDER, *(kind.name for kind in KINDS)}, key=len, reverse=True))
_MODIFIERS = (*MODIFIERS, "TRANSIENT", "HYBRID", "LOCAL", "GLOBAL", "VOLATILE")
_TABLE_PARTS = 3


@dataclass(frozen=True, order=True)
class Target:
    """Something a statement makes, changes or drops: its kind and stored path."""

    kind: str
    path: Path


@dataclass(frozen=True)
class Touched:
    """What a list of statements touches.

    `targets` are made, changed or dropped; `named` are all full paths that stand anywhere;
    `dropped_schemas` go with all that is in them; `called` are procedures and tasks that are run.
    """

    targets: frozenset[Target] = frozenset()
    named: frozenset[Path] = frozenset()
    dropped_schemas: frozenset[Path] = frozenset()
    called: frozenset[Path] = frozenset()


def touched_by(texts: Iterable[str], databases: Iterable[str]) -> Touched:
    """Read statements; only what lies in one of the given databases counts.

    A statement that cannot be split into tokens touches nothing: Snowflake refuses it too.
    """
    known = frozenset(databases)
    reading = _Reading(known)
    for text in texts:
        try:
            reading.named.update(paths(find(text, Vocabulary(known))))
            reading.statements(text)
        except UnreadableSqlError:
            continue
    return Touched(
        frozenset(reading.targets),
        frozenset(path for path in reading.named if path[0] in known),
        frozenset(reading.dropped_schemas),
        frozenset(reading.called),
    )


def with_called(
    touched: Touched, definitions: Mapping[Path, str], databases: Iterable[str]
) -> Touched:
    """What is touched when the procedures and tasks that are run are followed, to any depth.

    `definitions` holds their statements by path; what is not among them is not followed.
    """
    known = frozenset(databases)
    named, seen = set(touched.named), set[Path]()
    waiting = sorted(touched.called)
    while waiting:
        path = waiting.pop()
        if path in seen or path not in definitions:
            continue
        seen.add(path)
        inner = touched_by([definitions[path]], known)
        named |= inner.named
        waiting += sorted(inner.called)
    return Touched(touched.targets, frozenset(named), touched.dropped_schemas, touched.called)


class _Reading:
    """Collects what the texts hold, one inside the other."""

    def __init__(self, databases: frozenset[str]) -> None:
        self.databases = databases
        self.targets: set[Target] = set()
        self.named: set[Path] = set()
        self.dropped_schemas: set[Path] = set()
        self.called: set[Path] = set()

    def statements(self, text: str) -> None:
        tokens = tokenize(text)
        for position, token in enumerate(tokens):
            if token.word("CREATE", "ALTER", "DROP", "UNDROP"):
                self._target(text, tokens, position)
            elif token.word("CALL") or _is_execute_task(tokens, position):
                self._call(text, tokens, position)
            elif token.kind in (Kind.STRING, Kind.BODY):
                self._inside(token)

    def _inside(self, token: Token) -> None:
        """Statements in literals: EXECUTE IMMEDIATE, and what a body runs."""
        inner = literals.value(token.raw)
        if foreign.begins_like_sql(inner):
            try:
                self.statements(inner)
            except UnreadableSqlError:
                # A literal may begin with a word of SQL and be prose.
                return

    def _target(self, text: str, tokens: list[Token], position: int) -> None:
        cursor = Cursor(text, tokens)
        cursor.position = position
        verb = cursor.skip().raw.upper()
        if cursor.take("OR"):
            cursor.take_any("REPLACE", "ALTER")
        while cursor.take_any(*_MODIFIERS):
            pass
        kind = _take_kind(cursor)
        if kind is None:
            return
        cursor.take_if_exists()
        path = cursor.path()
        if not self._add(kind, path):
            return
        if kind == "SCHEMA" and verb == "DROP" and path:
            self.dropped_schemas.add(path)
        if verb == "ALTER" and cursor.take_any("RENAME", "SWAP") and cursor.take_any("TO", "WITH"):
            self._add(kind, cursor.path())

    def _add(self, kind: str, path: Path | None) -> bool:
        length = 2 if kind == "SCHEMA" else _TABLE_PARTS
        fits = path is not None and len(path) == length and path[0] in self.databases
        if fits and path:
            self.targets.add(Target(kind, path))
        return fits

    def _call(self, text: str, tokens: list[Token], position: int) -> None:
        cursor = Cursor(text, tokens)
        cursor.position = position + (1 if tokens[position].word("CALL") else 2)
        path = cursor.path()
        if path and len(path) == _TABLE_PARTS and path[0] in self.databases:
            self.called.add(path)


def _take_kind(cursor: Cursor) -> str | None:
    for name in _WORDS:
        start = cursor.position
        if all(cursor.take(word) for word in name.split()):
            return name
        cursor.position = start
    return None


def _is_execute_task(tokens: list[Token], position: int) -> bool:
    after = position + 1
    return tokens[position].word("EXECUTE") and after < len(tokens) and tokens[after].word("TASK")
