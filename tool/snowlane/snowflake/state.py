"""Reads what an environment says of itself: version, applied objects, what runs in it."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from snowlane.config.environment import Environment
from snowlane.errors import NotBootstrappedError, RefusedError, SnowflakeError
from snowlane.objects.altering import ALTERED_KINDS
from snowlane.objects.source import Identity
from snowlane.pipeline.rows import task_state
from snowlane.plan.activity import owed_object, physical_name
from snowlane.plan.facts import Activity, Applied, LastDone, TaskState
from snowlane.plan.parked import Cause, Parked
from snowlane.plan.state_tables import (
    DEPLOYMENTS_TABLE,
    JOURNAL_TABLE,
    OBJECTS_TABLE,
    PARKED_TABLE,
    RESTORE_POINTS_TABLE,
    REVISIONS_TABLE,
    VERSION_TABLE,
    metadata_table,
    state_table,
)
from snowlane.plan.unfinished import (
    JOURNAL_COLUMNS,
    Started,
    Unfinished,
    attempts_of,
    read_row,
)
from snowlane.snowflake.session import DOES_NOT_EXIST, Session
from snowlane.sql.names import literal, parse_path, qualified

_VERSION = "version"
_REVISION = "revision"
_OBJECT = "object"
_TEXT_KINDS = ", ".join(literal(kind) for kind in ALTERED_KINDS)
_DEPLOYMENT = "deployment"
_JOURNAL = "journal"
_EXPIRED = "expired"
_DONE = "done"
_PARKED = "parked"
_PARKED_COLUMNS = (
    *("KIND", "NAME", "WAS", "OWNER", "CAUSE", "PARKED_BY"),
    "TO_VARCHAR(DATE_PART(EPOCH_SECOND, PARKED_AT))",
)
_NUMBERS = ("ORDINAL", "STATEMENT_INDEX", "STATEMENT_COUNT")
_WIDTH = 12


def read_applied(session: Session, environment: Environment) -> Applied:
    """The version, what is applied, and what deployments left that did not end, in one query.

    Raises NotBootstrappedError when the tables are not there, RefusedError when the version table
    holds more than one row.
    """
    try:
        rows = _state_rows(session, environment)
    except SnowflakeError as error:
        if error.number not in DOES_NOT_EXIST:
            raise
        raise NotBootstrappedError(
            f"{environment.name} has no version table that {environment.role} can read",
            why=error.why,
            next=f"run `snowlane bootstrap {environment.name}`, or give what its --sql prints to "
            "an administrator",
        ) from None
    found = _by_kind(rows)
    versions = [row[0] for row in found.get(_VERSION, ())]
    if len(versions) > 1:
        raise RefusedError(
            f"{environment.name} is at {len(versions)} revisions at once: {', '.join(versions)}",
            why=f"{metadata_table(environment, VERSION_TABLE)} must hold one row",
            next="delete the rows that are wrong",
        )
    return Applied(
        version=versions[0] if versions else None,
        objects={
            _identity(kind, name, arguments): applied_hash
            for kind, name, arguments, applied_hash, *_ in found.get(_OBJECT, ())
        },
        texts={_identity(*row[:3]): row[4] for row in found.get(_OBJECT, ()) if row[4] is not None},
        revisions={row[0]: row[1] for row in found.get(_REVISION, ())},
        unfinished=_unfinished(found.get(_DEPLOYMENT, ()), found.get(_JOURNAL, ())),
        expired_points=tuple(sorted(row[0] for row in found.get(_EXPIRED, ()))),
        parked=tuple(sorted(map(_parked, found.get(_PARKED, ())), key=lambda each: each.key)),
        last_done=_last_done(found.get(_DONE, ())),
    )


def _state_rows(session: Session, environment: Environment) -> tuple[tuple[Any, ...], ...]:
    try:
        return session.execute(_state_query(environment)).rows
    except SnowflakeError as error:
        # An earlier release made no table of what is parked.
        if f".{PARKED_TABLE}'" not in error.why:
            raise
    return session.execute(_state_query(environment, left_out=_PARKED)).rows


def read_last_done(session: Session, environment: Environment, before: datetime) -> LastDone | None:
    """The last deployment that came to its end by a moment of the account's clock, in UTC."""
    by = f"{literal(before.isoformat(sep=' '))}::TIMESTAMP_NTZ"
    columns, source = _newest_done(environment, f"AND FINISHED_AT <= {by}")
    return _last_done(session.execute(f"SELECT {columns} FROM {source}").rows)  # noqa: S608


