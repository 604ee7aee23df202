"""Has the environment's own grants, those on future objects too, kept where its databases change.

They are given on the copy before the exchange, and travel with it; what is replaced afterwards gets
them again. Read from the databases that have them: the old ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from snowlane.environments.mending.model import Copy
from snowlane.environments.role_grants import future_grants, mapped_grants
from snowlane.errors import SnowflakeError
from snowlane.pipeline.parking import Change
from snowlane.refreshing.run import RefreshRun
from snowlane.snowflake.access import read_grantees
from snowlane.snowflake.parking import send
from snowlane.snowflake.session import DOES_NOT_EXIST, NOT_AUTHORIZED, Session
from snowlane.sql.lineage_changes import Path
from snowlane.sql.names import qualified, quote

_ROLE = "ROLE"


@dataclass(frozen=True)
class Given:
    """What came of grants, each as a line: `gone` is on what the copy has not, `refused` the rest."""

    gone: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def keep_grants(run: RefreshRun, copy: Copy) -> Given:
    """Give what roles have in the databases that `copy` maps in those it maps them to.

    Raises LockedError and SnowflakeError.
    """
    (session,) = run.cloners()
    statements: list[str] = []
    left: list[str] = []
    grantees = read_grantees(session, copy.databases)
    for kind in sorted(grantees.keys() - {_ROLE}):
        left += [f"what is granted to {kind.lower()} {each}" for each in sorted(grantees[kind])]
    for role in sorted(grantees.get(_ROLE, set()) - {run.environment.role}):
        try:
            rows = session.query(f"SHOW GRANTS TO ROLE {quote(role)}")
        except SnowflakeError as error:
            left.append(f"what is granted to role {role}: {_first(error)}")
            continue
        statements += mapped_grants(rows, role, copy)
    for kind, path in _containers(session, copy):
        try:
            rows = session.query(f"SHOW FUTURE GRANTS IN {kind} {qualified(*path)}")
        except SnowflakeError as error:
            left.append(f"future grants in {kind.lower()} {qualified(*path)}: {_first(error)}")
            continue
        statements += future_grants(rows, kind, copy.path(path))
    changes = [Change("GRANT", text, text) for text in dict.fromkeys(statements)]
    answers = send(run.session, run.lock, changes)
    left += [
        f"{change.name}: {answer.message}"
        for change, answer in answers
        if not answer.is_done and answer.number not in DOES_NOT_EXIST
    ]
    gone = (change.name for change, answer in answers if answer.number in DOES_NOT_EXIST)
    return Given(tuple(gone), tuple(left))


def _containers(session: Session, copy: Copy) -> Iterator[tuple[str, Path]]:
    for database in copy.databases:
        yield "DATABASE", (database,)
        for row in session.query(f"SHOW SCHEMAS IN DATABASE {quote(database)}"):
            if row["name"] != "INFORMATION_SCHEMA":
                yield "SCHEMA", (database, str(row["name"]))


def _first(error: SnowflakeError) -> str:
    """Why it was refused; anything else than a refusal is raised again."""
    if error.number not in (*DOES_NOT_EXIST, *NOT_AUTHORIZED):
        raise error
    return (error.why or error.what).splitlines()[0]
