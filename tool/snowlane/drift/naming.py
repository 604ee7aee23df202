"""The names of one environment's things as its readers know them, and which of them do not count."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from snowlane.config.environment import METADATA_SCHEMA, Environment
from snowlane.sql.lineage_changes import Path
from snowlane.sql.mapping import NameMap, map_names
from snowlane.sql.names import qualified
from snowlane.sql.tokens import UnreadableSqlError

RESTORE_PREFIX = "SNOWLANE_RESTORE_"


@dataclass(frozen=True)
class Naming:
    """Physical paths as logical ones, by the databases of the environment; patterns to ignore."""

    environment: str
    metadata: tuple[str, str]
    logical: Mapping[str, str]
    ignore: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, environment: Environment) -> "Naming":
        """The naming of an environment."""
        logical = {there: name for name, there in environment.databases.items()}
        patterns = tuple(pattern.upper() for pattern in environment.drift_ignore)
        return cls(environment.name, environment.metadata, logical, patterns)

    def path(self, physical: Path) -> Path:
        """The logical path."""
        return (self.logical.get(physical[0], physical[0]), *physical[1:])

    def name(self, physical: Path, *column: str) -> str:
        """The logical name, dotted, quoted only where Snowflake needs it."""
        return qualified(*self.path(physical), *column)

    def text(self, physical: str) -> str:
        """SQL with logical databases in place of the physical ones."""
        try:
            return map_names(physical, NameMap(self.logical)).text
        except UnreadableSqlError:
            return physical

    def is_ignored(self, physical: Path, column: str | None = None) -> bool:
        """Whether a pattern names the thing, its column or anything that it lies in.

        Patterns are compared in upper case: `dw.mart.dbt_*` means DW.MART.DBT_ORDERS, too.
        """
        parts = (*self.path(physical), *([column] if column is not None else []))
        names = [".".join(parts[:count]).upper() for count in range(1, len(parts) + 1)]
        return any(fnmatchcase(name, pattern) for name in names for pattern in self.ignore)

    def is_own(self, physical: Path) -> bool:
        """Whether the thing lies in a schema of Snowflake's or of the tool's, and nobody made it."""
        schema = physical[1] if len(physical) > 1 else ""
        if schema == "INFORMATION_SCHEMA" or schema.startswith(RESTORE_PREFIX):
            return True
        if physical[:2] == self.metadata or schema == METADATA_SCHEMA:
            return True
        return len(physical) == 2 and schema == "PUBLIC"
