"""Rows of the state tables, given as JSON objects, as what they mean.

Columns that a table does not have, or that are null, are missing from the objects.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from snowlane.status.model import (
    Deployment,
    Lock,
    Measured,
    PipelinePaused,
    Points,
    Rehearsed,
)

Row = Mapping[str, Any]


def deployment(row: Row) -> Deployment:
    """A row of DEPLOYMENTS."""
    return Deployment(
        id=str(row["ID"]),
        number=int(row.get("NUMBER", 0)),
        outcome=str(row["OUTCOME"]),
        started=moment(row.get("STARTED_AT")),
        finished=moment(row.get("FINISHED_AT")),
        by=_text(row, "DEPLOYED_BY"),
        bundle=_text(row, "BUNDLE"),
        from_revision=_text(row, "FROM_REVISION") or None,
        to_revision=_text(row, "TO_REVISION") or None,
        statements_run=int(row.get("STATEMENTS_RUN") or 0),
        tool_version=_text(row, "TOOL_VERSION"),
        commit=_text(row, "COMMIT_ID"),
        branch=_text(row, "BRANCH"),
        overrides=json.loads(_text(row, "OVERRIDES") or "{}"),
        address=_text(row, "ADDRESS"),
        note=_text(row, "NOTE"),
        error=_text(row, "ERROR"),
    )


def lock(row: Row, now: datetime) -> Lock | None:
    """The row of LEASE; None while nobody holds it."""
    if not row.get("TOKEN"):
        return None
    expires = moment(row.get("EXPIRES_AT"))
    return Lock(
        owner=_text(row, "OWNER") or "somebody",
        since=moment(row.get("ACQUIRED_AT")),
        expires=expires,
        is_past=expires is not None and expires <= now,
        address=_text(row, "ADDRESS"),
    )


def measured(row: Row, now: datetime) -> Measured | None:
    """The newest row of DRIFT."""
    at = moment(row.get("MEASURED_AT"))
    if at is None:
        return None
    return Measured(
        at=at,
        age=now - at,
        revision=_text(row, "REVISION") or None,
        findings=int(row["FINDINGS"]),
        not_followed=int(row["NOT_FOLLOWED"]),
    )


def rehearsed(row: Row, now: datetime) -> Rehearsed | None:
    """The newest row of REHEARSALS."""
    at = moment(row.get("REHEARSED_AT"))
    if at is None:
        return None
    return Rehearsed(
        at=at,
        age=now - at,
        revision=_text(row, "REVISION") or None,
        bundle=_text(row, "BUNDLE"),
        is_passed=row.get("OUTCOME") == "passed",
    )


def points(row: Row) -> Points | None:
    """What is told of RESTORE_POINTS; None where there is no such table."""
    if "POINTS" not in row:
        return None
    return Points(int(row["POINTS"]), _text(row, "NEWEST"), moment(row.get("EXPIRES")))


def paused(row: Row) -> PipelinePaused | None:
    """What is told of PARKED; None where nothing is, and where there is no such table."""
    count = int(row.get("PARKED") or 0)
    if not count:
        return None
    return PipelinePaused(count, moment(row.get("SINCE")), _text(row, "PARKED_BY"))


def moment(value: Any) -> datetime | None:
    """A TIMESTAMP_NTZ as the account gave it, as a value or as text; it is UTC and says no zone."""
    if value is None or isinstance(value, datetime):
        return value
    return datetime.fromisoformat(str(value).strip())


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value)
