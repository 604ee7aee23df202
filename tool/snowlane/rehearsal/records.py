"""How a rehearsal is written down: a row of REHEARSALS beside the environment. Pure."""

import json

from snowlane.config.environment import Environment
from snowlane.plan.state_tables import REHEARSALS_TABLE, state_table
from snowlane.rehearsal.model import Rehearsal
from snowlane.rehearsal.report import as_data
from snowlane.sql.names import literal

PASSED = "passed"
FAILED = "failed"


def rehearsed(environment: Environment, rehearsal: Rehearsal, id: str, by: str) -> str:  # noqa: A002
    """The statement that adds the row; the account's clock says when it was."""
    outcome = PASSED if rehearsal.is_passed else FAILED
    values = (
        id,
        by,
        rehearsal.bundle,
        rehearsal.current,
        rehearsal.objects,
        rehearsal.statements,
        outcome,
        json.dumps(as_data(rehearsal, is_short=True)),
    )
    given = ", ".join("NULL" if each is None else literal(each) for each in values)
    return (
        f"INSERT INTO {state_table(environment, REHEARSALS_TABLE)} (REHEARSED_AT, ID, REHEARSED_BY, "
        "BUNDLE, REVISION, OBJECTS_HASH, STATEMENTS_HASH, OUTCOME, CONTENT) "
        f"SELECT SYSDATE(), {given}"
    )
