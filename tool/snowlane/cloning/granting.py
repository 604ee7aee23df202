"""The fifth step: the roles that stand for the source's get on the copy what those have on the source.

The source's own roles get nothing: what its grants on future objects gave them is taken back.
"""

from collections.abc import Iterator

from snowlane.cloning.run import CloneRun
from snowlane.config.environment import Environment
from snowlane.environments.databases import account_names
from snowlane.environments.mending.model import Copy
from snowlane.environments.role_grants import mapped_grants
from snowlane.environments.steps import Step
from snowlane.errors import SnowflakeError
from snowlane.snowflake.access import read_future_grants
from snowlane.snowflake.session import DOES_NOT_EXIST, NOT_AUTHORIZED, Session
from snowlane.sql.names import quote

_STAGE = "grant"
_MANAGE = "a role with MANAGE GRANTS ends that"


def grant_access(run: CloneRun) -> None:
    """Give the mapped grants; roles that no name of the environment stands for get nothing.

    Raises SnowlaneError.
    """
    run.begin(Step.GRANTS)
    _take_back(run)
    (session,) = run.cloners()
    for ours, text in access_of(session, run.source, run.environment):
        run.requests.send(run.session, _STAGE, ours, text)


def access_of(
    session: Session, source: Environment, environment: Environment
) -> Iterator[tuple[str, str]]:
    """The environment's roles that stand for the source's, and the grants that give them the same.

    Raises SnowflakeError.
    """
    there = environment.databases
    copy = Copy({source.databases[logical]: there[logical] for logical in there})
    names = account_names(source.names, environment.names)
    names.pop(source.role, None)
    for theirs, ours in sorted(names.items()):
        try:
            rows = session.query(f"SHOW GRANTS TO ROLE {quote(theirs)}")
        except SnowflakeError as error:
            if error.number not in DOES_NOT_EXIST:
                raise
            # A warehouse or an integration is called so.
            continue
        for text in mapped_grants(rows, ours, copy):
            yield ours, text


def _take_back(run: CloneRun) -> None:
    """End grants on future objects where the role that copies may, and undo what they gave."""
    (cloner,) = run.cloners()
    for grant in read_future_grants(run.workers(), run.copies):
        if grant.role == run.environment.role:
            continue
        try:
            run.requests.send(cloner, _STAGE, str(grant), grant.revoke)
        except SnowflakeError as error:
            if error.number not in NOT_AUTHORIZED:
                raise
            run.findings.notes += (f"{grant}; {_MANAGE}: {grant.revoke}",)
            run.progress(f"Note: {run.findings.notes[-1]}")
        if grant.take_back:
            run.requests.send(run.session, _STAGE, str(grant), grant.take_back)
