"""What the rules judge: rendered revisions, object files, and the tables known at each statement.

Facts are gathered elsewhere; what follows from them is worked out here, once and when it is asked.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from snowlane.objects.source import Identity, SqlObject
from snowlane.sql.lineage_blocks import Piece, statements_in
from snowlane.sql.lineage_catalog import Catalog
from snowlane.sql.lineage_changes import AddColumn, Change, Column, CreateTable, Path
from snowlane.sql.lineage_ddl import read_changes
from snowlane.sql.lineage_objects import Definition
from snowlane.sql.lineage_tables import Columns, Table, Tables, after_changes
from snowlane.sql.name_map import NameMap

Direction = Literal["upgrade", "downgrade"]


@dataclass(frozen=True)
class Refusal:
    """Why a revision could not be rendered, or an object not be read."""

    what: str
    why: str = ""
    remedy: str = ""
    line: int | None = None


@dataclass(frozen=True)
class Rendered:
    """A revision in one direction: its statements with their lines, or why there are none.

    `otherwise` are other statements that it renders to at another time, where that was found.
    """

    statements: tuple[str, ...] = ()
    lines: tuple[int | None, ...] = ()
    refusal: Refusal | None = None
    otherwise: tuple[str, ...] | None = None


@dataclass(frozen=True)
class RevisionFile:
    """A revision: its source, its place in the history as the source says, and what it renders to."""

    file: str
    source: str
    revision: str | None
    down_revisions: tuple[str, ...] = ()
    upgrade: Rendered = Rendered()
    downgrade: Rendered = Rendered()


@dataclass(frozen=True)
class ObjectFile:
    """An object file: its source, and what it defines or drops or why it cannot be read."""

    file: str
    source: str
    defined: SqlObject | None = None
    drops: Identity | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True)
class Statement:
    """One statement of a revision.

    `before` holds the tables as all statements before this one left them, `earlier` the texts
    before and `later` those after it in the same revision and direction.
    """

    file: str
    line: int | None
    text: str
    direction: Direction
    before: Tables = field(repr=False)
    earlier: tuple[str, ...] = field(default=(), repr=False)
    later: tuple[str, ...] = field(default=(), repr=False)

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """The statement itself, or the statements of its block."""
        return statements_in(self.text).pieces

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What it does to tables."""
        return tuple(change for piece in self.pieces for change in read_changes(piece.text))

    @cached_property
    def certain_changes(self) -> tuple[Change, ...]:
        """What it does to tables in any case: not in a branch or handler of its block."""
        certain = (piece for piece in self.pieces if not piece.is_conditional)
        return tuple(change for piece in certain for change in read_changes(piece.text))

    def column(self, table: Path, name: str) -> Column | None:
        """A column as it was before."""
        known = self.before.get(table)
        return known.column(name) if known else None

    def tables_in(self, schema: Path) -> tuple[Path, ...]:
        """The tables of a schema that stood in it before and that the revision did not make."""
        return tuple(
            table for table in sorted(self.before) if table[:-1] == schema and not self.makes(table)
        )

    def adds(self, table: Path, column: str) -> bool:
        """Whether the revision added the column itself, so that nothing can have named it."""
        return any(
            isinstance(change, AddColumn) and (change.table, change.column.name) == (table, column)
            for text in self.earlier
            for change in read_changes(text)
        )

    def makes(self, table: Path) -> bool:
        """Whether the revision made the table itself, so that it has no rows of before."""
        return any(
            isinstance(change, CreateTable) and change.table == table
            for text in self.earlier
            for change in read_changes(text)
        )


