"""The tables and objects of a platform, looked up by path, each object followed once when needed.

Knows neither files nor accounts: whoever has the texts makes the definitions.
"""

from collections.abc import Iterable

from snowlane.sql.lineage_objects import RELATIONS, Definition, Moved, read_definition
from snowlane.sql.lineage_query import Path, Place
from snowlane.sql.lineage_tables import Tables


class Catalog:
    """Tables by path and objects by definition; reading an object is put off until it is asked."""

    def __init__(self, tables: Tables, definitions: Iterable[Definition]) -> None:
        self.tables = tables
        # The order in which they were found, in files or in an account, shows nowhere.
        self.definitions = tuple(sorted(definitions, key=lambda each: (each.path, each.kind)))
        self._relations = {each.path: each for each in self.definitions if each.kind in RELATIONS}
        self._moved: dict[tuple[str, Path, str], Moved] = {}
        self._open: set[Path] = set()
        self._naming: dict[Path, list[Definition]] | None = None

    def kind_of(self, path: Path) -> str | None:
        """`TABLE` or an object's kind, None when nothing of the path is known."""
        if path in self.tables:
            return "TABLE"
        if path in self._relations:
            return self._relations[path].kind
        return next((each.kind for each in self.definitions if each.path == path), None)

    def columns_of(self, path: Path) -> tuple[str, ...] | None:
        """The columns of a table, view or stream in order; None where they cannot be told."""
        if path in self.tables:
            return tuple(column.name for column in self.tables[path].columns) or None
        relation = self._relations.get(path)
        # Views that refer to each other in a circle have no columns that could be told.
        if relation is None or path in self._open:
            return None
        self._open.add(path)
        try:
            return self.moved(relation).columns
        finally:
            self._open.discard(path)

    def moved(self, definition: Definition) -> Moved:
        """What an object does with columns."""
        key = (definition.kind, definition.path, definition.text)
        if key not in self._moved:
            self._moved[key] = read_definition(definition, self.columns_of)
        return self._moved[key]

    def all_moved(self) -> tuple[Moved, ...]:
        """What every object does."""
        return tuple(self.moved(definition) for definition in self.definitions)

    def naming(self, path: Path) -> tuple[Definition, ...]:
        """The objects of a path, and those whose texts name it in full."""
        if self._naming is None:
            found: dict[Path, list[Definition]] = {}
            for each in self.definitions:
                for named in {each.path, *each.references}:
                    found.setdefault(named, []).append(each)
            self._naming = found
        return tuple(self._naming.get(path, ()))

    def names(self) -> list[str]:
        """The full names of all relations, objects and columns."""
        paths = [*self.tables, *(each.path for each in self.definitions)]
        found = []
        for path in dict.fromkeys(paths):
            found.append(str(Place(path)))
            found += [str(Place(path, column)) for column in self.columns_of(path) or ()]
        return found
