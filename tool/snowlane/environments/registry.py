"""The registry of environments that were made by cloning, as SQL. Pure: names in, statements out.

One row an environment, in the state database. It is written only under the environment's own lease.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from snowlane.config.environment import Environment
from snowlane.plan.lease import held_by
from snowlane.sql.names import literal, qualified

AD_HOC_SCHEMA = "SNOWLANE_AD_HOC"
REGISTRY_TABLE = "ENVIRONMENTS"
REGISTRY_COLUMNS = """NAME VARCHAR(63) NOT NULL, CLONE_ID VARCHAR(36) NOT NULL,
    SOURCE VARCHAR(63) NOT NULL, SOURCE_DATABASES VARCHAR NOT NULL, MADE_LIKE VARCHAR(63),
    DATABASES VARCHAR NOT NULL, ROLE VARCHAR(255) NOT NULL, WAREHOUSE VARCHAR(255) NOT NULL,
    STAGES VARCHAR NOT NULL, STATE VARCHAR(20) NOT NULL, STEP VARCHAR(200) NOT NULL,
    OWNER VARCHAR(500) NOT NULL, CREATED_AT TIMESTAMP_NTZ NOT NULL,
    CHANGED_AT TIMESTAMP_NTZ NOT NULL, EXPIRES_AT TIMESTAMP_NTZ, INSTANT TIMESTAMP_NTZ,
    REVISION VARCHAR(32), BUNDLE VARCHAR(64), COMMIT_ID VARCHAR(64), LEFT_OUT VARCHAR,
    SESSIONS VARCHAR, ERROR VARCHAR"""
_COLUMNS = (
    *("NAME", "CLONE_ID", "SOURCE", "SOURCE_DATABASES", "MADE_LIKE", "DATABASES", "ROLE"),
    *("WAREHOUSE", "STAGES", "STATE", "STEP", "OWNER", "CREATED_AT", "CHANGED_AT", "EXPIRES_AT"),
    *("INSTANT", "REVISION", "BUNDLE", "COMMIT_ID", "LEFT_OUT", "SESSIONS", "ERROR"),
)
# What is known of an environment when it is registered.
_GIVEN = (
    *("name", "clone_id", "source", "source_databases", "made_like", "databases", "role"),
    *("warehouse", "stages", "state", "step", "owner", "instant", "revision", "bundle", "commit"),
)
_LONGEST_ERROR = 4000


class State(Enum):
    """Where a registered environment is in its life; only a ready one is used."""

    CLONING = "cloning"
    READY = "ready"
    FAILED = "failed"
    DROPPING = "dropping"
    REFRESHING = "refreshing"
    REPLACED = "replaced"


@dataclass(frozen=True)
class Registered:
    """One row of the registry; names are as the account stores them, times are in UTC.

    `databases` and `source_databases` are the physical ones by logical name, `stages` the URLs that
    were given, by logical path. `made_like` is None for an environment that has a file. `instant`
    is the time that the copy shows, or is to show. `left_out` names what the source has and the copy
    has not. `sessions` are those that work on it, or did when its client died.
    """

    name: str
    clone_id: str
    source: str
    source_databases: Mapping[str, str]
    made_like: str | None
    databases: Mapping[str, str]
    role: str
    warehouse: str
    owner: str
    stages: Mapping[str, str] = field(default_factory=dict)
    state: State = State.CLONING
    step: str = ""
    created_at: datetime | None = None
    changed_at: datetime | None = None
    expires_at: datetime | None = None
    instant: datetime | None = None
    revision: str | None = None
    bundle: str | None = None
    commit: str | None = None
    left_out: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    error: str = ""
    asked_at: datetime | None = field(default=None, compare=False)

    @property
    def is_ad_hoc(self) -> bool:
        """Whether it has no file."""
        return self.made_like is not None

    @property
    def is_expired(self) -> bool:
        """Whether its time is over, by the account's clock when it was asked."""
        return bool(self.expires_at and self.asked_at and self.expires_at <= self.asked_at)


def registry_table(state_database: str) -> str:
    """The full name of the registry."""
    return qualified(state_database, AD_HOC_SCHEMA, REGISTRY_TABLE)


def all_rows(state_database: str) -> str:
    """A query for all rows, in the order that `read_row` takes them, by name."""
    return f"{_rows_of(state_database)} ORDER BY NAME"


def one_row(state_database: str, name: str) -> str:
    """The query for one environment's row."""
    return f"{_rows_of(state_database)} WHERE NAME = {literal(name)}"


def _rows_of(state_database: str) -> str:
    columns = ", ".join((*_COLUMNS, "SYSDATE()"))
    return f"SELECT {columns} FROM {registry_table(state_database)}"  # noqa: S608


