"""One environment as its file describes it.

Knows what the values are called and mean; how TOML becomes them is `snowlane.config.reading`.
"""

from dataclasses import dataclass, field
from enum import Enum

from snowlane.sql.name_map import NameMap

METADATA_DATABASE = "RAW"
METADATA_SCHEMA = "METADATA"


class BranchCheck(Enum):
    """What happens when a deployment is not of the environment's branch."""

    ENFORCE = "enforce"
    WARN = "warn"


@dataclass(frozen=True)
class Snowflake:
    """How to sign in: a named connection, and the role and warehouse that are pinned.

    The timeouts are seconds and are set for the session.
    """

    role: str
    warehouse: str
    connection: str | None = None
    statement_timeout: int = 3600
    lock_timeout: int = 300


@dataclass(frozen=True)
class Clone:
    """How this environment is made from another.

    `role` makes the copies and hands them over, `after` is a file of SQL that runs before anyone is
    given access, `sessions` is how many statements run at once.
    """

    source: str
    role: str | None = None
    after: str | None = None
    sessions: int = 4


@dataclass(frozen=True)
class Window:
    """When deployments are allowed: from each time of `cron` on, for `duration`."""

    cron: str
    duration: str
    timezone: str = "UTC"


@dataclass(frozen=True)
class Environment:
    """One environment; every name is as Snowflake stores it.

    `made_like` is None for one that has a file; an ad-hoc one has the settings of the environment
    that it names. `lease_seconds` is how long the deployment lock outlives a deployment that stopped renewing it,
    `restore_days` how long a restore point is kept.
    """

    name: str
    snowflake: Snowflake
    databases: dict[str, str]
    promotes_from: str | None = None
    branch: str | None = None
    branch_check: BranchCheck = BranchCheck.ENFORCE
    protected: bool = False
    names: dict[str, str] = field(default_factory=dict)
    stages: dict[str, str] = field(default_factory=dict)
    clone: Clone | None = None
    window: Window | None = None
    drift_ignore: tuple[str, ...] = ()
    state_database: str = "UTILITY"
    lease_seconds: int = 120
    restore_days: int = 7
    made_like: str | None = None

    @property
    def is_ad_hoc(self) -> bool:
        """Whether it has no file, and is known from the registry only."""
        return self.made_like is not None

    @property
    def name_map(self) -> NameMap:
        """What the logical names of revisions and objects become here."""
        return NameMap(self.databases, self.names, self.stages)

    @property
    def role(self) -> str:
        """The deploy role, as the account calls it."""
        return self.names.get(self.snowflake.role, self.snowflake.role)

    @property
    def warehouse(self) -> str:
        """The warehouse of every session, as the account calls it."""
        return self.names.get(self.snowflake.warehouse, self.snowflake.warehouse)

    @property
    def clone_role(self) -> str | None:
        """The role that makes copies for this environment, as the account calls it.

        None stands for the user's default role.
        """
        chosen = self.clone.role if self.clone else None
        return self.names.get(chosen, chosen) if chosen else None

    @property
    def metadata(self) -> tuple[str, str]:
        """The database and schema that hold the version table and the applied objects."""
        return self.databases[METADATA_DATABASE], METADATA_SCHEMA

    @property
    def state(self) -> tuple[str, str]:
        """The database and schema that hold the environment's deployments, lock and journal."""
        return self.state_database, f"SNOWLANE_{self.name.upper()}"
