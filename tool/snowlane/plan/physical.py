"""A text in logical names as an environment takes it: its names, and stages without an address internal.

Pure. All statements that are sent, and all that are compared with what is there, come through here.
"""

from snowlane.config.environment import Environment
from snowlane.sql.mapping import Mapped, map_names
from snowlane.sql.staging import (
    stage_of,
    stage_or_pipe_made_by,
    without_address,
    without_auto_ingest,
)


def physical(text: str, environment: Environment) -> Mapped:
    """The text with the environment's names, with what was changed and what is in question.

    In an ad-hoc environment a stage for which no URL is given is an internal one, and a pipe that
    reads it loads nothing by itself. Raises snowlane.sql.tokens.UnreadableSqlError.
    """
    mapped = map_names(text, environment.name_map)
    if not environment.is_ad_hoc:
        return mapped
    return Mapped(
        _without_address(text, mapped.text, environment),
        mapped.changes,
        mapped.questions,
        mapped.paths,
    )


def _without_address(logical: str, mapped: str, environment: Environment) -> str:
    kind, path = stage_or_pipe_made_by(logical)
    if kind == "STAGE" and ".".join(path) not in environment.stages:
        return without_address(mapped)
    if kind == "PIPE" and ".".join(stage_of(logical, path) or ()) not in environment.stages:
        return without_auto_ingest(mapped)
    return mapped
