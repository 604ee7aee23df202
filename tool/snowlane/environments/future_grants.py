"""Grants on future objects, which the schemas of a copy take over from the source. Pure.

What is made in the copy gets them, re-pointed views among it. Rules:
docs.snowflake.com/en/user-guide/security-access-control-configure (future grants and cloning) and
sql-reference/sql/show-grants; taking them away needs MANAGE GRANTS.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from snowlane.environments.kinds import BY_NAME
from snowlane.sql.lineage_changes import Path
from snowlane.sql.names import parse_path, qualified, quote

_CONTAINERS = {1: "DATABASE", 2: "SCHEMA"}


@dataclass(frozen=True, order=True)
class FutureGrant:
    """What a role is given on all objects of a kind that are made in a database or schema."""

    container: Path
    kind: str
    privilege: str
    role: str

    @property
    def give(self) -> str:
        """The statement that gives it."""
        return (
            f"GRANT {self.privilege} ON FUTURE {self._plural} IN {self._container} "
            f"TO ROLE {quote(self.role)}"
        )

    @property
    def revoke(self) -> str:
        """The statement that ends it."""
        return (
            f"REVOKE {self.privilege} ON FUTURE {self._plural} IN {self._container} "
            f"FROM ROLE {quote(self.role)}"
        )

    @property
    def take_back(self) -> str:
        """The statement that takes from the role what objects were given by it, "" where none can."""
        if self.privilege == "OWNERSHIP" or self.kind == "PIPE":
            return ""
        return (
            f"REVOKE {self.privilege} ON ALL {self._plural} IN {self._container} "
            f"FROM ROLE {quote(self.role)}"
        )

    @property
    def _plural(self) -> str:
        return BY_NAME[self.kind].plural if self.kind in BY_NAME else f"{self.kind}S"

    @property
    def _container(self) -> str:
        return f"{_CONTAINERS[len(self.container)]} {qualified(*self.container)}"

    def __str__(self) -> str:
        return (
            f"{self.role} is given {self.privilege} on all {self._plural.lower()} that are made in "
            f"{qualified(*self.container)}"
        )


def future_grants(rows: Iterable[Mapping[str, Any]]) -> list[FutureGrant]:
    """Rows of SHOW FUTURE GRANTS, whose names are such as `DB.SCHEMA.<VIEW>`."""
    found = []
    for row in rows:
        container = parse_path(str(row["name"]).rpartition(".<")[0])
        if container is not None and len(container) in _CONTAINERS:
            kind = str(row["grant_on"]).replace("_", " ")
            role = str(row["grantee_name"])
            found.append(FutureGrant(container, kind, str(row["privilege"]), role))
    return sorted(found)
