"""Finds out what became of statements whose deployment stopped, and writes that into the journal.

Query history is asked only after the old session has been ended and nothing of it runs any more:
until then absent from history does not mean not run.
"""

import hashlib
import time
from collections.abc import Callable, Iterable

from snowlane.config.environment import Environment
from snowlane.errors import HalfAppliedError, SnowflakeError
from snowlane.plan.journal import Entry, deployment_ended, settled
from snowlane.plan.state_tables import JOURNAL_TABLE, state_table
from snowlane.plan.unfinished import Attempt, Event, Started, Unfinished
from snowlane.snowflake.session import DOES_NOT_EXIST, NOT_AUTHORIZED
from snowlane.sql.names import literal, quote

Execute = Callable[[str], tuple[tuple[object, ...], ...]]

_QUIET_SECONDS = 60
_HISTORY_LOOKS = 4
_ENDED = ("SUCCESS", "FAIL", "INCIDENT")


def end_session(execute: Execute, environment: Environment, session: str) -> None:
    """End a session with what it runs, and wait until nothing of it is queued or running.

    Raises HalfAppliedError when something of it still runs after a minute. Sources:
    docs.snowflake.com/en/sql-reference/functions/system_abort_session, …/query_history.
    """
    if not session:
        return
    for function in ("SYSTEM$CANCEL_ALL_QUERIES", "SYSTEM$ABORT_SESSION"):
        try:
            execute(f"SELECT {function}({int(session)})")
        except SnowflakeError as error:
            # A session that is gone has nothing to end. One that is not ours to end is waited for.
            if error.number not in (*DOES_NOT_EXIST, *NOT_AUTHORIZED):
                raise
    until = time.monotonic() + _QUIET_SECONDS
    pause = 0.1
    while running := _running(execute, environment, session):
        if time.monotonic() > until:
            raise HalfAppliedError(
                f"{environment.name}: session {session} of the deployment before still runs",
                why="\n".join(running),
                next=f"have its owner or an administrator end it: "
                f"SELECT SYSTEM$ABORT_SESSION({session}); then run migrate again",
            )
        time.sleep(pause)
        pause = min(pause * 2, 5)


def _history(environment: Environment, session: str) -> str:
    database = quote(environment.state_database)
    return (
        f"TABLE({database}.INFORMATION_SCHEMA.QUERY_HISTORY_BY_SESSION("
        f"SESSION_ID => {int(session)}, RESULT_LIMIT => 10000))"
    )


def _running(execute: Execute, environment: Environment, session: str) -> list[str]:
    rows = execute(
        f"SELECT QUERY_ID, EXECUTION_STATUS FROM {_history(environment, session)}"  # noqa: S608
    )
    return [
        f"query {query} is {status}" for query, status in rows if not str(status).startswith(_ENDED)
    ]


def settle(
    execute: Execute, environment: Environment, token: str, unfinished: Unfinished
) -> tuple[Attempt, ...]:
    """Settle every statement in doubt; gives back those that could not be.

    Their sessions must have ended. Raises SnowflakeError.
    """
    sessions = {each.id: each.session for each in unfinished.deployments}
    left = []
    for attempt in unfinished.in_doubt:
        outcome = _outcome(execute, environment, attempt, sessions[attempt.entry.deployment])
        if outcome is None:
            left.append(attempt)
        else:
            event, query, why = outcome
            execute(settled(environment, token, attempt.entry, event.value, query, why))
    return tuple(left)


def _outcome(
    execute: Execute, environment: Environment, attempt: Attempt, session: str
) -> tuple[Event, str | None, str] | None:
    if attempt.event is Event.BEGUN:
        return Event.FAILED, None, "its transaction was not committed"
    if attempt.entry.index == 0:
        return Event.FAILED, None, "it only records, which may be done again"
    for look in range(_HISTORY_LOOKS):
        rows = execute(
            "SELECT QUERY_ID, EXECUTION_STATUS, QUERY_TEXT, ERROR_MESSAGE FROM "  # noqa: S608
            f"{_history(environment, session)} WHERE QUERY_TAG = {literal(attempt.entry.tag)}"
        )
        for query, status, text, message in rows:
            if _hash(str(text)) == attempt.entry.hash:
                if status == "SUCCESS":
                    return Event.DONE, str(query), "settled from query history: it succeeded"
                if str(status).startswith(_ENDED):
                    return Event.FAILED, str(query), f"settled from query history: {message}"
        # History may lag a little behind.
        time.sleep(0.2 * 2**look if look < _HISTORY_LOOKS - 1 else 0)
    blocks = [str(text) for _, _, text, _ in rows if str(text).startswith("DECLARE")]
    if blocks and len(rows) > 1:
        # Block and journal row are there and the statement is not: it was cut off in between.
        return Event.FAILED, None, "settled from query history: it was never begun"
    return None


def statement_text(
    execute: Execute, environment: Environment, entry: Entry, session: str
) -> str | None:
    """A statement's text as the account kept it, None where it did not. Raises SnowflakeError."""
    if not session:
        return None
    rows = execute(
        f"SELECT QUERY_TEXT FROM {_history(environment, session)} "  # noqa: S608
        f"WHERE QUERY_TAG = {literal(entry.tag)}"
    )
    texts = (str(row[0]) for row in rows)
    return next((text for text in texts if _hash(text) == entry.hash), None)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def conclude(
    execute: Execute, environment: Environment, token: str, entry: Entry, session: str
) -> Attempt | None:
    """What became of one statement of a deployment that is stopping; None when it never began.

    Where the journal does not tell, the deployment's session is ended first. An attempt that stays
    in doubt could not be settled. Raises SnowlaneError.
    """
    found = _read(execute, environment, entry)
    if found is None or found.is_in_doubt:
        end_session(execute, environment, session)
        found = _read(execute, environment, entry)
    if found is None or not found.is_in_doubt:
        return found
    deployment = Started(entry.deployment, "running", session, "")
    settle(execute, environment, token, Unfinished((deployment,), (found,)))
    return _read(execute, environment, entry)


def _read(execute: Execute, environment: Environment, entry: Entry) -> Attempt | None:
    rows = execute(
        f"SELECT EVENT, ERROR FROM {state_table(environment, JOURNAL_TABLE)} "  # noqa: S608
        f"WHERE DEPLOYMENT_ID = {literal(entry.deployment)} AND ORDINAL = {entry.ordinal}"
    )
    events = {Event(event): str(error or "") for event, error in rows}
    last = next((event for event in reversed(tuple(Event)) if event in events), None)
    return None if last is None else Attempt(entry, last, events[last])


def note_ended(
    execute: Execute, environment: Environment, deployments: Iterable[Started], left: Unfinished
) -> None:
    """Record the end of deployments whose clients did not. Raises SnowflakeError."""
    for deployment in deployments:
        run = left.statements_run(deployment.id)
        execute(
            deployment_ended(
                environment,
                deployment=deployment.id,
                outcome="half-applied" if run else "failed",
                statements_run=run,
                error="its client stopped without recording an end",
            )
        )
