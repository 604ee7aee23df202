"""Reads what an environment says of itself: version, applied objects, what runs in it."""

import json
from collections.abc import Iterable
from typing import Any

from snowlane.config.environment import Environment
from snowlane.errors import NotBootstrappedError, RefusedError, SnowflakeError
from snowlane.objects.source import Identity, SqlObject
from snowlane.plan.activity import physical_name
from snowlane.plan.facts import Activity, Applied, TaskState
from snowlane.plan.records import OBJECTS_TABLE, VERSION_TABLE
from snowlane.snowflake.session import DOES_NOT_EXIST, Session
from snowlane.sql.names import literal, parse_path, qualified

_VERSION = "version"


def read_applied(session: Session, environment: Environment) -> Applied:
    """The version and the hashes of the applied objects, in one query.

    Raises NotBootstrappedError when the tables are not there, RefusedError when the version table
    holds more than one row.
    """
    version = qualified(*environment.metadata, VERSION_TABLE)
    objects = qualified(*environment.metadata, OBJECTS_TABLE)
    try:
        rows = session.execute(
            f"SELECT {literal(_VERSION)}, VERSION_NUM, '', '' FROM {version} "  # noqa: S608
            f"UNION ALL SELECT KIND, NAME, ARGUMENTS, HASH FROM {objects}"
        ).rows
    except SnowflakeError as error:
        if error.number not in DOES_NOT_EXIST:
            raise
        raise NotBootstrappedError(
            f"{environment.name} has no version table that {environment.role} can read",
            why=error.why,
            next=f"run `snowlane bootstrap {environment.name}`, or give what its --sql prints to "
            "an administrator",
        ) from None
    versions = [row[1] for row in rows if row[0] == _VERSION]
    if len(versions) > 1:
        raise RefusedError(
            f"{environment.name} is at {len(versions)} revisions at once: {', '.join(versions)}",
            why=f"{version} must hold one row",
            next="delete the rows that are wrong",
        )
    applied = {
        _identity(kind, name, arguments): applied_hash
        for kind, name, arguments, applied_hash in rows
        if kind != _VERSION
    }
    return Applied(versions[0] if versions else None, applied)


def _identity(kind: str, name: str, arguments: str) -> Identity:
    database, schema, last = name.split(".", 2)
    return Identity(kind, database, schema, last, arguments)


def read_activity(
    session: Session, environment: Environment, changed: Iterable[SqlObject], applied: Applied
) -> Activity:
    """What runs or is paused, as far as replacing the changed objects would disturb it.

    Asks only about kinds that are among them, once a database.
    """
    changed = tuple(changed)
    tasks: dict[str, TaskState] = {}
    for database in _databases_of("TASK", changed, environment):
        for row in session.query(f"SHOW TASKS IN DATABASE {qualified(database)}"):
            state = TaskState(row["state"] == "started", _predecessors(row["predecessors"]))
            tasks[_full_name(row)] = state
    alerts: set[str] = set()
    for database in _databases_of("ALERT", changed, environment):
        for row in session.query(f"SHOW ALERTS IN DATABASE {qualified(database)}"):
            if row["state"] == "started":
                alerts.add(_full_name(row))
    pipes = [
        physical_name(candidate.identity.path, environment.databases)
        for candidate in changed
        if candidate.identity.kind == "PIPE" and candidate.identity in applied.objects
    ]
    return Activity(tasks, _paused(session, pipes), frozenset(alerts))


def _databases_of(kind: str, changed: tuple[SqlObject, ...], environment: Environment) -> list[str]:
    found = {each.identity.database for each in changed if each.identity.kind == kind}
    return sorted(environment.databases[logical] for logical in found)


def _full_name(row: dict[str, Any]) -> str:
    return qualified(row["database_name"], row["schema_name"], row["name"])


def _predecessors(value: Any) -> tuple[str, ...]:
    """SHOW TASKS gives a JSON list of full names, or an empty text."""
    listed = json.loads(value) if isinstance(value, str) and value.strip() else value or []
    paths = (parse_path(name) for name in listed)
    return tuple(qualified(*path) for path in paths if path)


def _paused(session: Session, pipes: list[str]) -> frozenset[str]:
    if not pipes:
        return frozenset()
    calls = ", ".join(f"SYSTEM$PIPE_STATUS({literal(pipe)})" for pipe in pipes)
    try:
        answers = session.execute(f"SELECT {calls}").rows[0]
    except SnowflakeError as error:
        if error.number not in DOES_NOT_EXIST:
            raise
        # One of them was dropped by hand: what is left is asked for one by one.
        return frozenset().union(*(_paused(session, [pipe]) for pipe in pipes if len(pipes) > 1))
    states = {pipe: json.loads(answer) for pipe, answer in zip(pipes, answers, strict=True)}
    return frozenset(
        pipe for pipe, state in states.items() if state.get("executionState") == "PAUSED"
    )
