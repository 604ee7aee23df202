"""Reads who has privileges in databases."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from snowlane.environments.future_grants import FutureGrant, future_grants
from snowlane.snowflake.parallel import in_parallel
from snowlane.snowflake.session import Session
from snowlane.sql.names import qualified, quote


@dataclass(frozen=True)
class Granted:
    """A privilege of a role on one object; `on` is kind and full name as a grant writes them."""

    role: str
    privilege: str
    on: str

    def revocation(self, owner: str) -> str:
        """The statement that takes it; what the role owns becomes the role's called `owner`.

        Ownership of what exists is never revoked, only handed over.
        Source: docs.snowflake.com/en/sql-reference/sql/grant-ownership.
        """
        if self.privilege == "OWNERSHIP":
            return f"GRANT OWNERSHIP ON {self.on} TO ROLE {quote(owner)} REVOKE CURRENT GRANTS"
        return f"REVOKE {self.privilege} ON {self.on} FROM ROLE {quote(self.role)}"


def read_access(
    session: Session, databases: Iterable[str], roles: Iterable[str]
) -> tuple[Granted, ...]:
    """What some roles have been granted in the databases, in one query. Raises SnowflakeError.

    Source: docs.snowflake.com/en/sql-reference/info-schema/object_privileges.
    """
    wanted = set(roles)
    query = " UNION ALL ".join(
        "SELECT GRANTEE, PRIVILEGE_TYPE, OBJECT_TYPE, OBJECT_CATALOG, OBJECT_SCHEMA, OBJECT_NAME "  # noqa: S608
        f"FROM {qualified(each, 'INFORMATION_SCHEMA', 'OBJECT_PRIVILEGES')}"
        for each in databases
    )
    if not wanted or not query:
        return ()
    found = {
        Granted(role, privilege, f"{kind} {_named(kind, catalog, schema, name)}")
        for role, privilege, kind, catalog, schema, name in session.execute(query).rows
        if role in wanted
    }
    return tuple(sorted(found, key=lambda each: (each.role, each.on, each.privilege)))


def read_grantees(session: Session, databases: Iterable[str]) -> dict[str, set[str]]:
    """Who has been granted anything but ownership in the databases: names by ROLE, SHARE and the like.

    Raises SnowflakeError.
    """
    query = " UNION ".join(
        f"SELECT GRANTED_TO, GRANTEE FROM {qualified(each, 'INFORMATION_SCHEMA', 'OBJECT_PRIVILEGES')} "  # noqa: S608
        "WHERE PRIVILEGE_TYPE <> 'OWNERSHIP'"
        for each in databases
    )
    found: dict[str, set[str]] = {}
    for kind, name in session.execute(query).rows:
        found.setdefault(str(kind), set()).add(str(name))
    return found


def read_future_grants(sessions: Sequence[Session], databases: Iterable[str]) -> list[FutureGrant]:
    """What roles are given on objects that are yet to be made in the databases and their schemas.

    One request for each of both, in parallel. Raises SnowflakeError.
    Source: docs.snowflake.com/en/sql-reference/sql/show-grants.
    """
    asked = []
    for name in databases:
        asked.append(f"SHOW FUTURE GRANTS IN DATABASE {quote(name)}")
        asked += [
            f"SHOW FUTURE GRANTS IN SCHEMA {qualified(name, str(row['name']))}"
            for row in sessions[0].query(f"SHOW SCHEMAS IN DATABASE {quote(name)}")
            if row["name"] != "INFORMATION_SCHEMA"
        ]
    answers = in_parallel(sessions, [partial(_asked, each) for each in asked])
    return future_grants(row for rows in answers for row in rows if row["grant_to"] == "ROLE")


def _asked(query: str, session: Session) -> list[dict[str, Any]]:
    return session.query(query)


def _named(kind: str, catalog: str | None, schema: str | None, name: str) -> str:
    """The full name; what contains it is null for databases and schemas."""
    parts = [part for part in (catalog, schema) if part]
    if kind == "DATABASE":
        return quote(name)
    if kind == "SCHEMA":
        return qualified(*dict.fromkeys([*parts[:1], name]))
    return qualified(*parts, name)