@dataclass(frozen=True)
class Facts:
    """All that is linted: the revisions base first, the objects, and the names of databases.

    `physical` gives the logical name of each environment's database. `reported` is what findings
    may be about, None for everything; the rules may look at all. `only` leaves out the statements
    of the other direction.
    """

    revisions: tuple[RevisionFile, ...] = ()
    objects: tuple[ObjectFile, ...] = ()
    name_map: NameMap = field(default_factory=lambda: NameMap({}))
    physical: Mapping[str, str] = field(default_factory=dict)
    reported: frozenset[str] | None = None
    only: Direction | None = None

    def is_reported(self, file: str) -> bool:
        """Whether findings about a file are wanted."""
        return self.reported is None or file in self.reported

    def about(self, objects: Iterable[str]) -> "Facts":
        """The same, with findings wanted about these object files, too; what is known stays so."""
        wider = replace(self, reported=(self.reported or frozenset()) | frozenset(objects))
        known = ("_history", "definitions", "definition_of", "catalog")
        wider.__dict__.update(
            {name: self.__dict__[name] for name in known if name in self.__dict__}
        )
        return wider

    @cached_property
    def heads(self) -> tuple[RevisionFile, ...]:
        """The revisions that no other follows; while there are several, none is rendered."""
        followed = {before for revision in self.revisions for before in revision.down_revisions}
        return tuple(
            each for each in self.revisions if each.revision and each.revision not in followed
        )

    @cached_property
    def tables(self) -> dict[Path, Table]:
        """The tables as the last revision leaves them."""
        return self._history[1]

    @property
    def before(self) -> Tables:
        """The tables before the reported revisions, or as the last one leaves them."""
        upgrades = (each for each in self._history[0] if each.direction == "upgrade")
        first = next(upgrades, None)
        return first.before if first else self.tables

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """Every statement of the reported revisions, in both directions or the one wanted."""
        return tuple(
            each for each in self._history[0] if self.only is None or each.direction == self.only
        )

    @cached_property
    def upgrades(self) -> tuple[Statement, ...]:
        """The statements of the reported revisions on the way up."""
        return tuple(each for each in self.statements if each.direction == "upgrade")

    @cached_property
    def definitions(self) -> tuple[Definition, ...]:
        """The objects as lineage takes them."""
        return tuple(
            Definition(
                each.defined.identity.kind,
                each.defined.identity.path,
                each.defined.text,
                each.file,
                each.defined.references,
            )
            for each in self.objects
            if each.defined is not None
        )

    @cached_property
    def definition_of(self) -> dict[str, Definition]:
        """The definition that each object file holds."""
        return {each.file: each for each in self.definitions}

    @cached_property
    def catalog(self) -> Catalog:
        """Tables and objects of the last revision."""
        return Catalog(self.tables, self.definitions)

    @cached_property
    def _history(self) -> tuple[tuple[Statement, ...], dict[Path, Table]]:
        statements: list[Statement] = []
        tables: dict[Path, Table] = {}
        for revision in self.revisions:
            up, tables = _walk(revision, "upgrade", revision.upgrade, tables)
            if self.is_reported(revision.file):
                down, _ = _walk(revision, "downgrade", revision.downgrade, tables)
                statements += [*up, *down]
        return tuple(statements), tables

    def reported_objects(self) -> Iterator[tuple[ObjectFile, SqlObject]]:
        """The reported object files that could be read."""
        for each in self.objects:
            if each.defined is not None and self.is_reported(each.file):
                yield each, each.defined

    def reported_revisions(self) -> Iterator[RevisionFile]:
        """The reported revisions."""
        return (each for each in self.revisions if self.is_reported(each.file))


def _walk(
    revision: RevisionFile,
    direction: Direction,
    rendered: Rendered,
    tables: dict[Path, Table],
) -> tuple[list[Statement], dict[Path, Table]]:
    found = []
    texts = rendered.statements
    lines: Sequence[int | None] = rendered.lines or [None] * len(texts)
    for at, (text, line) in enumerate(zip(texts, lines, strict=True)):
        statement = Statement(
            revision.file, line, text, direction, tables, texts[:at], texts[at + 1 :]
        )
        found.append(statement)
        if statement.certain_changes:
            tables = after_changes(tables, statement.certain_changes, _query_columns)
    return found, tables


def _query_columns(query: str, table: Path, tables: Tables) -> Columns:
    """The columns of CREATE TABLE … AS; their types are not worked out."""
    from snowlane.sql.lineage_flows import read_statement
    from snowlane.sql.names import qualified

    def columns_of(path: Path) -> tuple[str, ...] | None:
        known = tables.get(path)
        return tuple(column.name for column in known.columns) if known else None

    home = (table[0], table[1] if len(table) > 1 else "")
    made = read_statement(f"CREATE TABLE {qualified(*table)} AS {query}", columns_of, home)
    return tuple(Column(name) for name in made.created.get(table, ()))
