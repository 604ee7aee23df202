"""What logical names become in an environment: light, since every configuration holds one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snowlane.sql.references import Vocabulary


@dataclass(frozen=True)
class NameMap:
    """What each stored name becomes: databases, account-level names, and stages' URLs by path.

    Stages are keyed by their logical path, `RAW.BRONZE.STAGE_POS_DATA`.
    """

    databases: Mapping[str, str]
    names: Mapping[str, str] = field(default_factory=dict)
    stages: Mapping[str, str] = field(default_factory=dict)

    @property
    def vocabulary(self) -> "Vocabulary":
        """What to look for in a text."""
        from snowlane.sql.references import Vocabulary

        return Vocabulary(self.databases.keys(), self.names.keys(), self.stages.keys())
