"""What may be dropped of an environment that was cloned, and in which order. Pure.

A database is dropped only when it can be the clone's: the registry names it, and its comment is the
clone's mark, or a role of the clone owns it and it was made after the clone was registered. What
somebody else made under that name stays.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from snowlane.config.environment import Environment
from snowlane.environments.databases import is_of_clone, mark
from snowlane.environments.registry import Registered
from snowlane.sql.names import qualified, quote


@dataclass(frozen=True)
class Owned:
    """A database that there is: who owns it, when it was made, in UTC, and its comment."""

    owner: str
    created_at: datetime
    comment: str = ""


@dataclass(frozen=True)
class Dropping:
    """Statements by the role that must send them, in order, and why some databases stay.

    `databases` are those that are dropped, `unseen` those that are gone or that no role of the
    clone can see. `renamed` are those of them that somebody gave another name, with that name: they
    are nobody's any more, and stay.
    """

    statements: tuple[tuple[str, str], ...]
    databases: tuple[str, ...]
    unseen: tuple[str, ...]
    kept: tuple[str, ...]
    renamed: Mapping[str, str] = field(default_factory=dict)

    @property
    def gone(self) -> tuple[str, ...]:
        """The databases that are not there, or not to be seen, under any name."""
        return tuple(name for name in self.unseen if name not in self.renamed)

    @property
    def left(self) -> tuple[str, ...]:
        """What is left of the environment, and what takes it away."""
        return tuple(
            f"{before} was renamed to {now}, which is left: DROP DATABASE {quote(now)} takes it away"
            for before, now in self.renamed.items()
        )


def dropping_of(
    environment: Environment, row: Registered, present: Mapping[str, Owned]
) -> Dropping:
    """How an environment is taken away: its databases first, then what is written about it.

    The state schema of an environment that has a file stays, with its history. `present` holds the
    environment's databases that there are, by name.
    """
    roles = [role for role in (environment.role, environment.clone_role) if role]
    statements: list[tuple[str, str]] = []
    databases: list[str] = []
    unseen: list[str] = []
    kept: list[str] = []
    for name in row.databases.values():
        there = present.get(name)
        is_marked = there is not None and is_of_clone(there.comment, row.name, row.clone_id)
        if there is None:
            unseen.append(name)
        elif not is_marked and there.owner not in roles:
            kept.append(f"{name} belongs to {there.owner or 'nobody'}, not to {' or '.join(roles)}")
        elif not is_marked and row.created_at and there.created_at < row.created_at:
            kept.append(f"{name} was there before {row.name} was cloned")
        else:
            databases.append(name)
            statements.append((there.owner, f"DROP DATABASE IF EXISTS {quote(name)}"))
    if row.is_ad_hoc:
        state = f"DROP SCHEMA IF EXISTS {qualified(*environment.state)} CASCADE"
        statements.append((environment.role, state))
    return Dropping(tuple(statements), tuple(databases), tuple(unseen), tuple(kept))


def renamed_of(
    row: Registered, comments: Mapping[str, str], claimed: Collection[str]
) -> dict[str, str]:
    """The environment's databases that are there under another name, by the mark in their comment.

    `comments` are those of all databases by name, `claimed` the names that other environments have:
    a refresh gives its copy's databases, marks and all, to the environment that it makes anew.
    """
    return {
        row.databases[logical]: name
        for logical, source in row.source_databases.items()
        for name, comment in sorted(comments.items())
        if comment == mark(row.name, row.clone_id, source)
        and name not in claimed
        and name not in row.databases.values()
        and row.databases[logical] not in comments
    }
