"""What an environment's stages point at, against what its file says. Pure.

Rule: docs.snowflake.com/en/sql-reference/sql/alter-stage (an internal stage takes no URL).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from snowlane.config.environment import Environment
from snowlane.sql.names import literal, parse_path, qualified


@dataclass(frozen=True)
class StageUrls:
    """What is to be done about the stages: each statement sets the URL of one.

    `as_wanted` are full names in the account of the stages that need nothing, `problems` says of
    the others why they cannot be set. `stopped` are pipes that load nothing since their stage moved.
    """

    statements: tuple[str, ...]
    as_wanted: tuple[str, ...]
    problems: tuple[str, ...]
    stopped: tuple[str, ...] = ()


def stage_urls(environment: Environment, present: Mapping[tuple[str, ...], str]) -> StageUrls:
    """How the stages that the environment's file lists come to have the URLs it gives them.

    `present` holds the URL of each stage of the environment by its path in the account, "" for an
    internal one.
    """
    statements, as_wanted, problems = [], [], []
    for logical, url in sorted(environment.stages.items()):
        database, *rest = parse_path(logical) or ("",)
        path = (environment.databases[database], *rest)
        name = qualified(*path)
        now = present.get(path)
        if now is None:
            problems.append(f"{name} is not there; a revision makes it")
        elif not now:
            problems.append(
                f"{name} is an internal stage, which takes no URL; make it anew in a revision"
            )
        elif now == url:
            as_wanted.append(name)
        else:
            statements.append(f"ALTER STAGE {name} SET URL = {literal(url)}")
    return StageUrls(tuple(statements), tuple(as_wanted), tuple(problems))