def _newest_done(environment: Environment, further: str = "") -> tuple[str, str]:
    """A row as JSON, whatever columns the table has: an earlier release made it with fewer."""
    table = state_table(environment, DEPLOYMENTS_TABLE)
    where = f"WHERE OUTCOME = 'done' {further}".rstrip()
    newest = f"{table} {where} QUALIFY ROW_NUMBER() OVER (ORDER BY NUMBER DESC) = 1"
    return "TO_JSON(OBJECT_CONSTRUCT(*))", newest


def _last_done(rows: Sequence[tuple[Any, ...]]) -> LastDone | None:
    if not rows:
        return None
    row = json.loads(rows[0][0])
    return LastDone(
        number=int(row["NUMBER"]),
        bundle=row["BUNDLE"],
        revision=row.get("TO_REVISION"),
        is_whole=bool(row.get("IS_WHOLE")),
        commit=row.get("COMMIT_ID", ""),
        branch=row.get("BRANCH", ""),
        by=row.get("DEPLOYED_BY", ""),
    )


def read_unfinished(session: Session, environment: Environment) -> Unfinished:
    """What deployments left that did not end, of an environment that need not have databases yet.

    Raises SnowflakeError.
    """
    query = _state_query(environment, _DEPLOYMENT, _JOURNAL)
    found = _by_kind(session.execute(query).rows)
    return _unfinished(found.get(_DEPLOYMENT, ()), found.get(_JOURNAL, ()))


def _by_kind(rows: Iterable[tuple[Any, ...]]) -> dict[str, list[tuple[Any, ...]]]:
    found: dict[str, list[tuple[Any, ...]]] = {}
    for kind, *values in rows:
        found.setdefault(kind, []).append(tuple(values))
    return found


def _state_query(environment: Environment, *only: str, left_out: str = "") -> str:
    """One query for all parts of the state, for some kinds of them, or for all but one."""
    last_columns, last_source = _newest_done(environment)
    parts = [
        (_VERSION, ["VERSION_NUM"], metadata_table(environment, VERSION_TABLE)),
        (
            _OBJECT,
            ["KIND", "NAME", "ARGUMENTS", "HASH", f"IFF(KIND IN ({_TEXT_KINDS}), TEXT, NULL)"],
            metadata_table(environment, OBJECTS_TABLE),
        ),
        (_REVISION, ["REVISION", "HASH"], metadata_table(environment, REVISIONS_TABLE)),
        (
            _DEPLOYMENT,
            ["ID", "TO_VARCHAR(NUMBER)", "OUTCOME", "SESSION_ID", "DEPLOYED_BY", "PUT_BACK"],
            unfinished_deployments(environment),
        ),
        (
            _JOURNAL,
            [f"TO_VARCHAR({each})" if each in _NUMBERS else each for each in JOURNAL_COLUMNS],
            unfinished_journal(environment),
        ),
        (
            _EXPIRED,
            ["ID"],
            f"{state_table(environment, RESTORE_POINTS_TABLE)} "
            "WHERE EXPIRES_AT <= SYSDATE() OR CONTENT IS NULL",
        ),
        (
            _PARKED,
            list(_PARKED_COLUMNS),
            state_table(environment, PARKED_TABLE),
        ),
        (_DONE, [last_columns], last_source),
    ]
    selects = []
    for kind, columns, source in parts:
        if kind == left_out or (only and kind not in only):
            continue
        padding = ["NULL"] * (_WIDTH - 1 - len(columns))
        shown = ", ".join([literal(kind), *columns, *padding])
        selects.append(f"SELECT {shown} FROM {source}")  # noqa: S608
    return " UNION ALL ".join(selects)


def unfinished_deployments(environment: Environment) -> str:
    """What to select from: the deployments since the last that was done."""
    deployments = state_table(environment, DEPLOYMENTS_TABLE)
    return (
        f"{deployments} WHERE NUMBER > (SELECT COALESCE(MAX(NUMBER), 0) FROM {deployments} "  # noqa: S608
        "WHERE OUTCOME = 'done')"
    )


def unfinished_journal(environment: Environment) -> str:
    """What to select from: what the journal says of them."""
    return (
        f"{state_table(environment, JOURNAL_TABLE)} "  # noqa: S608
        f"WHERE DEPLOYMENT_ID IN (SELECT ID FROM {unfinished_deployments(environment)})"
    )


