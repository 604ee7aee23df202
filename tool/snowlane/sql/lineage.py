"""What lies downstream of a column, relation or object: facts in, a graph out.

Values are followed from column to column through views, streams and whatever moves rows. An object
that reads a column only to choose rows is named and not followed further. Pure.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum

from snowlane.sql import names
from snowlane.sql.lineage_blocks import statements_in
from snowlane.sql.lineage_catalog import Catalog
from snowlane.sql.lineage_changes import (
    ChangeType,
    CreateTable,
    DropColumn,
    DropTable,
    RenameColumn,
    RenameTable,
    SetNotNull,
    SwapTable,
)
from snowlane.sql.lineage_ddl import read_changes
from snowlane.sql.lineage_objects import RELATIONS, Definition, Moved
from snowlane.sql.lineage_query import Path, Place

_COLUMN_PARTS = 4
_OBJECT_PARTS = 3


class How(Enum):
    """In which way one thing depends on another; NAMES is of a relation without its columns."""

    VALUE = "value"
    READS = "reads"
    WRITES = "writes"
    CALLS = "calls"
    NAMES = "names"


@dataclass(frozen=True, order=True)
class Node:
    """A relation, a column of one, or an object that moves rows; `column` "" means the whole."""

    kind: str
    path: Path
    column: str = ""

    @property
    def name(self) -> str:
        """The full dotted name."""
        return names.qualified(*self.path, *([self.column] if self.column else []))

    def __str__(self) -> str:
        return f"{self.kind.lower()} {self.name}"


@dataclass(frozen=True)
class Edge:
    """`target` depends on `source`; `through` is the object that carries values between tables."""

    source: Node
    target: Node
    how: How
    through: Node | None = None


@dataclass(frozen=True)
class Note:
    """What could not be followed in an object."""

    node: Node
    text: str


@dataclass(frozen=True)
class Impact:
    """All that is downstream of `root`, nearest first; `nodes` leaves the root out."""

    root: Node
    edges: tuple[Edge, ...]
    notes: tuple[Note, ...] = ()

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Every column, relation and object downstream, each once."""
        found: dict[Node, None] = {}
        for edge in self.edges:
            for node in (edge.through, edge.target):
                if node is not None and node != self.root:
                    found[node] = None
        return tuple(found)

    @property
    def objects(self) -> tuple[Node, ...]:
        """The nodes as whole relations and objects, each once."""
        return tuple(dict.fromkeys(Node(node.kind, node.path) for node in self.nodes))


class UnknownNameError(LookupError):
    """No column, relation or object has the name; `nearest` is the one most like it, or None."""

    def __init__(self, name: str, nearest: str | None) -> None:
        super().__init__(name)
        self.name = name
        self.nearest = nearest


class Lineage:
    """The graph of a catalog, from each column, relation or object to what depends on it.

    With `as_needed` an object is read when the search comes to what its text names in full, as the
    files of objects do; else all are read at once.
    """

    def __init__(self, catalog: Catalog, *, as_needed: bool = False) -> None:
        self.catalog = catalog
        self._as_needed = as_needed
        self._read: set[Definition] = set()
        self.edges: dict[Node, list[Edge]] = {}
        self.writers: dict[Place, list[Node]] = {}
        self.notes: dict[Node, tuple[str, ...]] = {}
        self.made_as_whole: set[Node] = set()
        if not as_needed:
            for moved in catalog.all_moved():
                self._add(moved)

    def read_about(self, path: Path) -> None:
        """Read the objects that name a path, where that was put off."""
        if self._as_needed:
            for each in self.catalog.naming(path):
                if each not in self._read:
                    self._read.add(each)
                    self._add(self.catalog.moved(each))

    def find(self, name: str) -> Node:
        """The node of `DB.SCHEMA.NAME` or `DB.SCHEMA.NAME.COLUMN`, any case; UnknownNameError."""
        path = names.parse_path(name) or ()
        column = path[3] if len(path) == _COLUMN_PARTS else ""
        kind = self.catalog.kind_of(path[:3])
        is_known = not column or column in (self.catalog.columns_of(path[:3]) or ())
        if len(path) in (_OBJECT_PARTS, _COLUMN_PARTS) and kind is not None and is_known:
            return Node(kind, path[:3], column)
        near = get_close_matches(name.upper(), self.catalog.names(), n=1, cutoff=0.4)
        raise UnknownNameError(name, near[0] if near else None)

    def node(self, place: Place) -> Node:
        """A place as a node of its kind; what nobody defines counts as a table."""
        return Node(self.catalog.kind_of(place.path) or "TABLE", place.path, place.column)

    def from_node(self, node: Node) -> list[Edge]:
        """The edges of a node: of a column also those of its whole relation, and the reverse."""
        self.read_about(node.path)
        if node.column:
            whole = self.edges.get(Node(node.kind, node.path), ())
            return [
                *self.edges.get(node, ()),
                *(each for each in whole if each.how is not How.NAMES),
            ]
        return [
            edge
            for source, edges in self.edges.items()
            if source.path == node.path and source.kind == node.kind
            for edge in edges
        ]

    def _add(self, moved: Moved) -> None:
        definition, movement = moved.definition, moved.movement
        own = Node(definition.kind, definition.path)
        carries = definition.kind not in RELATIONS
        if movement.notes:
            self.notes[own] = movement.notes
        carried: set[Place] = set()
        for flow in movement.flows:
            for source in sorted(flow.sources):
                carried.add(source)
                through = own if carries else None
                self._edge(source, self.node(flow.target), How.VALUE, through)
        for place in sorted(movement.reads - carried):
            self._edge(place, own, How.READS)
        for place in movement.writes:
            self.writers.setdefault(place, []).append(own)
        called = set(movement.calls)
        followed = {place.path for place in (*carried, *movement.reads, *movement.writes)}
        followed |= {flow.target.path for flow in movement.flows}
        for path in sorted(definition.references - followed):
            kind = self.catalog.kind_of(path)
            if kind in ("FUNCTION", "PROCEDURE"):
                called.add(path)
            elif kind not in (None, "TASK"):
                self._edge(Place(path), own, How.NAMES)
        for path in sorted(called):
            self._edge(Place(path), own, How.CALLS)

    def _edge(self, source: Place, target: Node, how: How, through: Node | None = None) -> None:
        start = self.node(source)
        if start != target:
            if how is How.VALUE and not target.column:
                self.made_as_whole.add(target)
            self.edges.setdefault(start, []).append(Edge(start, target, how, through))


