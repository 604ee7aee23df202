"""What a rollback does to each table: nothing, fill it again, clone it back, or drop it.

Pure. Rules: docs.snowflake.com/en/sql-reference/sql/insert (OVERWRITE keeps the table, its grants
and its streams) and sql-reference/sql/create-table (OR REPLACE … CLONE … COPY GRANTS takes the
grants of the replaced table, or those of the clone where nothing is replaced), user-guide/security-column-intro
and security-row-intro (a query, also one that fills a table, gets masked values and only the rows that
policies leave its role; a clone is made past them).
"""

from dataclasses import dataclass
from enum import Enum

from snowlane.restore.facts import Present, Relation, RowChange
from snowlane.restore.point import Content, KeptTable
from snowlane.restore.texts import hand_over
from snowlane.restore.touched import Path
from snowlane.sql.names import qualified, quote


class Action(Enum):
    """What happens to a table."""

    UNCHANGED = "unchanged"
    REFILLED = "filled again"
    REPLACED = "replaced by its clone"
    RECREATED = "dropped and cloned back"
    BROUGHT_BACK = "brought back"
    DROPPED = "dropped"


# What makes every stream on a table stale.
NEW_TABLE = frozenset({Action.REPLACED, Action.RECREATED, Action.BROUGHT_BACK})


@dataclass(frozen=True)
class Fate:
    """What a rollback does to one table, and what of its rows is lost.

    `change` counts rows written and removed since, `rows` those of a table that is dropped.
    """

    path: Path
    action: Action
    statements: tuple[str, ...] = ()
    change: RowChange | None = None
    rows: int | None = None

    @property
    def name(self) -> str:
        """The full name."""
        return qualified(*self.path)

    @property
    def is_written_since(self) -> bool:
        """Whether rows came, changed or went since the point, or nobody can tell."""
        if self.action is Action.DROPPED:
            return self.rows is None or self.rows > 0
        return self.change is not None and not self.change.is_none


def fates(content: Content, present: Present, role: str) -> list[Fate]:
    """What happens to every table of a point, and to those that were made since."""
    found = [_kept(table, present, role) for table in content.tables]
    # A name that something else has, which the role does not see, is found before anything is replaced.
    found.sort(key=lambda fate: fate.action is not Action.BROUGHT_BACK)
    made = _made_since(content, present)
    for path in sorted(made):
        relation = present.account.relations[path]
        drop = () if path[:2] in _schemas_made(content, present) else _drops(relation)
        found.append(Fate(path, Action.DROPPED, drop, rows=relation.rows))
    return found


def metadata_fates(content: Content, present: Present) -> list[Fate]:
    """What happens to the version table and the records of what is applied."""
    return [_kept(table, present, table.owner) for table in content.metadata]


def _made_since(content: Content, present: Present) -> set[Path]:
    relations = present.account.relations
    schemas = _schemas_made(content, present)
    named = {path for path in content.absent if path in relations}
    inside = {path for path in relations if path[:2] in schemas}
    return {path for path in named | inside if relations[path].can_be_cloned}


def _schemas_made(content: Content, present: Present) -> set[Path]:
    """Schemas that the deployments made: they go with all that is in them."""
    was = {each.path for each in content.objects if each.kind == "SCHEMA"}
    written = {each.path for each in content.written if each.kind == "SCHEMA"}
    return {path for path in written - was if path in present.account.schemas}


def schemas_to_drop(content: Content, present: Present) -> list[Path]:
    """The schemas that were made since, in order of name."""
    return sorted(_schemas_made(content, present))


def _kept(table: KeptTable, present: Present, role: str) -> Fate:
    name, clone = qualified(*table.path), qualified(*table.clone)
    relation = present.account.relations.get(table.path)
    change = present.changes.get(table.path)
    transient = "TRANSIENT " if table.is_transient else ""
    back = f"CREATE {transient}TABLE {name} CLONE {clone} COPY GRANTS"
    handed = hand_over("TABLE", name, table.owner, role)
    if relation is None:
        return Fate(table.path, Action.BROUGHT_BACK, (back, *handed))
    is_another = relation.created != table.created and table.path in present.granted_otherwise
    if not relation.can_be_cloned or is_another:
        # It was dropped and made again, without its grants: the clone has them.
        return Fate(table.path, Action.RECREATED, (*_drops(relation), back, *handed), change)
    key = ("TABLE", name)
    is_changed = key in present.was and present.was[key] != present.now.get(key)
    if is_changed or table.path in present.governed:
        text = back.replace("CREATE ", "CREATE OR REPLACE ", 1)
        return Fate(table.path, Action.REPLACED, (text, *handed), change)
    if change is not None and change.is_none:
        return Fate(table.path, Action.UNCHANGED, (), change)
    columns = ", ".join(quote(each) for each in present.columns.get(table.clone, ()))
    fill = f"INSERT OVERWRITE INTO {name} ({columns}) SELECT {columns} FROM {clone}"  # noqa: S608
    return Fate(table.path, Action.REFILLED, (fill,), change)


def _drops(relation: Relation) -> tuple[str, ...]:
    kind = "VIEW" if relation.kind == "VIEW" else "TABLE"
    return (f"DROP {kind} {qualified(*relation.path)}",)
