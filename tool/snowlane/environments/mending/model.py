"""What a copy is mended from, and what mending one object takes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from snowlane.environments.contents import Item
from snowlane.environments.stage_options import StageOptions
from snowlane.sql.lineage_changes import Path
from snowlane.sql.mapping import NameMap, map_names
from snowlane.sql.names import literal
from snowlane.sql.references import Question
from snowlane.sql.repoint import Repointed, repoint
from snowlane.sql.tokens import UnreadableSqlError


@dataclass(frozen=True)
class Copy:
    """What changes from a source to its copy; all names are as the account stores them.

    `databases` goes from the source's to the copy's, `names` from the source's warehouses, roles
    and integrations to the copy's. `urls` are those of the copy's stages that have one, `stages`
    what DESCRIBE STAGE tells of the copy's stages, both by the path in the copy.
    """

    databases: Mapping[str, str]
    names: Mapping[str, str] = field(default_factory=dict)
    urls: Mapping[Path, str] = field(default_factory=dict)
    stages: Mapping[Path, StageOptions] = field(default_factory=dict)

    def path(self, source: Path) -> Path:
        """Where an object of the source is in the copy."""
        return (*(self.databases.get(each, each) for each in source[:1]), *source[1:])

    def repointed(self, text: str, kind: str) -> Repointed:
        """A text of the source's as it must be in the copy."""
        found = repoint(text, self.databases, kind)
        if not self.names:
            return found
        try:
            named = map_names(found.text, NameMap({}, self.names))
        except UnreadableSqlError:
            return found
        return Repointed(named.text, (*found.changes, *named.changes), found.unresolved)

    def name(self, source: str) -> str:
        """What a warehouse, role or integration of the source is in the copy."""
        return self.names.get(source, source)


@dataclass(frozen=True)
class Unresolved:
    """A place that may refer to the source, where no one can tell without knowing what it means."""

    item: str
    line: int
    text: str
    why: str


@dataclass(frozen=True)
class Mended:
    """The statements that mend one object, in order; none when there is nothing to mend."""

    item: Item
    statements: tuple[str, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()

    @property
    def request(self) -> str:
        """All statements as one: they travel together, so that nothing runs in between."""
        if len(self.statements) == 1:
            return self.statements[0]
        lines = [f"  EXECUTE IMMEDIATE {literal(statement)};" for statement in self.statements]
        return "\n".join(["BEGIN", *lines, "END"])


def unresolved(item: Item, questions: tuple[Question, ...]) -> tuple[Unresolved, ...]:
    """The open questions of one object's text."""
    return tuple(
        Unresolved(str(item), each.line, each.text, each.doubt.value) for each in questions
    )
