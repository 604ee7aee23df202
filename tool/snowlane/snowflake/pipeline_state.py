"""Reads tasks, streams, pipes and alerts of an environment, in a number of requests that does not grow with it.

One SHOW a kind and database (paged), one query for all SYSTEM$ functions, one for each history. Sources:
docs.snowflake.com/en/sql-reference/functions/task_history, alert_history, system_pipe_status,
system_stream_has_data.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from snowlane.config.environment import Environment
from snowlane.errors import SnowflakeError
from snowlane.pipeline import rows
from snowlane.pipeline.model import Alert, Pipe, Pipeline, Run, Stream, Task
from snowlane.snowflake.catalog import show_all
from snowlane.snowflake.session import Session
from snowlane.sql.names import literal, qualified, quote

Row = Mapping[str, Any]
_RESULT_LIMIT = 10_000
# SYSTEM$ functions called in one query.
_CALLS_AT_ONCE = 500
# Graphs asked about in one query, and rows of each: a graph has at most 1,000 tasks.
_ROOTS_AT_ONCE = 50
_ROWS_A_GRAPH = 1_100
_TASK_COLUMNS = (
    *("NAME", "DATABASE_NAME", "SCHEMA_NAME", "STATE", "ERROR_CODE", "ERROR_MESSAGE"),
    *("SCHEDULED_TIME", "QUERY_START_TIME", "COMPLETED_TIME", "RUN_ID", "SCHEDULED_FROM"),
)


def read_pipeline(session: Session, environment: Environment) -> Pipeline:
    """What there is and in which state, without history. Raises SnowflakeError."""
    shown = {
        kind: [
            row
            for database in environment.databases.values()
            for row in show_all(session, kind, database)
        ]
        for kind in ("TASKS", "STREAMS", "PIPES", "ALERTS")
    }
    return Pipeline(
        tasks=tuple(map(rows.task, shown["TASKS"])),
        streams=tuple(map(rows.stream, shown["STREAMS"])),
        pipes=_with_status(session, shown["PIPES"]),
        alerts=tuple(map(rows.alert, shown["ALERTS"])),
    )


def with_history(session: Session, environment: Environment, pipeline: Pipeline) -> Pipeline:
    """The pipeline with the last run of each task and alert, and what waits in streams."""
    database = next(iter(environment.databases.values()))
    return replace(
        pipeline,
        tasks=_with_last_runs(session, database, pipeline.tasks),
        streams=_with_data(session, pipeline.streams),
        alerts=with_last_alerts(session, environment, pipeline.alerts),
    )


def read_pipes(session: Session, pipes: Iterable[Pipe]) -> tuple[Pipe, ...]:
    """Pipes with the state that they are in now."""
    asked = tuple(pipes)
    answers = _ask(session, [_status_call(pipe.name) for pipe in asked])
    return tuple(_as_told(pipe, answer) for pipe, answer in zip(asked, answers, strict=True))


def _as_told(pipe: Pipe, answer: str | SnowflakeError) -> Pipe:
    row = dict(zip(("database_name", "schema_name", "name"), pipe.path, strict=True))
    row |= {"definition": pipe.definition, "owner": pipe.owner}
    return _pipe(row, answer)


def _with_status(session: Session, shown: Sequence[Row]) -> tuple[Pipe, ...]:
    names = [qualified(*rows.path(row)) for row in shown]
    answers = _ask(session, [_status_call(name) for name in names])
    return tuple(_pipe(row, answer) for row, answer in zip(shown, answers, strict=True))


def _pipe(row: Row, answer: str | SnowflakeError) -> Pipe:
    if isinstance(answer, SnowflakeError):
        return rows.pipe(row, None, " ".join(answer.why.splitlines()[:1]))
    return rows.pipe(row, answer)


def _status_call(name: str) -> str:
    return f"SYSTEM$PIPE_STATUS({literal(name)})"


def _with_data(session: Session, streams: Sequence[Stream]) -> tuple[Stream, ...]:
    asked = [each for each in streams if not each.is_stale]
    calls = [f"TO_VARCHAR(SYSTEM$STREAM_HAS_DATA({literal(each.name)}))" for each in asked]
    answers = zip(asked, _ask(session, calls), strict=True)
    told = {
        each.path: str(answer).lower() == "true"
        for each, answer in answers
        if not isinstance(answer, SnowflakeError)
    }
    return tuple(replace(each, has_data=told.get(each.path)) for each in streams)


def _ask(session: Session, calls: Sequence[str]) -> list[str | SnowflakeError]:
    """The answers of SYSTEM$ functions in one query; halved where one of them is refused."""
    if not calls:
        return []
    if len(calls) > _CALLS_AT_ONCE:
        return _ask(session, calls[:_CALLS_AT_ONCE]) + _ask(session, calls[_CALLS_AT_ONCE:])
    try:
        return [str(each) for each in session.execute(f"SELECT {', '.join(calls)}").rows[0]]
    except SnowflakeError as error:
        # Without a number nothing was refused: the way to the account broke.
        if not error.number:
            raise
        if len(calls) == 1:
            return [error]
    middle = len(calls) // 2
    return _ask(session, calls[:middle]) + _ask(session, calls[middle:])


def _with_last_runs(session: Session, database: str, tasks: Sequence[Task]) -> tuple[Task, ...]:
    """Each task with its last run of the last week that has begun."""
    if not tasks:
        return ()
    latest = _latest(
        session,
        f"SELECT {', '.join(_TASK_COLUMNS)} FROM TABLE({quote(database)}.INFORMATION_SCHEMA."  # noqa: S608
        "TASK_HISTORY(SCHEDULED_TIME_RANGE_END => CURRENT_TIMESTAMP(), "
        f"RESULT_LIMIT => {_RESULT_LIMIT})) WHERE STATE <> 'SCHEDULED' "
        f"AND {_in_databases({task.path[0] for task in tasks})}",
        rows.task_run,
    )
    return tuple(replace(task, last=latest.get(task.path)) for task in tasks)


def with_last_alerts(
    session: Session, environment: Environment, alerts: Sequence[Alert]
) -> tuple[Alert, ...]:
    """Each alert with its last run of the last week that has begun. Raises SnowflakeError."""
    if not alerts:
        return ()
    database = next(iter(environment.databases.values()))
    latest = _latest(
        session,
        "SELECT NAME, DATABASE_NAME, SCHEMA_NAME, STATE, SQL_ERROR_CODE, SQL_ERROR_MESSAGE, "  # noqa: S608
        "SCHEDULED_TIME, COMPLETED_TIME "
        f"FROM TABLE({quote(database)}.INFORMATION_SCHEMA.ALERT_HISTORY("
        "SCHEDULED_TIME_RANGE_END => CURRENT_TIMESTAMP(), "
        f"RESULT_LIMIT => {_RESULT_LIMIT})) WHERE STATE <> 'SCHEDULED' "
        f"AND {_in_databases({alert.path[0] for alert in alerts})}",
        rows.alert_run,
    )
    return tuple(replace(alert, last=latest.get(alert.path)) for alert in alerts)


def _in_databases(databases: Iterable[str]) -> str:
    return f"DATABASE_NAME IN ({', '.join(literal(each) for each in sorted(databases))})"


def _latest(session: Session, query: str, read: Callable[[Row], Run]) -> dict[tuple[str, ...], Run]:
    """The newest run of each object; a history of rows is read once, whatever the objects are."""
    newest = (
        f"{query} QUALIFY ROW_NUMBER() OVER (PARTITION BY DATABASE_NAME, SCHEMA_NAME, NAME "
        "ORDER BY SCHEDULED_TIME DESC) = 1"
    )
    return {rows.path(row): read(row) for row in session.query(newest)}


def read_runs(
    session: Session, environment: Environment, roots: Iterable[Task]
) -> dict[str, list[tuple[tuple[str, ...], Run]]]:
    """The newest runs of the tasks of some graphs, by the root's full name.

    Asked by root, so that a busy account does not push them out. Raises SnowflakeError.
    """
    database = next(iter(environment.databases.values()))
    by_id = {root.id: root.name for root in roots}
    found: dict[str, list[tuple[tuple[str, ...], Run]]] = {name: [] for name in by_id.values()}
    ids = sorted(by_id)
    for start in range(0, len(ids), _ROOTS_AT_ONCE):
        selects = [_graph_query(database, each) for each in ids[start : start + _ROOTS_AT_ONCE]]
        for row in session.query(" UNION ALL ".join(selects)):
            run = rows.path(row), rows.task_run(row)
            found[by_id[str(row["root_task_id"])]].append(run)
    return found


def _graph_query(database: str, root: str) -> str:
    return (
        f"SELECT {', '.join(_TASK_COLUMNS)}, ROOT_TASK_ID FROM TABLE("  # noqa: S608
        f"{quote(database)}.INFORMATION_SCHEMA.TASK_HISTORY("
        f"RESULT_LIMIT => {_ROWS_A_GRAPH}, ROOT_TASK_ID => {literal(root)}))"
    )


def read_sizes(session: Session) -> dict[str, str]:
    """The sizes of the warehouses that the role sees, by name as SQL takes it."""
    return {quote(str(row["name"])): str(row["size"]) for row in session.query("SHOW WAREHOUSES")}
