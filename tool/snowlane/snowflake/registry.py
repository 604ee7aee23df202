"""Reads the registry of environments that were made by cloning."""

from snowlane.environments.registry import Registered, all_rows, one_row, read_row
from snowlane.errors import NotBootstrappedError, SnowflakeError
from snowlane.snowflake.session import DOES_NOT_EXIST, Session


def read_registry(session: Session, state_database: str) -> tuple[Registered, ...]:
    """All registered environments, by name.

    Raises NotBootstrappedError when there is no registry that the session's role can read.
    """
    return tuple(_rows(session, state_database, all_rows(state_database)))


def find_registered(session: Session, state_database: str, name: str) -> Registered | None:
    """The registered environment of this name.

    Raises NotBootstrappedError when there is no registry that the session's role can read.
    """
    return next(iter(_rows(session, state_database, one_row(state_database, name))), None)


def _rows(session: Session, state_database: str, query: str) -> list[Registered]:
    try:
        return [read_row(row) for row in session.execute(query).rows]
    except SnowflakeError as error:
        if error.number not in DOES_NOT_EXIST:
            raise
        raise NotBootstrappedError(
            f"{state_database} has no registry of clones that can be read",
            why=error.why,
            next="run `snowlane bootstrap ENV` for the environment that clones are made like, or "
            "give what its --sql prints to an administrator",
        ) from None
