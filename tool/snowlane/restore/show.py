"""A rollback and the list of restore points for readers: text and plain data.

Adds nothing that they lack.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from snowlane.restore.facts import RowChange
from snowlane.restore.point import RestorePoint
from snowlane.restore.rollback import Rollback
from snowlane.restore.tables import Action, Fate
from snowlane.sql.names import qualified

_FILES_SHOWN = 20


def rollback_data(rollback: Rollback) -> dict[str, Any]:
    """Everything that is lost or changed, as JSON takes it."""
    return {
        "environment": rollback.plan.environment,
        "point": rollback.goal.point.id,
        "from_revision": rollback.plan.current,
        "to_revision": rollback.plan.target,
        "statements": rollback.plan.statement_count,
        "tables": [
            {
                "table": each.name,
                "action": each.action.value,
                "rows_written_since": each.rows if each.change is None else each.change.added,
                "rows_removed_since": None if each.change is None else each.change.missing,
            }
            for each in rollback.tables
        ],
        "objects": [
            stage.name
            for stage in rollback.plan.stages
            if stage.kind.value == "restore" and _is_object(stage.name)
        ],
        "dropped": list(rollback.dropped),
        "files_loaded_since": [
            {
                "table": qualified(*each.table),
                "file": each.file,
                "rows": each.rows,
                "loaded_at": each.loaded_at,
            }
            for each in rollback.files
        ],
        "streams_that_lose_rows": [each.stream for each in rollback.lost],
        "warnings": list(rollback.plan.warnings),
    }


def rollback_text(rollback: Rollback) -> str:
    """What whoever confirms a rollback must read before."""
    plan = rollback.plan
    lines = [
        f"Rollback of {plan.environment} to restore point {rollback.goal.point.id}: "
        f"{plan.current or 'base'} -> {plan.target or 'base'}",
        "",
    ]
    if rollback.written_since:
        lines.append("  Rows written since, which are lost:")
        lines += [f"    {each.name}: {_lost(each)}" for each in rollback.written_since]
    else:
        lines.append("  No rows were written since.")
    lines += _files(rollback)
    done = [each for each in rollback.tables if each.action is not Action.UNCHANGED]
    if done:
        lines.append("  Tables:")
        lines += [f"    {each.name}: {each.action.value}" for each in done]
    objects = [each for each in plan.stages if _is_object(each.name)]
    if objects:
        lines.append("  Definitions:")
        lines += [f"    {each.name}: {each.title}" for each in objects]
    if rollback.dropped:
        lines.append("  Made since, and dropped:")
        lines += [f"    {each}" for each in rollback.dropped]
    lines += [
        f"  Stream {each.stream} begins anew: rows that waited {each.when} are lost."
        for each in rollback.lost
    ]
    lines += ["", f"{plan.statement_count} statements in {len(plan.stages)} stages"]
    lines += [f"Warning: {warning}" for warning in plan.warnings]
    return "\n".join(lines)


def _is_object(stage: str) -> bool:
    return " " in stage and not stage.startswith("table ")


def _lost(fate: Fate) -> str:
    if fate.action is Action.DROPPED:
        return "the table was made since, with " + (
            "rows that cannot be counted" if fate.rows is None else _counted(fate.rows)
        )
    return _changed(fate.change or RowChange(None, None))


def _changed(change: RowChange) -> str:
    if change.added is None or change.missing is None:
        return "the rows cannot be compared; take it that some were written"
    parts = [f"{_counted(change.added)} written or changed"] if change.added else []
    parts += [f"{_counted(change.missing)} of then changed or removed"] if change.missing else []
    return ", ".join(parts)


def _counted(rows: int) -> str:
    return f"{rows} row{'' if rows == 1 else 's'}"


def _files(rollback: Rollback) -> Iterator[str]:
    if not rollback.files:
        return
    yield "  Files loaded since; their rows go, and a COPY skips them unless it is forced:"
    for each in rollback.files[:_FILES_SHOWN]:
        yield f"    {qualified(*each.table)}: {each.file}, {_counted(each.rows)}, {each.loaded_at}"
    if len(rollback.files) > _FILES_SHOWN:
        yield f"    and {len(rollback.files) - _FILES_SHOWN} more (--format json has them all)"


def points_data(listed: Sequence[tuple[RestorePoint, str]]) -> list[dict[str, Any]]:
    """The points and their states, as JSON takes them."""
    return [
        {
            "id": point.id,
            "state": state,
            "taken_at": point.taken_at.isoformat(sep=" "),
            "expires_at": point.expires_at.isoformat(sep=" ") if point.expires_at else None,
            "revision": point.revision,
            "bundle": point.bundle,
            "deployment": point.deployment,
            "rollback_to": (point.content.rollback_to if point.content else "") or None,
            "half_applied": (point.content.half_applied if point.content else "") or None,
            "tables": {
                qualified(*each.path): qualified(*each.clone)
                for each in (point.content.tables if point.content else ())
            },
            "left_out": list(point.content.left_out) if point.content else [],
        }
        for point, state in listed
    ]


def points_text(environment: str, listed: Sequence[tuple[RestorePoint, str]]) -> str:
    """A line a point, newest last."""
    if not listed:
        return f"{environment} has no restore point."
    lines = []
    for point, state in listed:
        tables = len(point.content.tables) if point.content else 0
        expires = f"{point.expires_at:%Y-%m-%d %H:%M}" if point.expires_at else "never"
        before = point.content.rollback_to if point.content else ""
        inside = point.content.half_applied if point.content else ""
        lines.append(
            f"{point.id}  {state:<10}  at {point.revision or 'base'}"
            f"{f' inside {inside}' if inside else ''}, {tables} table(s), "
            f"expires {expires} UTC{f', before the rollback to {before}' if before else ''}"
        )
    return "\n".join(lines)
