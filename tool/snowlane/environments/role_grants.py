"""Who may use a copy: the grants of the source's roles, given to the roles that stand for them. Pure.

A role stands for another where both are the same logical name of `[names]`. Source of the rows:
docs.snowflake.com/en/sql-reference/sql/show-grants (SHOW GRANTS TO ROLE).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from snowlane.environments.mending.model import Copy
from snowlane.objects.source import argument_types
from snowlane.sql.names import parse_path, qualified, quote
from snowlane.sql.tokens import tokenize

_CONTAINERS = ("DATABASE", "SCHEMA")
_ROUTINES = ("PROCEDURE", "FUNCTION")


def mapped_grants(rows: Iterable[Mapping[str, Any]], role: str, copy: Copy) -> list[str]:
    """The statements that give `role` on the copy what the rows give on the source."""
    statements = []
    for row in rows:
        privilege, kind = str(row["privilege"]), str(row["granted_on"]).replace("_", " ")
        name = _in_copy(str(row["name"]), kind, copy)
        if privilege == "OWNERSHIP" or name is None:
            continue
        passed_on = str(row.get("grant_option", "")).lower() == "true"
        option = " WITH GRANT OPTION" if passed_on else ""
        statements.append(f"GRANT {privilege} ON {kind} {name} TO ROLE {quote(role)}{option}")
    order = {kind: at for at, kind in enumerate(_CONTAINERS)}
    return sorted(
        dict.fromkeys(statements),
        key=lambda each: (order.get(each.split(" ON ")[1].split()[0], len(order)), each),
    )


def _in_copy(written: str, kind: str, copy: Copy) -> str | None:
    """A securable's name in the copy; None for one that does not lie in the source.

    A routine is shown with its signature, inside or outside the quotes of its name, and granted by
    the types of its arguments.
    """
    signature = ""
    path = parse_path(written)
    if kind in _ROUTINES:
        head, bracket, signature = (path[-1] if path else written).partition("(")
        signature = bracket + signature
        path = (*path[:-1], head) if path else parse_path(head)
    if path is None or copy.path(path) == path:
        return None
    arguments = argument_types(tokenize(signature), 0) if signature else ""
    return qualified(*copy.path(path)) + arguments
