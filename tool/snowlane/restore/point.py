"""A restore point as data, as the JSON text it is recorded by, and the names of what it holds.

Knows no statement and no account.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from snowlane.plan.facts import TaskState
from snowlane.restore.touched import Path, Target
from snowlane.sql.names import MAX_LENGTH, qualified

SCHEMA_PREFIX = "SNOWLANE_RESTORE_"
TEXTS_TABLE = "OBJECT_TEXTS"
_ID = re.compile(r"\d{8}_\d{6}_[0-9A-F]{4}")


def is_id(text: str) -> bool:
    """Whether a text has the form of a restore point's id: 20261123_141500_1F2E."""
    return _ID.fullmatch(text) is not None


def new_id(taken_at: datetime, letters: str) -> str:
    """The id of a point by its time and four hexadecimal digits that make it unique."""
    return f"{taken_at:%Y%m%d_%H%M%S}_{letters.upper()}"


def schema_of(point: str) -> str:
    """The schema that holds a point's clones, of the same name in each database."""
    return f"{SCHEMA_PREFIX}{point}"


def is_restore_schema(name: str) -> bool:
    """Whether a schema belongs to a restore point: drift, inventories and clones leave it out."""
    return name.startswith(SCHEMA_PREFIX) and is_id(name.removeprefix(SCHEMA_PREFIX))


def clone_name(number: int, table: str) -> str:
    """The name of the clone of a table: unique by its number, told apart by its name."""
    return f"T{number:04}_{table}"[:MAX_LENGTH]


@dataclass(frozen=True)
class Grant:
    """One privilege on an object; `grantee_kind` is ROLE or DATABASE ROLE."""

    privilege: str
    grantee_kind: str
    grantee: str
    with_option: bool = False


@dataclass(frozen=True)
class KeptTable:
    """A table and the clone that keeps it; `created` tells whether it is still the same table."""

    path: Path
    clone: Path
    created: str
    owner: str
    is_transient: bool = False


@dataclass(frozen=True)
class KeptObject:
    """An object that was there; `arguments` is `(VARCHAR)` for procedures and functions."""

    kind: str
    path: Path
    arguments: str = ""
    owner: str = ""
    comment: str = ""
    grants: tuple[Grant, ...] = ()

    @property
    def full_name(self) -> str:
        """The name as SQL takes it."""
        return qualified(*self.path) + self.arguments

    @property
    def target(self) -> Target:
        """The object without its arguments."""
        return Target(self.kind, self.path)


@dataclass(frozen=True)
class StreamState:
    """A stream on a kept table; `had_data` says that rows of it were not consumed yet."""

    path: Path
    table: Path
    had_data: bool = False


@dataclass(frozen=True)
class Content:
    """Everything a restore point knows; full names are as SQL takes them.

    `written` are the objects that the plan makes, changes or drops, whether they were there or
    not; `absent` are the paths that the plan names and at which there was no table. `pipes` and
    `alerts` say of each whether it ran. `left_out` are tables that cannot be cloned.
    `rollback_to` names the point that the deployment goes back to, when that is a rollback.
    `half_applied` names the revision of which a part had run when the point was made: what is kept
    holds that part, and no journal would know of it afterwards.
    """

    databases: tuple[str, ...] = ()
    metadata: tuple[KeptTable, ...] = ()
    tables: tuple[KeptTable, ...] = ()
    absent: tuple[Path, ...] = ()
    written: tuple[Target, ...] = ()
    objects: tuple[KeptObject, ...] = ()
    streams: tuple[StreamState, ...] = ()
    tasks: Mapping[str, TaskState] = field(default_factory=dict)
    pipes: Mapping[str, bool] = field(default_factory=dict)
    alerts: Mapping[str, bool] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    rollback_to: str = ""
    half_applied: str = ""


@dataclass(frozen=True)
class RestorePoint:
    """One recorded point. `content` is None when its making was broken off.

    `revision` is the version of the environment at the point, None the base.
    """

    id: str
    deployment: str | None
    revision: str | None
    bundle: str
    taken_at: datetime
    expires_at: datetime | None
    content: Content | None


def to_json(content: Content) -> str:
    """The content as it is recorded."""
    data = {
        "databases": content.databases,
        "metadata": [_table_data(each) for each in content.metadata],
        "tables": [_table_data(each) for each in content.tables],
        "absent": content.absent,
        "written": [[each.kind, each.path] for each in content.written],
        "objects": [
            {
                "kind": each.kind,
                "path": each.path,
                "arguments": each.arguments,
                "owner": each.owner,
                "comment": each.comment,
                "grants": [
                    [grant.privilege, grant.grantee_kind, grant.grantee, grant.with_option]
                    for grant in each.grants
                ],
            }
            for each in content.objects
        ],
        "streams": [[each.path, each.table, each.had_data] for each in content.streams],
        "tasks": {
            name: [state.is_started, state.predecessors] for name, state in content.tasks.items()
        },
        "pipes": dict(content.pipes),
        "alerts": dict(content.alerts),
        "left_out": content.left_out,
        "rollback_to": content.rollback_to,
        "half_applied": content.half_applied,
    }
    return json.dumps(data, separators=(",", ":"))


def _table_data(table: KeptTable) -> list[Any]:
    return [table.path, table.clone, table.created, table.owner, table.is_transient]


def from_json(text: str) -> Content:
    """The content from its record. Raises ValueError when the record is damaged."""
    try:
        return _content(json.loads(text))
    except (KeyError, TypeError, IndexError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from None


def _content(data: dict[str, Any]) -> Content:
    return Content(
        databases=tuple(data["databases"]),
        metadata=tuple(_table(each) for each in data["metadata"]),
        tables=tuple(_table(each) for each in data["tables"]),
        absent=tuple(tuple(path) for path in data["absent"]),
        written=tuple(Target(kind, tuple(path)) for kind, path in data["written"]),
        objects=tuple(
            KeptObject(
                each["kind"],
                tuple(each["path"]),
                each["arguments"],
                each["owner"],
                each["comment"],
                tuple(Grant(*grant) for grant in each["grants"]),
            )
            for each in data["objects"]
        ),
        streams=tuple(
            StreamState(tuple(path), tuple(table), had_data)
            for path, table, had_data in data["streams"]
        ),
        tasks={
            name: TaskState(is_started, tuple(predecessors))
            for name, (is_started, predecessors) in data["tasks"].items()
        },
        pipes=dict(data["pipes"]),
        alerts=dict(data["alerts"]),
        left_out=tuple(data["left_out"]),
        rollback_to=str(data["rollback_to"]),
        # Older points do not say.
        half_applied=str(data.get("half_applied", "")),
    )


def _table(data: list[Any]) -> KeptTable:
    path, clone, created, owner, is_transient = data
    return KeptTable(tuple(path), tuple(clone), created, owner, is_transient)
