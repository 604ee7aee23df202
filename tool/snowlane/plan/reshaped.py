"""What the revisions of a plan do to tables, as far as the objects on them must know. Pure."""

from collections.abc import Iterator, Set
from dataclasses import dataclass, field

from snowlane.lint.facts import Direction, Facts
from snowlane.objects.source import SqlObject
from snowlane.plan.actions import Verb, actions_of
from snowlane.sql.lineage_changes import Path
from snowlane.sql.lineage_objects import Definition, Moved
from snowlane.sql.lineage_query import Place
from snowlane.sql.lineage_tables import Table, after_changes
from snowlane.sql.names import qualified
from snowlane.sql.tokens import tokenize
from snowlane.sql.type_rules import parse_type


@dataclass(frozen=True)
class Retyped:
    """A column whose type was `old` and is `new`, both as their statements wrote them."""

    table: Path
    column: str
    old: str
    new: str

    @property
    def name(self) -> str:
        """The full name of the column."""
        return qualified(*self.table, self.column)


@dataclass(frozen=True)
class Reshaped:
    """Tables with other columns, columns with another type, and tables that are made anew.

    `retyped` are all columns with another type, `types` those whose type is of another family;
    `sources` are stages and file formats that are made anew.

    `facts` hold tables and objects as they are at the end.
    """

    facts: Facts = field(repr=False, compare=False)
    columns: frozenset[Path] = frozenset()
    types: frozenset[Place] = frozenset()
    anew: frozenset[Path] = frozenset()
    retyped: tuple[Retyped, ...] = ()
    sources: frozenset[Path] = frozenset()

    def taken_whole(self, each: SqlObject) -> Set[Path]:
        """The relations whose columns a view takes by a star."""
        if "*" not in each.text:
            return frozenset()
        moved = self._moved(each)
        return moved.stars if moved.columns is not None else moved.stars | each.references

    def read_by(self, each: SqlObject) -> Set[Place]:
        """The columns that a view reads."""
        movement = self._moved(each).movement
        return movement.reads.union(*(flow.sources for flow in movement.flows))

    def made_of(self, each: SqlObject, places: Set[Place]) -> Set[Place]:
        """The columns of a view that are made of some others."""
        flows = self._moved(each).movement.flows
        return {flow.target for flow in flows if flow.sources & places}

    def is_materialized(self, each: SqlObject) -> bool:
        """Whether it is a materialized view, which stops with its table."""
        if each.identity.kind != "VIEW":
            return False
        head = tokenize(each.text)[:8]
        return any(token.word("MATERIALIZED") for token in head)

    def _moved(self, each: SqlObject) -> Moved:
        identity = each.identity
        return self.facts.catalog.moved(
            Definition(identity.kind, identity.path, each.text, each.file, each.references)
        )


def retyped_by(facts: Facts, file: str, direction: Direction) -> tuple[Retyped, ...]:
    """The columns that one revision gives another type."""
    own = [each for each in facts.statements if (each.file, each.direction) == (file, direction)]
    if not own:
        return ()
    before, after = own[0].before, after_changes(own[-1].before, own[-1].certain_changes)
    paths = {change.table for each in own for change in each.changes}
    both = [(before[path], after[path]) for path in sorted(paths & before.keys() & after.keys())]
    return tuple(each for old, new in both for each in _retyped(old, new))


def reshaped(facts: Facts) -> Reshaped:
    """What the upgrades that the facts report do to the tables that were there before them."""
    if not facts.upgrades:
        return Reshaped(facts)
    before, after = facts.before, facts.tables
    both = [(before[path], after[path]) for path in sorted(before.keys() & after.keys())]
    retyped = tuple(each for old, new in both for each in _retyped(old, new))
    return Reshaped(
        facts,
        frozenset(new.path for old, new in both if _names(old) != _names(new)),
        frozenset(
            Place(each.table, each.column)
            for each in retyped
            if _family(each.old) not in (None, _family(each.new))
        ),
        _made_anew(facts, ("TABLE",)) & before.keys(),
        retyped,
        _made_anew(facts, ("STAGE", "FILE FORMAT")),
    )


def _names(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns)


def _retyped(old: Table, new: Table) -> Iterator[Retyped]:
    for column in new.columns:
        known = old.column(column.name)
        if known and known.type and column.type and not _is_same(known.type, column.type):
            yield Retyped(new.path, column.name, known.type, column.type)


def _is_same(old: str, new: str) -> bool:
    parsed = parse_type(old)
    return parsed == parse_type(new) if parsed else old.upper() == new.upper()


def _family(written: str) -> str | None:
    """The family of a type; within one, what Snowflake allows keeps views whole."""
    parsed = parse_type(written)
    return parsed.family if parsed else None


def _made_anew(facts: Facts, kinds: tuple[str, ...]) -> frozenset[Path]:
    """What is replaced, or made again where it was dropped or renamed before, whatever it is then."""
    anew: set[Path] = set()
    gone: set[Path] = set()
    for action in (each for statement in facts.upgrades for each in actions_of(statement.text)):
        if action.kind not in kinds:
            continue
        if action.verb in (Verb.DROPS, Verb.RENAMES):
            gone.add(action.path)
        elif action.verb is Verb.REPLACES or (action.verb is Verb.MAKES and action.path in gone):
            anew.add(action.path)
    return frozenset(anew)
