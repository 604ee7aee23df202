"""The request that applies several objects, with the journal written twice and not twice an object.

Only whole texts that may be repeated travel together (`Plan.batches`), so that a block which is cut
off costs the repetition of what it was at. When a statement fails, what came before it is recorded
as done, and what comes after it is not begun. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from snowlane.config.environment import Environment
from snowlane.plan.journal import FENCE_MESSAGE, FENCE_NUMBER, Entry
from snowlane.plan.lease import held_by
from snowlane.plan.model import Stage
from snowlane.plan.records import object_records
from snowlane.plan.state_tables import JOURNAL_TABLE, state_table
from snowlane.sql.names import literal

NOT_BEGUN = "not begun: a statement before it in the same request failed"


@dataclass(frozen=True)
class Failure:
    """What a shared request answers when it stopped: how many were done, and the error."""

    done: int
    number: int
    state: str
    error: str


def shared_request(
    environment: Environment, token: str, batch: Sequence[tuple[Stage, Entry]]
) -> str:
    """The block for stages that share a request: fence, statements, journal rows, records.

    It answers one row of one value, that `failure_of` reads.
    """
    journal = state_table(environment, JOURNAL_TABLE)
    first = batch[0][1]
    queries = [f"query_{at}" for at in range(1, len(batch) + 1)]
    lines = [
        "DECLARE",
        f"  lost EXCEPTION ({FENCE_NUMBER}, {literal(FENCE_MESSAGE)});",
        "BEGIN",
        f"  {_started(environment, token, [entry for _, entry in batch])};",
        f"  IF (SQLROWCOUNT <> {len(batch)}) THEN",
        "    RAISE lost;",
        "  END IF;",
        "  LET done INTEGER := 0;",
        "  LET failed VARCHAR := '';",
        *(f"  LET {query} VARCHAR := NULL;" for query in queries),
        "  BEGIN",
    ]
    for at, (stage, _) in enumerate(batch, start=1):
        lines += [
            f"    EXECUTE IMMEDIATE {literal(stage.pending[0].text)};",
            f"    query_{at} := SQLID;",
            f"    done := {at};",
        ]
    lines += [
        "  EXCEPTION",
        "    WHEN OTHER THEN",
        "      failed := SQLCODE || ' (' || SQLSTATE || '): ' || SQLERRM;",
        "  END;",
    ]
    events = " UNION ALL ".join(
        f"SELECT {literal(first.deployment)}, {entry.ordinal}, "
        f"CASE WHEN :done >= {at} THEN 'DONE' ELSE 'FAILED' END, SYSDATE(), :query_{at}, "
        f"CASE WHEN :done >= {at} THEN NULL WHEN :done = {at - 1} THEN :failed "
        f"ELSE {literal(NOT_BEGUN)} END"
        for at, (_, entry) in enumerate(batch, start=1)
    )
    lines.append(
        f"  INSERT INTO {journal} (DEPLOYMENT_ID, ORDINAL, EVENT, RECORDED_AT, QUERY_ID, ERROR) "
        f"{events};"
    )
    for at, (stage, _) in enumerate(batch, start=1):
        if marks := stage.records[:-1]:
            lines += [f"  IF (done >= {at}) THEN", *(f"    {mark};" for mark in marks), "  END IF;"]
    rows = [stage.repeatable for stage, _ in batch if stage.repeatable is not None]
    lines += [
        f"  {object_records(environment.metadata, rows, first=':done')};",
        "  RETURN done || ' ' || failed;",
        "END",
    ]
    return "\n".join(lines)


def failure_of(answer: str, count: int) -> Failure | None:
    """What the block's answer says of the statement that failed, None when all `count` are done."""
    done, _, error = answer.partition(" ")
    if int(done) == count:
        return None
    number, _, rest = error.partition(" (")
    state = rest.partition(")")[0]
    return Failure(int(done), int(number) if number.lstrip("-").isdigit() else 0, state, error)


def _started(environment: Environment, token: str, entries: Sequence[Entry]) -> str:
    """Fence and first rows in one: none is written unless the lease is ours and all are new."""
    journal = state_table(environment, JOURNAL_TABLE)
    first, last = entries[0], entries[-1]
    rows = ", ".join(
        f"({each.ordinal}, {literal(each.stage)}, {literal(each.name)}, {each.index}, {each.count}, "
        f"{literal(each.hash)})"
        for each in entries
    )
    return (
        f"INSERT INTO {journal} (DEPLOYMENT_ID, ORDINAL, EVENT, RECORDED_AT, STAGE, NAME, "  # noqa: S608
        "STATEMENT_INDEX, STATEMENT_COUNT, HASH) "
        f"SELECT {literal(first.deployment)}, COLUMN1, 'STARTED', SYSDATE(), COLUMN2, COLUMN3, "
        f"COLUMN4, COLUMN5, COLUMN6 FROM VALUES {rows} "
        f"WHERE EXISTS (SELECT 1 {held_by(environment, token)}) AND NOT EXISTS (SELECT 1 FROM "
        f"{journal} WHERE DEPLOYMENT_ID = {literal(first.deployment)} AND ORDINAL BETWEEN "
        f"{first.ordinal} AND {last.ordinal})"
    )
