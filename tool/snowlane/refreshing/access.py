"""Has the environment's own grants, those on future objects too, kept where its databases change.

They are given on the copy before the exchange, and travel with it; what is replaced afterwards gets
them again. Read from the databases that have them: the old ones.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from snowlane.cloning.granting import access_of
from snowlane.environments.future_grants import FutureGrant
from snowlane.environments.mending.model import Copy
from snowlane.environments.role_grants import mapped_grants
from snowlane.errors import SnowflakeError
from snowlane.pipeline.parking import Change
from snowlane.refreshing.run import RefreshRun
from snowlane.snowflake.access import read_future_grants, read_grantees
from snowlane.snowflake.parking import send
from snowlane.snowflake.session import DOES_NOT_EXIST, NOT_AUTHORIZED
from snowlane.sql.names import quote

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
            if error.number not in (*DOES_NOT_EXIST, *NOT_AUTHORIZED):
                raise
            left.append(f"what is granted to role {role}: {error.why.splitlines()[0]}")
            continue
        statements += mapped_grants(rows, role, copy)
    statements += [each.give for each in _in(copy, _future_grants(run, copy.databases))]
    if run.is_exchanging:
        # What the copy was given when it was made, replaced views have lost.
        statements += [text for _, text in access_of(session, run.origin, run.environment)]
    changes = [Change("GRANT", text, text) for text in dict.fromkeys(statements)]
    # Of the two roles the one that copies may have MANAGE GRANTS.
    answers = send(session, run.lock, changes)
    gone = (change.name for change, answer in answers if answer.number in DOES_NOT_EXIST)
    left += [
        f"{change.name}: {answer.message}"
        for change, answer in answers
        if not answer.is_done and answer.number not in DOES_NOT_EXIST
    ]
    return Given(tuple(gone), tuple(left))


def take_back(run: RefreshRun) -> None:
    """Undo what the source's grants on future objects gave on what was replaced since the exchange.

    A copy's schemas have them from the source, and ending them needs MANAGE GRANTS. Raises
    LockedError and SnowflakeError.
    """
    own = _in(Copy(run.databases), _future_grants(run, run.databases))
    texts = [
        each.take_back
        for each in _future_grants(run, run.copies)
        if each not in own and each.role != run.environment.role and each.take_back
    ]
    for change, answer in send(
        run.session, run.lock, [Change("GRANT", text, text) for text in texts]
    ):
        if not answer.is_done:
            run.progress(f"Warning: {change.name}: {answer.message}")


def _in(copy: Copy, grants: Iterable[FutureGrant]) -> list[FutureGrant]:
    return [replace(each, container=copy.path(each.container)) for each in grants]


def _future_grants(run: RefreshRun, databases: Iterable[str]) -> list[FutureGrant]:
    return read_future_grants(run.cloners(len(run.databases)), databases)
