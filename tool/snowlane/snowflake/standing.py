"""Reads where environments stand from their state tables: all of one account in one request.

Knows tables and columns, and nothing of the checkout.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from snowlane.config.environment import Environment
from snowlane.drift import report
from snowlane.drift.finding import Drift
from snowlane.errors import SnowflakeError
from snowlane.plan.state_tables import (
    DEPLOYMENTS_TABLE,
    DRIFT_TABLE,
    LEASE_TABLE,
    OBJECTS_TABLE,
    PARKED_TABLE,
    REHEARSALS_TABLE,
    RESTORE_POINTS_TABLE,
    STATE_TABLES,
    VERSION_TABLE,
    metadata_table,
    state_table,
)
from snowlane.plan.unfinished import JOURNAL_COLUMNS
from snowlane.snowflake.session import Session
from snowlane.snowflake.state import unfinished_deployments, unfinished_journal
from snowlane.sql.names import literal
from snowlane.status import reading
from snowlane.status.half_way import half_way_of
from snowlane.status.model import Deployment, HalfWay, Lock, Reach, Standing

_SEPARATOR = "|"
_DOES_NOT_EXIST = "does not exist or not authorized"
_NO_TABLE = "it has no version table and state schema that can be read"


def read_standings(session: Session, environments: Sequence[Environment]) -> list[Standing]:
    """Where the environments stand, in the order given.

    One query over all of them; where one of them lacks a table, a second request that asks for
    each apart. Raises SnowflakeError when the account cannot be asked at all.
    """
    query = " UNION ALL ".join(_state(each, _parts(each) | _later(each)) for each in environments)
    try:
        answered = [str(row[0]) for row in session.execute(query).rows]
    except SnowflakeError as error:
        # Without a number nothing was refused: the way to the account broke.
        if not error.number:
            raise
        answer = session.execute(_tolerant(environments)).rows[0][0]
        answered = str(answer).splitlines()
    states: dict[str, dict[str, Any]] = {}
    for state in map(json.loads, answered):
        states.setdefault(state["ENVIRONMENT"], {}).update(state)
    return [_standing(each, states.get(each.name)) for each in environments]


def _parts(environment: Environment) -> dict[str, str]:
    """What every environment's tables tell, by name."""
    deployments = state_table(environment, DEPLOYMENTS_TABLE)
    columns = f" || {literal(_SEPARATOR)} || ".join(("KIND", "NAME", "ARGUMENTS", "HASH"))
    told = ", ".join(f"{literal(name)}, {name}" for name in JOURNAL_COLUMNS if name != "ERROR")
    return {
        "VERSION": f"SELECT MAX(VERSION_NUM) AS ONE FROM "  # noqa: S608
        f"{metadata_table(environment, VERSION_TABLE)}",
        "OBJECTS": f"SELECT LISTAGG({columns}, '\\n') AS ONE "  # noqa: S608
        f"FROM {metadata_table(environment, OBJECTS_TABLE)}",
        "DEPLOYED": _newest(f"{deployments} WHERE OUTCOME = 'done'", "NUMBER"),
        "LATEST": _newest(deployments, "NUMBER"),
        "UNFINISHED": "SELECT ARRAY_AGG(OBJECT_CONSTRUCT(*)) AS ONE "  # noqa: S608
        f"FROM {unfinished_deployments(environment)}",
        "JOURNAL": f"SELECT ARRAY_AGG(OBJECT_CONSTRUCT({told})) AS ONE "  # noqa: S608
        f"FROM {unfinished_journal(environment)}",
        "LEASE": _newest(state_table(environment, LEASE_TABLE), "ACQUIRED_AT"),
    }


def _later(environment: Environment) -> dict[str, str]:
    """What tables tell that an earlier release did not make."""
    points = state_table(environment, RESTORE_POINTS_TABLE)
    return {
        "DRIFT": _newest(state_table(environment, DRIFT_TABLE), "MEASURED_AT"),
        "REHEARSAL": _newest(state_table(environment, REHEARSALS_TABLE), "REHEARSED_AT"),
        "POINTS": "SELECT OBJECT_CONSTRUCT(*) AS ONE FROM (SELECT COUNT(*) AS POINTS, "  # noqa: S608
        f"MAX(ID) AS NEWEST, MAX(EXPIRES_AT) AS EXPIRES FROM {points} "
        "WHERE CONTENT IS NOT NULL AND EXPIRES_AT > SYSDATE())",
        "PARKED": "SELECT OBJECT_CONSTRUCT(*) AS ONE FROM (SELECT COUNT(*) AS PARKED, "  # noqa: S608
        "MIN(PARKED_AT) AS SINCE, MAX(PARKED_BY) AS PARKED_BY "
        f"FROM {state_table(environment, PARKED_TABLE)})",
    }


def _state(environment: Environment, parts: Mapping[str, str]) -> str:
    """One row with one JSON text: everything that the tables of an environment say."""
    pairs = [f"'ENVIRONMENT', {literal(environment.name)}", "'NOW', SYSDATE()"]
    pairs += [f"{literal(name)}, P{at}.ONE" for at, name in enumerate(parts)]
    joins = " ".join(
        f"LEFT JOIN ({query}) AS P{at} ON TRUE" for at, query in enumerate(parts.values())
    )
    return (
        f"SELECT TO_JSON(OBJECT_CONSTRUCT({', '.join(pairs)})) AS STATE "  # noqa: S608
        f"FROM (SELECT 1 AS ONE) AS P {joins}"
    )


