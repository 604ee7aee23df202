"""Who may do what: role hierarchies and privileges. Judges entries; asks and changes nothing else.

Rules: docs.snowflake.com/en/user-guide/security-access-control-overview and …/security-access-control-privileges.
"""

from __future__ import annotations

from snowlocal.catalog import ACCOUNT_ID, Catalog, Entry
from snowlocal.errors import missing, no_privilege

# Privileges on the account that the system roles have without a grant.
_SYSTEM = {
    "SYSADMIN": {"CREATE DATABASE", "CREATE WAREHOUSE"},
    "USERADMIN": {"CREATE ROLE", "CREATE USER"},
    "SECURITYADMIN": {"MANAGE GRANTS"},
    "ACCOUNTADMIN": {
        "APPLY MASKING POLICY", "APPLY ROW ACCESS POLICY", "APPLY TAG", "EXECUTE ALERT", "EXECUTE MANAGED TASK",
        "EXECUTE TASK", "MONITOR USAGE",
    },
}  # fmt: skip
# Kinds that a global privilege shows, besides one on the object.
_SHOWN_BY = {
    "MASKING POLICY": "APPLY MASKING POLICY",
    "ROW ACCESS POLICY": "APPLY ROW ACCESS POLICY",
    "TAG": "APPLY TAG",
}


def roles_of_user(catalog: Catalog, user: str) -> set[str]:
    """The roles granted to a user directly, and PUBLIC."""
    return {"PUBLIC"} | {
        role.name
        for role in catalog.children(ACCOUNT_ID, "ROLE")
        if user in role.details.get("users", [])
    }


def inherited(catalog: Catalog, roles: set[str]) -> frozenset[str]:
    """`roles` and every role granted to one of them, at any depth."""
    found = set(roles)
    while True:
        more = {
            role.name
            for role in catalog.children(ACCOUNT_ID, "ROLE")
            if role.name not in found and found & set(role.details.get("roles", []))
        }
        if not more:
            return frozenset(found | {"PUBLIC"})
        found |= more


class Access:
    """What a set of roles (already with all it inherits) may see and do."""

    def __init__(self, catalog: Catalog, roles: frozenset[str]) -> None:
        self._catalog = catalog
        self.roles = roles

    def global_privilege(self, privilege: str) -> bool:
        """Whether one of the roles has a privilege on the account."""
        if any(privilege in _SYSTEM.get(role, ()) for role in self.roles):
            return True
        root = self._catalog.maybe(ACCOUNT_ID)
        return root is not None and any(
            g.privilege == privilege and g.role in self.roles for g in root.grants
        )

    def owns(self, entry: Entry) -> bool:
        """Whether one of the roles owns the object."""
        return entry.owner in self.roles

    def has(self, entry: Entry, *privileges: str) -> bool:
        """Whether the roles own the object or hold one of the privileges on it."""
        return self.owns(entry) or any(
            g.privilege in privileges and g.role in self.roles for g in entry.grants
        )

    def sees(self, entry: Entry) -> bool:
        """Whether the object exists for these roles: any privilege on it, and USAGE on its containers.

        Roles and users are seen by everybody. MANAGE GRANTS does not open objects' contents but shows them.
        """
        if entry.kind in ("ROLE", "USER"):
            return True
        if self.global_privilege("MANAGE GRANTS"):
            return True
        if self.owns(entry) or any(g.role in self.roles for g in entry.grants):
            return self.reaches(entry)
        by = _SHOWN_BY.get(entry.kind)
        return by is not None and self.global_privilege(by) and self.reaches(entry)

    def reaches(self, entry: Entry) -> bool:
        """Whether the roles have USAGE (or more) on the schema and database of the object."""
        parent = self._catalog.maybe(entry.parent)
        while parent is not None and parent.id != ACCOUNT_ID:
            if not (self.owns(parent) or any(g.role in self.roles for g in parent.grants)):
                return False
            parent = self._catalog.maybe(parent.parent)
        return True

    def require(self, entry: Entry, *privileges: str) -> None:
        """Raise 002003 where the object is not visible, 003001 where it is but none of `privileges` is held."""
        if self.has(entry, *privileges) and self.reaches(entry):
            return
        name = self._catalog.text_of(entry)
        if not self.sees(entry):
            raise missing(entry.kind, name)
        raise no_privilege(entry.kind, entry.name)

    def require_owner(self, entry: Entry) -> None:
        """Raise unless one of the roles owns the object."""
        self.require(entry, "OWNERSHIP")

    def require_global(self, privilege: str) -> None:
        """Raise 003001 unless the roles hold a privilege on the account."""
        if not self.global_privilege(privilege):
            raise no_privilege("ACCOUNT", "LOCAL")
