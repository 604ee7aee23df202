"""What one object moves: the columns of a view or stream, and what the SQL of a body does.

Bodies in another language and SQL made at run time cannot be followed: they are named as a whole,
with a note. Knows the relations around an object only by a function that gives their columns.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from snowlane.sql import context, foreign, literals
from snowlane.sql.lineage_blocks import statements_in
from snowlane.sql.lineage_cursor import Cursor
from snowlane.sql.lineage_flows import read_statement
from snowlane.sql.lineage_movement import Flow, Movement, together
from snowlane.sql.lineage_query import STAR, ColumnsOf, Output, Path, Place, read_query
from snowlane.sql.tokens import Kind, Token, UnreadableSqlError, tokenize

RELATIONS = ("VIEW", "DYNAMIC TABLE", "STREAM")
STREAM_COLUMNS = ("METADATA$ACTION", "METADATA$ISUPDATE", "METADATA$ROW_ID")
_BODY_KINDS = ("PROCEDURE", "FUNCTION")


@dataclass(frozen=True)
class Definition:
    """An object by kind and stored path, its CREATE statement, and the paths its text names."""

    kind: str
    path: Path
    text: str
    file: str = ""
    references: frozenset[Path] = frozenset()

    def __str__(self) -> str:
        return f"{self.kind.lower()} {'.'.join(self.path)}"


@dataclass(frozen=True)
class Moved:
    """What an object does; `columns` are those it offers, None when they cannot be told.

    `stars` has the relations that a view takes by a star.
    """

    definition: Definition
    movement: Movement
    columns: tuple[str, ...] | None = None
    stars: frozenset[Path] = frozenset()


def read_definition(definition: Definition, columns_of: ColumnsOf) -> Moved:
    """Follow the columns through one object."""
    home = (definition.path[0], definition.path[1])
    try:
        tokens = tokenize(definition.text)
        reading = _Object(definition, tokens, columns_of, home)
        return reading.read()
    except UnreadableSqlError:
        return _whole(definition, "its text cannot be read")


class _Object:
    """Reads one object by its kind."""

    def __init__(
        self,
        definition: Definition,
        tokens: list[Token],
        columns_of: ColumnsOf,
        home: tuple[str, str],
    ) -> None:
        self.definition = definition
        self.tokens = tokens
        self.columns_of = columns_of
        self.home = home

    def read(self) -> Moved:
        kind = self.definition.kind
        if kind in ("VIEW", "DYNAMIC TABLE"):
            return self._view()
        if kind == "STREAM":
            return self._stream()
        if kind in _BODY_KINDS:
            return self._body()
        if kind in ("TASK", "PIPE"):
            return Moved(self.definition, self._after_as())
        if kind == "ALERT":
            return Moved(self.definition, self._alert())
        return _whole(self.definition, "")

    def _view(self) -> Moved:
        import sqlglot
        from sqlglot.errors import SqlglotError

        start = self._top_level("AS")
        try:
            tree: Any = sqlglot.parse_one(self._text(start), read="snowflake") if start else None
        except SqlglotError:
            tree = None
        if tree is None:
            return _whole(self.definition, "its query is not understood")
        found = read_query(tree, self.columns_of, self.home)
        outputs = self._listed(found.outputs)
        path = self.definition.path
        known = all(output.name != STAR for output in outputs)
        flows = tuple(
            Flow(output.sources, Place(path, "" if output.name == STAR else output.name))
            for output in outputs
            if output.sources
        )
        movement = Movement(flows, found.conditions)
        columns = tuple(output.name for output in outputs) if known else None
        return Moved(self.definition, movement, columns, found.stars)

    def _listed(self, outputs: tuple[Output, ...]) -> tuple[Output, ...]:
        """The outputs by the names that stand in parentheses after the view's own."""
        cursor = Cursor(self.definition.text, self.tokens)
        while not cursor.ended and not cursor.at_word("VIEW", "TABLE"):
            cursor.skip()
        cursor.skip()
        cursor.take_if_exists()
        cursor.path()
        names = [part.take_name() for part in cursor.inside().parts()]
        if not names or len(names) != len(outputs):
            return outputs
        return tuple(
            replace(output, name=name.name) if name else output
            for name, output in zip(names, outputs, strict=True)
        )

    def _stream(self) -> Moved:
        position = self._top_level("ON")
        words = ("TABLE", "VIEW", "EXTERNAL", "DYNAMIC", "EVENT", "DIRECTORY", "STAGE")
        while position < len(self.tokens) and self.tokens[position].word(*words):
            position += 1
        if not position or position >= len(self.tokens) or not self.tokens[position].is_name:
            return _whole(self.definition, "what it is on is not understood")
        parts = context.path_at(self.tokens, position).parts
        base = (*self.home[: max(0, 3 - len(parts))], *parts)
        columns, path = self.columns_of(base), self.definition.path
        if columns is None:
            flow = Flow(frozenset({Place(base)}), Place(path))
            return Moved(self.definition, Movement((flow,)))
        flows = tuple(Flow(frozenset({Place(base, name)}), Place(path, name)) for name in columns)
        return Moved(self.definition, Movement(flows), (*columns, *STREAM_COLUMNS))

    def _after_as(self) -> Movement:
        start = self._top_level("AS")
        if not start:
            return _whole(self.definition, "its statement is not understood").movement
        line = self.tokens[start].line
        return self._statements(self._text(start), line)

    def _alert(self) -> Movement:
        start, then = self._top_level("IF"), self._top_level("THEN")
        if not start or not then:
            return _whole(self.definition, "its condition is not understood").movement
        condition = self._text(start, then - 1)
        asked = self._statements(f"BEGIN LET x := {condition}; END", self.tokens[start].line)
        done = self._statements(self._text(then), self.tokens[then].line)
        return together([asked, done])

    def _body(self) -> Moved:
        start = self._top_level("AS")
        token = self.tokens[start] if start else None
        if token is None or token.kind not in (Kind.BODY, Kind.STRING):
            return _whole(self.definition, "its body is not understood")
        region = literals.whole(self.definition.text)
        if token.kind is Kind.BODY:
            body = region.inner(token.start + 2, token.end - 2)
        else:
            body = literals.quoted(region, token.start, token.end)
        if (language := context.language(self.tokens, start)) in context.FOREIGN_LANGUAGES:
            return Moved(self.definition, self._foreign(body.text, language))
        text = body.text
        if self.definition.kind == "FUNCTION" and not foreign.begins_like_sql(text):
            # A function's body is a query or an expression.
            text = f"SELECT {text}"
        return Moved(self.definition, self._statements(text, body.line))

    def _foreign(self, body: str, language: str) -> Movement:
        """The strings of a body that are SQL, each read as far as it is whole."""
        found = []
        for start, end in foreign.strings(body, language):
            text = body[start:end]
            if foreign.begins_like_sql(text):
                found += list(self._each(text, 1))
        note = f"its {language} body is not followed: columns are known only from whole SQL strings"
        read = Movement(reads=frozenset(Place(path) for path in self.definition.references))
        return together([*found, read, Movement(notes=(note,))])

    def _statements(self, text: str, line: int) -> Movement:
        dynamic = statements_in(text, line).dynamic
        found = list(self._each(text, line))
        if dynamic:
            lines = ", ".join(str(each) for each in dynamic)
            note = f"line {lines}: SQL made at run time is not followed"
            whole = frozenset(Place(path) for path in self.definition.references)
            found.append(Movement(reads=whole, notes=(note,)))
        return together(found)

    def _each(self, text: str, line: int) -> Iterator[Movement]:
        """Every statement's movement; a table made on the way is known to those after it."""
        created: dict[Path, tuple[str, ...]] = {}

        def columns_of(path: Path) -> tuple[str, ...] | None:
            return created[path] if path in created else self.columns_of(path)

        for piece in statements_in(text, line).pieces:
            try:
                movement = read_statement(piece.text, columns_of, self.home)
            except UnreadableSqlError:
                movement = Movement(notes=(f"line {piece.line}: not readable",))
            created |= movement.created
            notes = tuple(f"line {piece.line}: {note}" for note in movement.notes)
            yield replace(movement, notes=notes)

    def _top_level(self, word: str) -> int:
        """The position after the first such word outside of parentheses, 0 when there is none."""
        depth = 0
        for position, token in enumerate(self.tokens):
            depth += token.mark("(") - token.mark(")")
            # EXECUTE AS OWNER is another AS.
            other = position > 0 and self.tokens[position - 1].word("EXECUTE")
            if depth == 0 and token.word(word) and not other and position + 1 < len(self.tokens):
                return position + 1
        return 0

    def _text(self, first: int, after: int | None = None) -> str:
        end = len(self.tokens) if after is None else after
        while end > first and self.tokens[end - 1].mark(";"):
            end -= 1
        return self.definition.text[self.tokens[first].start : self.tokens[end - 1].end]


def _whole(definition: Definition, why: str) -> Moved:
    """An object of which only the relations it names are known."""
    references = frozenset(Place(path) for path in definition.references)
    notes = (why,) if why else ()
    if definition.kind in RELATIONS and references:
        flow = Flow(references, Place(definition.path))
        return Moved(definition, Movement((flow,), notes=notes))
    return Moved(definition, Movement(reads=references, notes=notes))