def _newest(source: str, order: str) -> str:
    """The newest row as an object, whatever columns the table has."""
    return (
        f"SELECT OBJECT_CONSTRUCT(*) AS ONE FROM {source} "  # noqa: S608
        f"QUALIFY ROW_NUMBER() OVER (ORDER BY {order} DESC) = 1"
    )


def _tolerant(environments: Sequence[Environment]) -> str:
    """A block that answers each environment's state, or why there is none, a line each."""
    lines = ["DECLARE", "  one VARCHAR;", "  found VARCHAR DEFAULT '';", "BEGIN"]
    for each in environments:
        name = literal(each.name)
        failed = (
            f"SELECT TO_JSON(OBJECT_CONSTRUCT('ENVIRONMENT', {name}, 'ERROR', :SQLERRM)) INTO :one"
        )
        lines += _attempt(_state(each, _parts(each)), failed)
        nothing = f"SELECT TO_JSON(OBJECT_CONSTRUCT('ENVIRONMENT', {name})) INTO :one"
        for part, query in _later(each).items():
            lines += _attempt(_state(each, {part: query}), nothing)
    body = "\n".join([*lines, "  RETURN found;", "END;"])
    return f"EXECUTE IMMEDIATE $$\n{body}\n$$"


def _attempt(query: str, otherwise: str) -> list[str]:
    return [
        *("  BEGIN", f"    {_into(query)};", "  EXCEPTION WHEN OTHER THEN", f"    {otherwise};"),
        *("  END;", "  found := found || one || '\\n';"),
    ]


def _into(query: str) -> str:
    return query.replace(" AS STATE FROM ", " INTO :one FROM ", 1)


def _standing(environment: Environment, state: dict[str, Any] | None) -> Standing:
    if state is None or ("LATEST" not in state and "ERROR" in state):
        error = str((state or {}).get("ERROR", ""))
        if _DOES_NOT_EXIST in error:
            return unreached(environment, Reach.NOT_BOOTSTRAPPED, _NO_TABLE)
        return unreached(environment, Reach.UNREACHABLE, " ".join(error.split()))
    now = reading.moment(state["NOW"])
    assert isinstance(now, datetime)
    objects = {}
    for line in (state.get("OBJECTS") or "").splitlines():
        kind, name, arguments, applied_hash = line.split(_SEPARATOR)
        objects[kind, name, arguments] = applied_hash
    lock = reading.lock(state.get("LEASE") or {}, now)
    version = state.get("VERSION")
    return Standing(
        environment=environment.name,
        databases=environment.databases,
        reach=Reach.READY,
        is_protected=environment.protected,
        revision=version,
        objects=objects,
        deployed=reading.deployment(state["DEPLOYED"]) if state.get("DEPLOYED") else None,
        latest=reading.deployment(state["LATEST"]) if state.get("LATEST") else None,
        half_applied=_half_applied(environment, version, state, lock),
        lock=lock,
        drift=reading.measured(state.get("DRIFT") or {}, now),
        rehearsal=reading.rehearsed(state.get("REHEARSAL") or {}, now),
        points=reading.points(state.get("POINTS") or {}),
        paused=reading.paused(state.get("PARKED") or {}),
        asked_at=now,
    )


def _half_applied(
    environment: Environment, version: str | None, state: Mapping[str, Any], lock: Lock | None
) -> HalfWay | None:
    """None while a deployment is at work: it says itself how it ends."""
    deployments = [reading.deployment(row) for row in state.get("UNFINISHED") or ()]
    is_running = any(each.outcome == "running" for each in deployments)
    if is_running and lock is not None and not lock.is_past:
        return None
    journal = state.get("JOURNAL") or ()
    return half_way_of(environment.name, version, deployments, journal)


def unreached(environment: Environment, reach: Reach, why: str) -> Standing:
    """An environment of which nothing is known."""
    return Standing(
        environment.name, environment.databases, reach, why, is_protected=environment.protected
    )


def read_history(session: Session, environment: Environment, limit: int) -> list[Deployment]:
    """The last deployments, newest first. Raises SnowflakeError when there is no table of them."""
    table = state_table(environment, DEPLOYMENTS_TABLE)
    rows = session.execute(
        f"SELECT TO_JSON(OBJECT_CONSTRUCT(*)) FROM {table} "  # noqa: S608
        f"ORDER BY NUMBER DESC LIMIT {int(limit)}"
    ).rows
    return [reading.deployment(json.loads(row[0])) for row in rows]


def record_drift(session: Session, environment: Environment, drift: Drift) -> None:
    """Write a measurement down; the table is made where an older bootstrap did not."""
    table = state_table(environment, DRIFT_TABLE)
    columns = " ".join(STATE_TABLES[DRIFT_TABLE].split())
    session.execute(f"CREATE TABLE IF NOT EXISTS {table} ({columns})")
    values = [
        "SYSDATE()",
        literal(session.user),
        literal(drift.revision) if drift.revision else "NULL",
        str(len(drift.findings)),
        str(len(drift.not_followed)),
        literal(json.dumps(report.as_data(drift))),
    ]
    session.execute(f"INSERT INTO {table} SELECT {', '.join(values)}")