def read_row(row: Sequence[Any]) -> Registered:
    """What a row of these queries says."""
    given = dict(zip((*_COLUMNS, "ASKED_AT"), row, strict=True))
    return Registered(
        name=given["NAME"],
        clone_id=given["CLONE_ID"],
        source=given["SOURCE"],
        source_databases=json.loads(given["SOURCE_DATABASES"]),
        made_like=given["MADE_LIKE"],
        databases=json.loads(given["DATABASES"]),
        role=given["ROLE"],
        warehouse=given["WAREHOUSE"],
        owner=given["OWNER"],
        stages=json.loads(given["STAGES"]),
        state=State(given["STATE"]),
        step=given["STEP"],
        created_at=given["CREATED_AT"],
        changed_at=given["CHANGED_AT"],
        expires_at=given["EXPIRES_AT"],
        instant=given["INSTANT"],
        revision=given["REVISION"],
        bundle=given["BUNDLE"],
        commit=given["COMMIT_ID"],
        left_out=tuple(json.loads(given["LEFT_OUT"] or "[]")),
        sessions=tuple(json.loads(given["SESSIONS"] or "[]")),
        error=given["ERROR"] or "",
        asked_at=given["ASKED_AT"],
    )


def add(environment: Environment, token: str, row: Registered, ttl_seconds: int | None) -> str:
    """Register an environment that is about to be made; no row is added where its name is there.

    It adds none either when the environment's lease is not held by `token`.
    """
    table = registry_table(environment.state_database)
    values = {_column(name): _value(name, getattr(row, name)) for name in _GIVEN}
    values |= dict.fromkeys(("CREATED_AT", "CHANGED_AT"), "SYSDATE()")
    values["EXPIRES_AT"] = (
        f"DATEADD(second, {int(ttl_seconds)}, SYSDATE())" if ttl_seconds else "NULL"
    )
    return (
        f"INSERT INTO {table} ({', '.join(values)}) SELECT {', '.join(values.values())} "  # noqa: S608
        f"{held_by(environment, token)} AND NOT EXISTS "
        f"(SELECT 1 FROM {table} WHERE NAME = {literal(row.name)})"
    )


def change(environment: Environment, token: str, **values: Any) -> str:
    """Set columns of an environment's row, while its lease is held by `token`.

    Takes the fields of Registered by name; a mapping or tuple is written as JSON, None as NULL.
    """
    given = {_column(name): _value(name, value) for name, value in values.items()}
    sets = ", ".join(f"{column} = {value}" for column, value in given.items())
    return (
        f"UPDATE {registry_table(environment.state_database)} SET {sets}, CHANGED_AT = SYSDATE() "  # noqa: S608
        f"WHERE NAME = {literal(environment.name)} AND EXISTS "
        f"(SELECT 1 {held_by(environment, token)})"
    )


def extend(state_database: str, row: Registered, seconds: int) -> str:
    """Put an environment's end to `seconds` from now, unless it is being dropped."""
    return (
        f"UPDATE {registry_table(state_database)} SET "  # noqa: S608
        f"EXPIRES_AT = DATEADD(second, {int(seconds)}, SYSDATE()), CHANGED_AT = SYSDATE() "
        f"WHERE NAME = {literal(row.name)} AND CLONE_ID = {literal(row.clone_id)} "
        f"AND STATE <> {literal(State.DROPPING.value)}"
    )


def begin_drop(state_database: str, row: Registered) -> str:
    """Note that an environment is being dropped: nobody uses it from here on.

    It is told by its clone's id, since a clone that stopped early has no lease to hold.
    """
    return (
        f"UPDATE {registry_table(state_database)} SET STATE = {literal(State.DROPPING.value)}, "  # noqa: S608
        f"STEP = 'dropping its databases', CHANGED_AT = SYSDATE() "
        f"WHERE NAME = {literal(row.name)} AND CLONE_ID = {literal(row.clone_id)}"
    )


def forget(state_database: str, row: Registered) -> str:
    """Remove an environment's row, the last step of dropping it.

    Its lease may be gone with its state schema by then, so it is told by its clone's id.
    """
    return (
        f"DELETE FROM {registry_table(state_database)} "  # noqa: S608
        f"WHERE NAME = {literal(row.name)} AND CLONE_ID = {literal(row.clone_id)}"
    )


def _column(name: str) -> str:
    column = {"commit": "COMMIT_ID"}.get(name, name.upper())
    assert column in _COLUMNS, column
    return column


def _value(name: str, value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, State):
        return literal(value.value)
    if isinstance(value, datetime):
        return f"{literal(value.isoformat(sep=' '))}::TIMESTAMP_NTZ"
    if isinstance(value, str):
        return literal(value[:_LONGEST_ERROR] if name == "error" else value)
    return _json(value)


def _json(value: Any) -> str:
    return literal(json.dumps(dict(value) if isinstance(value, Mapping) else list(value)))
