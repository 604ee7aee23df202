"""Parks the tasks and pipes that write a table while it changes, and puts them back as they were.

A revision is rendered without a connection, so each statement looks up the state itself; what it
parked it notes in a table beside the changed one, so that a resumed deployment still knows.
Rules: docs.snowflake.com/en/user-guide/tasks-graphs and sql-reference/functions/system_pipe_status.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from snowlane.errors import RefusedError
from snowlane.sql.names import literal, parse_path, qualified
from snowlane.sql.scripting import Stop, block, only_if, stop_if, waiting

SECONDS = 5
ROUNDS = 120


@dataclass(frozen=True)
class Writer:
    """A task or pipe by its logical path."""

    kind: str
    path: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its full name as SQL takes it."""
        return qualified(*self.path)


def writers_of(written: Sequence[str]) -> tuple[Writer, ...]:
    """Writers as revisions name them, "task STAGING.TASKS.T", "pipe RAW.BRONZE.P".

    Raises RefusedError for anything else.
    """
    if isinstance(written, str):
        written = (written,)
    return tuple(_writer(each) for each in written)


def _writer(written: str) -> Writer:
    kind, _, name = written.strip().partition(" ")
    path = parse_path(name.strip())
    if kind.upper() not in ("TASK", "PIPE") or path is None or len(path) != 3 or "" in path:
        raise RefusedError(
            f"{written!r} is not a writer that can be parked",
            why="tasks and pipes are parked, named logically and in three parts",
            next='write "task STAGING.TASKS.NAME" or "pipe RAW.BRONZE.NAME"; the root of a graph of '
            "tasks comes before its children, and the root alone keeps all of them from starting",
        )
    return Writer(kind.upper(), path)


def park(table: tuple[str, ...], writers: Iterable[Writer]) -> list[str]:
    """The statements that park the writers in the order given; none without writers."""
    notes = _notes(table)
    blocks = [_parked(writer, notes) for writer in writers]
    if not blocks:
        return []
    return [f"CREATE TABLE IF NOT EXISTS {notes} (KIND VARCHAR, NAME VARCHAR)", *blocks]


def put_back(table: tuple[str, ...], writers: Sequence[Writer]) -> list[str]:
    """The statements that let run again what ran before, last parked first."""
    if not writers:
        return []
    notes = _notes(table)
    body: list[str] = []
    for writer in reversed(writers):
        # Noted no more once it runs: the child of a running root takes no second RESUME.
        run = [
            f"ALTER {writer.kind} {writer.name} {_LET_RUN[writer.kind]};",
            f"DELETE FROM {notes} WHERE {_noted(writer)};",  # noqa: S608
        ]
        body += [
            f"SELECT COUNT(*) INTO :found FROM {notes} WHERE {_noted(writer)};",  # noqa: S608
            *only_if("found > 0", run),
        ]
    title = "let run again what was parked"
    return [block(["found INTEGER;"], body, title), f"DROP TABLE {notes}"]


_LET_RUN = {"TASK": "RESUME", "PIPE": "SET PIPE_EXECUTION_PAUSED = FALSE"}


def _notes(table: tuple[str, ...]) -> str:
    return qualified(*table[:-1], f"{table[-1]}__PARKED")


def _noted(writer: Writer) -> str:
    return f"KIND = {literal(writer.kind)} AND NAME = {literal(writer.name)}"


def _note(writer: Writer, notes: str) -> str:
    return (
        f"INSERT INTO {notes} (KIND, NAME) VALUES ({literal(writer.kind)}, {literal(writer.name)});"  # noqa: S608
    )


def _parked(writer: Writer, notes: str) -> str:
    stop = Stop(
        "still_writes",
        -20010,
        f"the {writer.kind.lower()} {writer.path[-1]} still writes after "
        f"{SECONDS * ROUNDS // 60} minutes: it is parked; go on when it has ended",
    )
    body = _task(writer, notes) if writer.kind == "TASK" else _pipe(writer, notes)
    declared = [stop.declaration, "found INTEGER;", "waited INTEGER;"]
    title = f"park the {writer.kind.lower()} {writer.path[-1]}"
    return block(declared, [*body, *stop_if("found > 0", stop)], title)


def _task(writer: Writer, notes: str) -> list[str]:
    database, schema, name = writer.path
    history = f"{qualified(database)}.INFORMATION_SCHEMA.TASK_HISTORY(TASK_NAME => {literal(name)})"
    running = [
        f"SELECT COUNT(*) INTO :found FROM TABLE({history})",  # noqa: S608
        f"WHERE SCHEMA_NAME = {literal(schema)} AND STATE = 'EXECUTING';",
    ]
    return [
        # There is no INFORMATION_SCHEMA.TASKS; LIKE only narrows, for _ is a wildcard in it.
        f"SHOW TASKS LIKE {literal(name)} IN DATABASE {qualified(database)};",
        "SELECT COUNT(*) INTO :found FROM TABLE(RESULT_SCAN(:SQLID))",
        f'WHERE "schema_name" = {literal(schema)} AND "name" = {literal(name)}'
        " AND \"state\" = 'started';",
        *only_if("found > 0", [_note(writer, notes), f"ALTER TASK {writer.name} SUSPEND;"]),
        *waiting(running, SECONDS, ROUNDS),
    ]


def _pipe(writer: Writer, notes: str) -> list[str]:
    database, schema, name = writer.path
    status = f"PARSE_JSON(SYSTEM$PIPE_STATUS({literal(writer.name)}))"
    # GET_PATH, for a single colon inside a block would also be that of a variable.
    loading = [f"SELECT COUNT_IF(GET_PATH({status}, 'pendingFileCount')::INTEGER > 0) INTO :found;"]
    return [
        f"SELECT COUNT(*) INTO :found FROM {qualified(database)}.INFORMATION_SCHEMA.PIPES",  # noqa: S608
        f"WHERE PIPE_SCHEMA = {literal(schema)} AND PIPE_NAME = {literal(name)};",
        *only_if(
            "found > 0",
            [
                f"SELECT COUNT_IF(GET_PATH({status}, 'executionState')::VARCHAR = 'RUNNING') INTO :found;",
                *only_if(
                    "found > 0",
                    [
                        _note(writer, notes),
                        f"ALTER PIPE {writer.name} SET PIPE_EXECUTION_PAUSED = TRUE;",
                    ],
                ),
                *waiting(loading, SECONDS, ROUNDS),
            ],
        ),
    ]
