"""What DDL can do to a table, as data: one value a change.

How statements are read is `snowlane.sql.lineage_ddl`; what a table is afterwards,
`snowlane.sql.lineage_tables`.
"""

from dataclasses import dataclass, field

Path = tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """A column as a statement defines it; `type` and `default` are the text, "" and None if unsaid.

    `is_quoted` says that its name stood in double quotes; `comment` is what the literal says.
    `counting` is START and INCREMENT of a column that counts up, where an account told them.
    """

    name: str
    type: str = ""
    nullable: bool = True
    default: str | None = None
    counts_up: bool = False
    is_quoted: bool = False
    comment: str = ""
    counting: str = field(default="", compare=False)


@dataclass(frozen=True)
class Change:
    """One change of one table, by its stored path."""

    table: Path


@dataclass(frozen=True)
class CreateTable(Change):
    """`source` is the table of LIKE or CLONE, `query` the text after AS; `columns` may be empty."""

    columns: tuple[Column, ...] = ()
    replaces: bool = False
    alters: bool = False
    if_not_exists: bool = False
    modifiers: frozenset[str] = frozenset()
    cluster_by: str = ""
    source: Path | None = None
    query: str | None = None
    comment: str = ""

    @property
    def is_temporary(self) -> bool:
        """Whether it goes with the session."""
        return bool(self.modifiers & {"TEMP", "TEMPORARY", "VOLATILE"})


@dataclass(frozen=True)
class DropTable(Change):
    """The table goes."""


@dataclass(frozen=True)
class DropSchema(Change):
    """All tables of a schema go; `table` is database and schema."""


@dataclass(frozen=True)
class RenameTable(Change):
    """The table gets the path `to`."""

    to: Path


@dataclass(frozen=True)
class SwapTable(Change):
    """The table and `other` exchange their names."""

    other: Path


@dataclass(frozen=True)
class AddColumn(Change):
    """A column is appended."""

    column: Column
    if_not_exists: bool = False


@dataclass(frozen=True)
class DropColumn(Change):
    """A column goes."""

    column: str


@dataclass(frozen=True)
class RenameColumn(Change):
    """A column gets another name."""

    column: str
    to: str


@dataclass(frozen=True)
class ChangeType(Change):
    """A column gets another type."""

    column: str
    type: str


@dataclass(frozen=True)
class SetNotNull(Change):
    """A column takes no NULL any more, or takes it again when `nullable`."""

    column: str
    nullable: bool = False


@dataclass(frozen=True)
class SetDefault(Change):
    """A column gets another default, or loses it when that is None."""

    column: str
    default: str | None


@dataclass(frozen=True)
class SetClustering(Change):
    """The table gets a clustering key; an empty one drops it."""

    cluster_by: str


@dataclass(frozen=True)
class SetComment(Change):
    """The table, or one of its columns, is described anew; an empty text takes the comment away."""

    comment: str
    column: str | None = None