def downstream(lineage: Lineage, root: Node) -> Impact:
    """All that depends on a node: what is made of its values, what reads, calls or writes it."""
    edges: dict[Edge, None] = {}
    for writer in _writers(lineage, root):
        edges[Edge(root, writer, How.WRITES)] = None
    waiting, seen = [root], {root}
    while waiting:
        node = waiting.pop(0)
        for edge in _onward(lineage, node, is_root=node == root):
            edges[edge] = None
            for reached in (edge.through, edge.target):
                if reached is not None and reached not in seen:
                    seen.add(reached)
                    waiting.append(reached)
    reached_nodes = [Node(node.kind, node.path) for node in seen]
    notes = [
        Note(node, text)
        for node in dict.fromkeys(reached_nodes)
        for text in lineage.notes.get(node, ())
    ]
    return Impact(root, tuple(edges), tuple(sorted(notes, key=lambda note: note.node)))


def _writers(lineage: Lineage, root: Node) -> list[Node]:
    lineage.read_about(root.path)
    found = dict.fromkeys(
        writer
        for place, writers in lineage.writers.items()
        if place.path == root.path and (not root.column or place.column in ("", root.column))
        for writer in writers
    )
    return sorted(found)


def _onward(lineage: Lineage, node: Node, *, is_root: bool) -> Iterator[Edge]:
    """The edges to follow from a node.

    A view that is reached as a whole only because a condition of it reads something ends there.
    """
    if node.kind in ("PROCEDURE", "FUNCTION", "TASK", "PIPE", "ALERT"):
        yield from lineage.from_node(node)
        if is_root:
            yield from _carried_by(lineage, node)
    elif node.column or is_root or node in lineage.made_as_whole:
        yield from lineage.from_node(node)


def _carried_by(lineage: Lineage, node: Node) -> Iterator[Edge]:
    lineage.read_about(node.path)
    for edges in list(lineage.edges.values()):
        for edge in edges:
            if edge.through == node:
                yield Edge(node, edge.target, How.VALUE, node)


def impact_of(statement: str, lineage: Lineage) -> tuple[Impact, ...]:
    """What lies downstream of what a statement drops, renames, replaces or gives another type.

    The statement names things as the lineage does. What it adds has nothing downstream yet, and a
    name that the lineage does not know has none either.
    """
    roots: dict[Node, None] = {}
    for piece in statements_in(statement).pieces:
        for place in _touched(piece.text):
            kind = lineage.catalog.kind_of(place.path)
            if kind is not None:
                roots[Node(kind, place.path, place.column)] = None
    return tuple(downstream(lineage, root) for root in roots)


def _touched(text: str) -> Iterable[Place]:
    for change in read_changes(text):
        match change:
            case DropColumn() | RenameColumn() | ChangeType() | SetNotNull():
                yield Place(change.table, change.column)
            case DropTable() | RenameTable() | SwapTable():
                yield Place(change.table)
            case CreateTable() if change.replaces:
                yield Place(change.table)
