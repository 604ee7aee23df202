"""Which objects a plan applies, and why: their text is another one, or what they stand on changes.

Rules: docs.snowflake.com/en/sql-reference/sql/create-view (a view keeps the columns it was made
with), sql/create-stream (a stream breaks with its table or view, and with a table below its view),
sql/create-table and sql/drop-task (replacing a task cuts its children off). Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from snowlane.objects.order import in_dependency_order
from snowlane.objects.source import SqlObject
from snowlane.plan.facts import Applied

if TYPE_CHECKING:
    from snowlane.plan.reshaped import Reshaped
    from snowlane.sql.lineage_changes import Path
    from snowlane.sql.lineage_query import Place

NEW = "new"
_WITH_COLUMNS = ("VIEW", "DYNAMIC TABLE")


@dataclass(frozen=True)
class Due:
    """An object that is applied; `reason` is shown beside its name."""

    object: SqlObject
    reason: str


def due_objects(
    objects: Iterable[SqlObject], applied: Applied, reshaped: "Reshaped | None" = None
) -> tuple[Due, ...]:
    """The objects to apply, in dependency order; `reshaped` is what the revisions do to tables.

    Raises RefusedError when objects refer to each other in a circle.
    """
    judging = _Judging(applied, reshaped)
    return tuple(
        Due(each, reason)
        for each in in_dependency_order(objects)
        if (reason := judging.reason(each))
    )


@dataclass
class _Judging:
    """Goes through the objects in dependency order and remembers what each means for the next."""

    applied: Applied
    reshaped: "Reshaped | None"
    replaced_tasks: set["Path"] = field(default_factory=set)
    # Relations with other columns, columns with another type, sources whose streams break.
    other_columns: set["Path"] = field(default_factory=set)
    other_types: set["Place"] = field(default_factory=set)
    broken: dict["Path", str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.reshaped is not None:
            self.other_columns |= self.reshaped.columns
            self.other_types |= self.reshaped.types
            self.broken |= {path: f"{_name(path)} is made anew" for path in self.reshaped.anew}

    def reason(self, each: SqlObject) -> str:
        """Why an object is applied, "" where it is left alone."""
        known = self.applied.objects.get(each.identity)
        kind, path = each.identity.kind, each.identity.path
        reason = NEW if known is None else "changed" if known != each.hash else ""
        reason = reason or self._stands_on(each)
        if kind == "TASK" and reason:
            self.replaced_tasks.add(path)
        if kind in _WITH_COLUMNS:
            self._passes_on(each, reason, is_new=known is None)
        return reason

    def _stands_on(self, each: SqlObject) -> str:
        kind = each.identity.kind
        if kind == "TASK" and each.references & self.replaced_tasks:
            return "its predecessor is replaced"
        if kind == "STREAM":
            return next(
                (self.broken[path] for path in sorted(each.references & self.broken.keys())), ""
            )
        if kind in _WITH_COLUMNS and self.reshaped is not None:
            return self._other_columns(each, self.reshaped)
        return ""

    def _other_columns(self, each: SqlObject, reshaped: "Reshaped") -> str:
        if reshaped.is_materialized(each) and (anew := each.references & reshaped.anew):
            return f"{_name(min(anew))} is made anew"
        if not each.references & (self.other_columns | {place.path for place in self.other_types}):
            return ""
        if other := reshaped.taken_whole(each) & self.other_columns:
            return f"{_name(min(other))} has other columns"
        read = reshaped.read_by(each) & self.other_types
        return f"{min(read)} has another type" if read else ""

    def _passes_on(self, each: SqlObject, reason: str, *, is_new: bool) -> None:
        """What an applied view means for the views and streams on it."""
        path = each.identity.path
        below = sorted(each.references & self.broken.keys())
        if below:
            self.broken[path] = self.broken[below[0]]
        if not reason or is_new:
            return
        self.broken[path] = f"{_name(path)} is replaced"
        self.other_columns.add(path)
        if self.reshaped is not None:
            self.other_types |= self.reshaped.made_of(each, self.other_types)


def _name(path: "Path") -> str:
    return ".".join(path)
