"""Future grants: privileges that a database or schema gives to objects when they are made in it.

They are kept in the container's details under "future"; `grants.py` writes them, every CREATE applies them.
Source: docs.snowflake.com/en/sql-reference/sql/grant-privilege, "Future grants on database or schema objects".
"""

from __future__ import annotations

from snowlocal.catalog import ACCOUNT_ID, Catalog, Entry, Grant, now


def apply(catalog: Catalog, kind: str, parent: int, owner: str) -> tuple[str, tuple[Grant, ...]]:
    """Owner and grants of a new object of `kind` under the entry `parent`, made by the role `owner`.

    Where schema and database both have future grants for the kind, the schema's alone count.
    """
    if parent == ACCOUNT_ID:
        return owner, ()
    container: Entry | None = catalog.get(parent)
    while container is not None and container.id != ACCOUNT_ID:
        given = [g for g in container.details.get("future", []) if g["kind"] == kind]
        if given:
            at = now().isoformat()
            grants = tuple(
                Grant(g["privilege"], g["role"], g["granted_by"], g["grant_option"], at)
                for g in given
                if g["privilege"] != "OWNERSHIP"
            )
            heirs = [g["role"] for g in given if g["privilege"] == "OWNERSHIP"]
            return (heirs[0] if heirs else owner), grants
        container = catalog.maybe(container.parent)
    return owner, ()