def _unfinished(
    deployments: Sequence[tuple[Any, ...]], journal: Sequence[tuple[Any, ...]]
) -> Unfinished:
    started = tuple(
        Started(
            id=row[0],
            outcome=row[2],
            session=row[3] or "",
            owner=row[4] or "",
            put_back=tuple(json.loads(row[5])) if row[5] else (),
        )
        for row in sorted(deployments, key=lambda row: int(row[1]))
    )
    rows = [read_row(dict(zip(JOURNAL_COLUMNS, row, strict=False))) for row in journal]
    return Unfinished(started, attempts_of(rows, started))


def read_parked(session: Session, environment: Environment) -> tuple[Parked, ...]:
    """What a pause remembers; nothing where an earlier release made no table of it."""
    columns = ", ".join(_PARKED_COLUMNS)
    table = state_table(environment, PARKED_TABLE)
    try:
        rows = session.execute(f"SELECT {columns} FROM {table}").rows  # noqa: S608
    except SnowflakeError as error:
        if error.number not in DOES_NOT_EXIST:
            raise
        return ()
    return tuple(_parked(row) for row in rows)


def _parked(row: tuple[Any, ...]) -> Parked:
    kind, name, was, owner, cause, by, at, *_ = row
    since = datetime.fromtimestamp(int(at), UTC).replace(tzinfo=None)
    return Parked(kind, name, was, owner or "", Cause(cause), by or "", since)


def _identity(kind: str, name: str, arguments: str) -> Identity:
    database, schema, last = name.split(".", 2)
    return Identity(kind, database, schema, last, arguments)


def read_activity(
    session: Session, environment: Environment, changed: Iterable[Identity], applied: Applied
) -> Activity:
    """What runs or is paused, as far as replacing or dropping the changed objects would disturb it.

    Asks only about kinds that are among them, or among what unfinished deployments still owe, once
    a database. What is owed to an object that is gone is left out.
    """
    changed = tuple(changed)
    owed = {text: owed_object(text) for text in applied.unfinished.to_put_back()}
    tasks: dict[str, TaskState] = {}
    for database in _databases_of("TASK", changed, owed.values(), environment):
        for row in session.query(f"SHOW TASKS IN DATABASE {qualified(database)}"):
            tasks[_full_name(row)] = task_state(row)
    alerts: dict[str, bool] = {}
    for database in _databases_of("ALERT", changed, owed.values(), environment):
        for row in session.query(f"SHOW ALERTS IN DATABASE {qualified(database)}"):
            alerts[_full_name(row)] = row["state"] == "started"
    pipes = [
        physical_name(each.path, environment.databases)
        for each in changed
        if each.kind == "PIPE" and each in applied.objects
    ]
    pipes += [name for kind, name in owed.values() if kind == "PIPE" and name not in pipes]
    states = _pipe_states(session, pipes)
    present = {*tasks, *alerts, *states}
    return Activity(
        tasks,
        frozenset(name for name, state in states.items() if state == "PAUSED"),
        frozenset(name for name, is_started in alerts.items() if is_started),
        frozenset(text for text, (_, name) in owed.items() if name in present),
        # A stalled pipe tries again.
        frozenset(name for name, state in states.items() if state.startswith(("RUN", "STALLED"))),
    )


def _databases_of(
    kind: str,
    changed: tuple[Identity, ...],
    owed: Iterable[tuple[str, str]],
    environment: Environment,
) -> list[str]:
    logical = {each.database for each in changed if each.kind == kind}
    found = {environment.databases[each] for each in logical}
    paths = (parse_path(name) for owed_kind, name in owed if owed_kind == kind)
    return sorted(found | {path[0] for path in paths if path})


def _full_name(row: dict[str, Any]) -> str:
    return qualified(row["database_name"], row["schema_name"], row["name"])


def _pipe_states(session: Session, pipes: list[str]) -> dict[str, str]:
    """The execution state of each pipe that exists."""
    if not pipes:
        return {}
    calls = ", ".join(f"SYSTEM$PIPE_STATUS({literal(pipe)})" for pipe in pipes)
    try:
        answers = session.execute(f"SELECT {calls}").rows[0]
    except SnowflakeError as error:
        if error.number not in DOES_NOT_EXIST:
            raise
        # One of them is not there: what is left is asked for one by one.
        one_by_one = [_pipe_states(session, [pipe]) for pipe in pipes if len(pipes) > 1]
        return {pipe: state for found in one_by_one for pipe, state in found.items()}
    return {
        pipe: str(json.loads(answer).get("executionState"))
        for pipe, answer in zip(pipes, answers, strict=True)
    }
