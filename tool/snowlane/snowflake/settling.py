"""Finds out what became of statements whose deployment stopped, and writes that into the journal.

Query history is asked only after the old session has been ended and nothing of it runs any more:
until then absent from history does not mean not run.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from snowlane.config.environment import Environment
from snowlane.errors import HalfAppliedError, SnowflakeError
from snowlane.plan.journal import Entry, deployment_ended, is_tag_of, settled, tagged
from snowlane.plan.state_tables import JOURNAL_TABLE, state_table
from snowlane.plan.unfinished import SETTLED, Attempt, Event, Started, Unfinished
from snowlane.snowflake.session import DOES_NOT_EXIST, NOT_AUTHORIZED
from snowlane.sql.names import literal, quote

Execute = Callable[[str], tuple[tuple[object, ...], ...]]

_QUIET_SECONDS = 60
_HISTORY_LOOKS = 4
_ENDED = ("SUCCESS", "FAIL", "INCIDENT")
# What became of a statement, its query's id and who says so.
_Outcome = tuple[Event, str | None, str]


@dataclass(frozen=True)
class _Sent:
    """A statement as query history has it."""

    query: str
    status: str
    text: str
    error: str
    tag: str


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
    left = []
    for deployment in unfinished.deployments:
        asked = [each for each in unfinished.in_doubt if each.entry.deployment == deployment.id]
        outcomes = _outcomes(execute, environment, asked, deployment.session)
        for attempt in asked:
            if attempt.entry.ordinal not in outcomes:
                left.append(attempt)
                continue
            event, query, why = outcomes[attempt.entry.ordinal]
            execute(settled(environment, token, attempt.entry, event.value, query, why))
    return tuple(left)


def _outcomes(
    execute: Execute, environment: Environment, attempts: Sequence[Attempt], session: str
) -> dict[int, _Outcome]:
    """What became of a deployment's statements in doubt, by their ordinals; the unknown left out."""
    found: dict[int, _Outcome] = {}
    rest: list[Entry] = []
    for attempt in attempts:
        if attempt.event is Event.BEGUN:
            found[attempt.entry.ordinal] = Event.FAILED, None, "its transaction was not committed"
        elif attempt.entry.index == 0:
            found[attempt.entry.ordinal] = (
                Event.FAILED,
                None,
                "it only records, which may be done again",
            )
        else:
            rest.append(attempt.entry)
    for look in range(_HISTORY_LOOKS if rest else 0):
        # History may lag a little behind.
        time.sleep(0.1 * 2**look if look else 0)
        rows = _sent(execute, environment, rest, session)
        for entry in rest:
            if outcome := _by_history(entry, rows):
                found[entry.ordinal] = outcome
        rest = [each for each in rest if each.ordinal not in found]
        if not rest:
            return found
    for entry in rest:
        own = [row for row in rows if is_tag_of(entry, row.tag)]
        if len(own) > 1 and any(row.text.startswith("DECLARE") for row in own):
            # Block and journal row are there and the statement is not: it was cut off in between.
            found[entry.ordinal] = Event.FAILED, None, f"{SETTLED}: it was never begun"
    return found


def _by_history(entry: Entry, rows: Iterable[_Sent]) -> _Outcome | None:
    for row in rows:
        if is_tag_of(entry, row.tag) and _hash(row.text) == entry.hash:
            if row.status == "SUCCESS":
                return Event.DONE, row.query, f"{SETTLED}: it succeeded"
            if row.status.startswith(_ENDED):
                return Event.FAILED, row.query, f"{SETTLED}: {row.error}"
    return None


def _sent(
    execute: Execute, environment: Environment, entries: Sequence[Entry], session: str
) -> list[_Sent]:
    """What query history holds of the requests of some statements of one deployment."""
    rows = execute(
        "SELECT QUERY_ID, EXECUTION_STATUS, QUERY_TEXT, ERROR_MESSAGE, QUERY_TAG FROM "  # noqa: S608
        f"{_history(environment, session)} WHERE {tagged(entries, 'QUERY_TAG')}"
    )
    return [_Sent(*(str(value) for value in row)) for row in rows]


def statement_texts(
    execute: Execute, environment: Environment, entries: Sequence[Entry], session: str
) -> dict[str, str]:
    """The texts of a deployment's statements as the account kept them, by their hashes.

    `session` is the deployment's; what was not kept is left out. Raises SnowflakeError.
    """
    if not session or not entries:
        return {}
    wanted = {each.hash for each in entries}
    rows = _sent(execute, environment, entries, session)
    return {_hash(row.text): row.text for row in rows if _hash(row.text) in wanted}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def conclude(
    execute: Execute, environment: Environment, token: str, entries: Sequence[Entry], session: str
) -> tuple[Attempt, ...]:
    """What became of the statements of one request of a deployment that is stopping.

    Those that never began are left out. Where the journal does not tell, the deployment's session
    is ended first. An attempt that stays in doubt could not be settled. Raises SnowlaneError.
    """
    found = _read(execute, environment, entries)
    if len(found) < len(entries) or any(each.is_in_doubt for each in found):
        end_session(execute, environment, session)
        found = _read(execute, environment, entries)
    if not any(each.is_in_doubt for each in found):
        return found
    deployment = Started(entries[0].deployment, "running", session, "")
    settle(execute, environment, token, Unfinished((deployment,), found))
    return _read(execute, environment, entries)


def _read(
    execute: Execute, environment: Environment, entries: Sequence[Entry]
) -> tuple[Attempt, ...]:
    first, last = entries[0], entries[-1]
    rows = execute(
        f"SELECT ORDINAL, EVENT, ERROR FROM {state_table(environment, JOURNAL_TABLE)} "  # noqa: S608
        f"WHERE DEPLOYMENT_ID = {literal(first.deployment)} "
        f"AND ORDINAL BETWEEN {first.ordinal} AND {last.ordinal}"
    )
    events: dict[int, dict[Event, str]] = {}
    for ordinal, event, error in rows:
        events.setdefault(int(str(ordinal)), {})[Event(event)] = str(error or "")
    found = []
    for entry in entries:
        known = events.get(entry.ordinal, {})
        last_event = next((event for event in reversed(tuple(Event)) if event in known), None)
        if last_event is not None:
            found.append(Attempt(entry, last_event, known[last_event]))
    return tuple(found)


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
