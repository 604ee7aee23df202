"""How a copy is given to the environment's role, and what of it that role does not own. Pure.

Rule: docs.snowflake.com/en/sql-reference/sql/grant-ownership. REVOKE CURRENT GRANTS takes from the
copies what the source's roles may do with the originals; databases come without grants.
"""

from collections.abc import Collection, Iterable, Iterator

from snowlane.environments.contents import Contents, Item
from snowlane.environments.kinds import BY_NAME, KINDS, HandOver
from snowlane.sql.names import qualified, quote


def hand_over(contents: Contents, databases: Iterable[str], role: str) -> list[str]:
    """Give everything that another role owns to `role`: what lies in a schema first, databases last."""
    to = f"TO ROLE {quote(role)} REVOKE CURRENT GRANTS"
    statements: list[str] = []
    for database in databases:
        others = [
            item
            for item in contents.items.values()
            if item.path[0] == database and item.owner != role
        ]
        statements += _of_database(database, others, to)
    return statements


def _of_database(database: str, others: Collection[Item], to: str) -> Iterator[str]:
    found = {item.kind for item in others}
    for kind in (*KINDS[1:], KINDS[0]):
        if kind.name not in found:
            continue
        if kind.hand_over is HandOver.ALL:
            yield f"GRANT OWNERSHIP ON ALL {kind.plural} IN DATABASE {quote(database)} {to}"
        elif kind.hand_over is HandOver.EACH:
            for item in sorted(others, key=lambda each: each.key):
                if item.kind == kind.name:
                    yield f"GRANT OWNERSHIP ON {kind.name} {qualified(*item.path)} {to}"
    yield f"GRANT OWNERSHIP ON DATABASE {quote(database)} {to}"


def owned_by_others(contents: Contents, roles: Collection[str]) -> list[Item]:
    """The objects whose owner is none of these roles; what is not owned by a role is left out."""
    return sorted(
        (
            item
            for item in contents.items.values()
            if item.owner and item.owner not in roles and item.kind in BY_NAME
        ),
        key=lambda item: item.key,
    )
