"""The statements that copy whole databases, mark them as a clone's own, and drop them. Pure.

Rules: docs.snowflake.com/en/sql-reference/sql/create-clone (AT takes any instant within the time
travel of every table; nothing is left out by option).
"""

from collections.abc import Mapping
from datetime import datetime

from snowlane.sql.names import literal, quote

_MARK = "snowlane environment {name}, clone {clone} of {source}"
# What a clone answers when something in the source changed just then, or since the instant.
CHANGED_MEANWHILE = frozenset({707, 2002})


def mark(name: str, clone_id: str, source: str) -> str:
    """The comment by which a database is known as that of one clone."""
    return _MARK.format(name=name, clone=clone_id, source=source)


def is_of_clone(comment: str, name: str, clone_id: str) -> bool:
    """Whether a database's comment says that this clone made it."""
    return comment.startswith(_MARK.format(name=name, clone=clone_id, source=""))


def is_mark(comment: str) -> bool:
    """Whether a comment is one that snowlane gave."""
    return comment.startswith(_MARK.partition("{")[0])


def copy_database(
    source: str, target: str, instant: datetime, comment: str, *, is_transient: bool
) -> str:
    """One request that copies a database as it was at an instant (in UTC) and marks it."""
    at = f"AT (TIMESTAMP => {literal(instant.isoformat(sep=' ') + ' +0000')}::TIMESTAMP_TZ)"
    transient = "TRANSIENT " if is_transient else ""
    statements = (
        f"CREATE {transient}DATABASE {quote(target)} CLONE {quote(source)} {at}",
        f"COMMENT ON DATABASE {quote(target)} IS {literal(comment)}",
    )
    lines = [f"  EXECUTE IMMEDIATE {literal(statement)};" for statement in statements]
    return "\n".join(["BEGIN", *lines, "END"])


def account_names(source: Mapping[str, str], target: Mapping[str, str]) -> dict[str, str]:
    """What the source's warehouses, roles and integrations are called in the target.

    Both are the `[names]` of an environment, by logical name. A name that stands for two different
    ones is left as it is: which is meant cannot be told.
    """
    found: dict[str, set[str]] = {}
    for logical in {*source, *target}:
        before, after = source.get(logical, logical), target.get(logical, logical)
        found.setdefault(before, set()).add(after)
    return {
        before: next(iter(after))
        for before, after in found.items()
        if len(after) == 1 and after != {before}
    }
