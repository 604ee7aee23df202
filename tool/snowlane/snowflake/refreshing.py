"""Refreshes pipes and reads what became of the files. The caller holds the lock.

Sources: docs.snowflake.com/en/sql-reference/sql/alter-pipe (REFRESH: files of the last seven days),
functions/copy_history.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from snowlane.errors import SnowflakeError
from snowlane.pipeline.loads import Load, PipeOutcome, target_of
from snowlane.pipeline.model import Pipe
from snowlane.snowflake.session import Session
from snowlane.sql.names import literal, qualified, quote


def refresh(session: Session, pipe: Pipe) -> PipeOutcome:
    """Send a pipe the files of its stage that it has not loaded yet. A refusal is part of the outcome."""
    try:
        sent = session.query(f"ALTER PIPE {pipe.name} REFRESH")
    except SnowflakeError as error:
        if not error.number:
            raise
        return PipeOutcome(pipe.name, 0, error=error.why.splitlines()[0])
    return PipeOutcome(pipe.name, len(sent))


def read_loads(
    session: Session, pipes: Sequence[Pipe], since: datetime
) -> Mapping[str, tuple[Load, ...]]:
    """The files that pipes loaded since a moment of the account's clock, by the pipe's name."""
    queries = []
    for pipe in pipes:
        if (table := target_of(pipe)) is not None:
            database, schema, name = (literal(part) for part in pipe.path)
            queries.append(
                f"SELECT {literal(pipe.name)} AS PIPE, FILE_NAME, STATUS, ROW_COUNT, "  # noqa: S608
                "FIRST_ERROR_MESSAGE "
                f"FROM TABLE({quote(table[0])}.INFORMATION_SCHEMA.COPY_HISTORY("
                f"TABLE_NAME => {literal(qualified(*table))}, "
                f"START_TIME => {literal(since.isoformat(sep=' ') + ' +0000')}::TIMESTAMP_TZ)) "
                f"WHERE PIPE_CATALOG_NAME = {database} AND PIPE_SCHEMA_NAME = {schema} "
                f"AND PIPE_NAME = {name}"
            )
    found: dict[str, list[Load]] = {}
    for row in session.query(" UNION ALL ".join(queries)) if queries else []:
        load = Load(
            file=str(row["file_name"]),
            status=str(row["status"]),
            rows=int(row["row_count"] or 0),
            error=str(row["first_error_message"] or ""),
        )
        found.setdefault(str(row["pipe"]), []).append(load)
    return {name: tuple(sorted(loads, key=lambda each: each.file)) for name, loads in found.items()}
