"""Which objects still name a column or table that the revisions have taken away."""

from collections.abc import Iterator
from dataclasses import dataclass

from snowlane.lint.facts import Facts, ObjectFile
from snowlane.sql.lineage_catalog import Catalog
from snowlane.sql.lineage_changes import AddColumn, Column, Path
from snowlane.sql.lineage_query import Place
from snowlane.sql.lineage_tables import after_changes
from snowlane.sql.tokens import tokenize


@dataclass(frozen=True)
class Leftover:
    """An object that names what is gone, and the line where it does."""

    object: ObjectFile
    line: int
    text: str


def of_column(facts: Facts, table: Path, column: str) -> Iterator[Leftover]:
    """Objects that read or write a column which the last revision no longer has.

    Objects are followed as if the table still had it, so that a name without its table is found.
    """
    known = facts.tables.get(table)
    if known is None or known.column(column) is not None:
        return
    tables = after_changes(facts.tables, [AddColumn(table, Column(column))])
    catalog = Catalog(tables, facts.definitions)
    streams = {
        each.path
        for each in facts.definitions
        if each.kind == "STREAM" and table in each.references
    }
    gone = {Place(path, column) for path in (table, *streams)}
    for each, definition in zip(_readable(facts), facts.definitions, strict=True):
        if definition.kind == "STREAM" or not definition.references & {table, *streams}:
            continue
        movement = catalog.moved(definition).movement
        named = movement.reads | movement.writes
        named = named.union(*(flow.sources for flow in movement.flows))
        if named & gone:
            yield _leftover(each, column)


def of_table(facts: Facts, table: Path) -> Iterator[Leftover]:
    """Objects that name a table which the last revision no longer has."""
    if table in facts.tables or any(each.path == table for each in facts.definitions):
        return
    for each, definition in zip(_readable(facts), facts.definitions, strict=True):
        if table in definition.references:
            yield _leftover(each, table[-1])


def _readable(facts: Facts) -> list[ObjectFile]:
    return [each for each in facts.objects if each.defined is not None]


def line_of(each: ObjectFile, name: str) -> int:
    """The first line of an object file that has a name, 1 where none has."""
    return next((line for found, line in _names(each.source) if found == name), 1)


def _leftover(each: ObjectFile, name: str) -> Leftover:
    line = line_of(each, name)
    return Leftover(each, line, each.source.splitlines()[line - 1])


def _names(source: str) -> Iterator[tuple[str, int]]:
    """The names of a text with their lines, those inside its bodies too."""
    for token in tokenize(source):
        if token.is_name:
            yield token.name, token.line
        elif token.raw.startswith("$$"):
            for name, line in _names(token.raw[2:-2]):
                yield name, token.line + line - 1
