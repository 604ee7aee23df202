"""The fifth step: the roles that stand for the source's get on the copy what those have on the source."""

from snowlane.cloning.run import CloneRun
from snowlane.environments.mending.model import Copy
from snowlane.environments.role_grants import mapped_grants
from snowlane.environments.steps import Step
from snowlane.errors import SnowflakeError
from snowlane.snowflake.session import DOES_NOT_EXIST
from snowlane.sql.names import quote


def grant_access(run: CloneRun) -> None:
    """Give the mapped grants; roles that no name of the environment stands for get nothing.

    Raises SnowlaneError.
    """
    run.begin(Step.GRANTS)
    names = {theirs: ours for theirs, ours in run.names.items() if theirs != run.source.role}
    if not names:
        return
    (session,) = run.cloners()
    for theirs, ours in sorted(names.items()):
        try:
            rows = session.query(f"SHOW GRANTS TO ROLE {quote(theirs)}")
        except SnowflakeError as error:
            if error.number not in DOES_NOT_EXIST:
                raise
            # A warehouse or an integration is called so.
            continue
        for text in mapped_grants(rows, ours, Copy(run.databases)):
            run.requests.send(run.session, "grant", ours, text)
