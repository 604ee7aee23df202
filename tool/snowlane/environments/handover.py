"""How a copy is given to the environment's role, and what of it that role does not own. Pure.

Rule: docs.snowflake.com/en/sql-reference/sql/grant-ownership. REVOKE CURRENT GRANTS takes from the
copies what the source's roles may do with the originals; databases come without grants.
"""

from collections.abc import Callable, Collection, Iterable, Iterator

from snowlane.environments.contents import Contents, Item
from snowlane.environments.kinds import BY_NAME, KINDS, HandOver
from snowlane.sql.names import quote


def hand_over(
    contents: Contents, databases: Iterable[str], role: str, movable: Callable[[Item], bool]
) -> list[str]:
    """Give what another role owns to `role`: what lies in a schema first, the databases last.

    `movable` says whether the one who gives may do so; what is not, stays.
    """
    to = f"TO ROLE {quote(role)} REVOKE CURRENT GRANTS"
    statements: list[str] = []
    for database in databases:
        others = [
            item
            for item in contents.items.values()
            if item.path[0] == database and item.owner not in ("", role)
        ]
        statements += _of_database(others, quote(database), to, movable)
        statements.append(f"GRANT OWNERSHIP ON DATABASE {quote(database)} {to}")
    return statements


def _of_database(
    others: Collection[Item], database: str, to: str, movable: Callable[[Item], bool]
) -> Iterator[str]:
    for kind in (*KINDS[1:], KINDS[0]):
        items = sorted(
            (each for each in others if each.kind == kind.name), key=lambda each: each.key
        )
        can_go = [item for item in items if movable(item)]
        if kind.hand_over is HandOver.NONE or not can_go:
            continue
        if kind.hand_over is HandOver.ALL and len(can_go) == len(items):
            yield f"GRANT OWNERSHIP ON ALL {kind.plural} IN DATABASE {database} {to}"
        else:
            for item in can_go:
                yield f"GRANT OWNERSHIP ON {kind.name} {item.full_name} {to}"


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
