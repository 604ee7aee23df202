"""Looks at a throw-away copy for a rehearsal, and writes down what the rehearsal came to."""

import uuid
from collections.abc import Mapping
from typing import Any

from snowlane.config.environment import Environment
from snowlane.errors import SnowflakeError
from snowlane.plan.model import Plan
from snowlane.plan.state_tables import (
    DEPLOYMENTS_TABLE,
    JOURNAL_TABLE,
    state_table,
    state_upgrade,
)
from snowlane.plan.unfinished import Event
from snowlane.rehearsal.checks import Survey, counted_tables
from snowlane.rehearsal.model import Ran, Rehearsal
from snowlane.rehearsal.records import rehearsed
from snowlane.snowflake.lock import Lock, owner_of
from snowlane.snowflake.session import DOES_NOT_EXIST, INVALID_IDENTIFIER, Session
from snowlane.snowflake.verifying import look_at, read_texts, tables_of, views_of


def survey(session: Session, lock: Lock, plan: Plan) -> Survey:
    """Everything that is defined in the copy, every view tried, and the rows that must not go.

    Raises SnowflakeError.
    """
    environment = lock.environment
    definitions = read_texts(session, environment)
    own = [path for path in tables_of(definitions) if path[:2] != environment.metadata]
    tables = counted_tables(plan, environment.databases.values(), own)
    return Survey(
        definitions, look_at(session, lock, definitions, tables & set(own), views_of(definitions))
    )


def read_ran(session: Session, environment: Environment, plan: Plan) -> tuple[Ran, ...]:
    """Each statement of the plan, with what the journal of the copy's last deployment tells of it.

    Its time is that between the two rows of its request, by the server's clock. Raises
    SnowflakeError.
    """
    journal = state_table(environment, JOURNAL_TABLE)
    deployments = state_table(environment, DEPLOYMENTS_TABLE)
    rows = session.execute(
        "SELECT b.STAGE, b.NAME, b.STATEMENT_INDEX, e.EVENT, e.ERROR, "  # noqa: S608
        "TIMESTAMPDIFF(microsecond, b.RECORDED_AT, e.RECORDED_AT) / 1000000 "
        f"FROM {journal} b JOIN {journal} e "
        "ON e.DEPLOYMENT_ID = b.DEPLOYMENT_ID AND e.ORDINAL = b.ORDINAL "
        f"AND e.EVENT IN ('{Event.DONE.value}', '{Event.FAILED.value}') "
        f"WHERE b.EVENT IN ('{Event.STARTED.value}', '{Event.BEGUN.value}') AND b.DEPLOYMENT_ID = "
        f"(SELECT ID FROM {deployments} QUALIFY ROW_NUMBER() OVER (ORDER BY NUMBER DESC) = 1)"
    ).rows
    told = {(str(stage), str(name), int(index)): rest for stage, name, index, *rest in rows}
    return ran_of(plan, told)


def ran_of(plan: Plan, told: Mapping[tuple[str, str, int], Any]) -> tuple[Ran, ...]:
    """The statements that a plan still has to run, each with what is told of it."""
    found = []
    for stage in plan.stages:
        for each in stage.pending:
            event, error, seconds = told.get(
                (stage.kind.value, stage.name, each.index), (None, None, None)
            )
            failed = event == Event.FAILED.value
            found.append(
                Ran(
                    stage.what,
                    each.index,
                    len(stage.statements),
                    each.text,
                    None if failed or seconds is None else float(seconds),
                    str(error or "no reason was given") if failed else "",
                )
            )
    return tuple(found)


def write_down(session: Session, environment: Environment, rehearsal: Rehearsal) -> None:
    """Add the row that the gate looks for; state tables of an earlier release are brought up first.

    Raises SnowflakeError.
    """
    statement = rehearsed(environment, rehearsal, str(uuid.uuid4()), owner_of(session))
    try:
        session.execute(statement)
    except SnowflakeError as error:
        if error.number not in (*DOES_NOT_EXIST, INVALID_IDENTIFIER):
            raise
        for upgrade in state_upgrade(environment):
            session.execute(upgrade)
        session.execute(statement)
