"""Reads what the stages of databases point at."""

from collections.abc import Iterable

from snowlane.snowflake.session import Session
from snowlane.sql.names import qualified


def read_stage_urls(session: Session, databases: Iterable[str]) -> dict[tuple[str, ...], str]:
    """The URL of each stage by its path, "" for an internal one; in one query.

    Raises SnowflakeError when a database is not there or not visible.
    """
    query = " UNION ALL ".join(
        "SELECT STAGE_CATALOG, STAGE_SCHEMA, STAGE_NAME, STAGE_URL "  # noqa: S608
        f"FROM {qualified(each, 'INFORMATION_SCHEMA', 'STAGES')}"
        for each in databases
    )
    return {tuple(path): url or "" for *path, url in session.execute(query).rows}
