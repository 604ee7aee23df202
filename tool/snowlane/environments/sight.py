"""What must be there by records and revisions, and was not seen. Pure.

A role is told nothing of what it has no privilege on: SHOW, INFORMATION_SCHEMA and GET_DDL leave it
out without a word (docs.snowflake.com/en/sql-reference/info-schema, "General usage notes"), so that
two sides that both lack it look equal. From what was dropped by hand nobody can tell it.
"""

from collections.abc import Iterable, Mapping

from snowlane.config.environment import Environment
from snowlane.drift.inventory import Inventory
from snowlane.environments.contents import Contents
from snowlane.objects.source import Identity
from snowlane.sql.lineage_changes import Path
from snowlane.sql.names import qualified


def recorded_paths(environment: Environment, applied: Mapping[Identity, str]) -> dict[Path, str]:
    """The kinds of the objects that an environment says are applied to it, by physical path.

    One whose hash is "" is to be applied again, and need not be there.
    """
    there = environment.databases
    return {
        (there[each.database], each.schema, each.name): each.kind
        for each, its_hash in applied.items()
        if its_hash and each.database in there
    }


def made_paths(made: Inventory) -> dict[Path, str]:
    """The kinds of what revisions make, by physical path."""
    return {
        **{key.path: key.kind for key in made.things},
        **dict.fromkeys(made.tables, "TABLE"),
    }


def unseen(expected: Mapping[Path, str], contents: Contents) -> tuple[Path, ...]:
    """Those of the expected paths at which nothing was seen."""
    return tuple(sorted(path for path in expected if path not in contents.by_path))


def named(paths: Iterable[Path], expected: Mapping[Path, str]) -> tuple[str, ...]:
    """Paths with their kinds, for people; of a schema that is among them, how much it holds."""
    given = tuple(paths)
    schemas = {path: 0 for path in given if expected[path] == "SCHEMA"}
    lone = []
    for path in given:
        if path[:2] in schemas and path not in schemas:
            schemas[path[:2]] += 1
        elif path not in schemas:
            lone.append(f"{expected[path].lower()} {qualified(*path)}")
    told = (
        f"schema {qualified(*path)}{f' and {count} object(s) in it' if count else ''}"
        for path, count in schemas.items()
    )
    return (*told, *lone)
