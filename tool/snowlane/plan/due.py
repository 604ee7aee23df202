"""Which objects a plan applies, and why: their text is another one, or what they stand on changes.

Rules: docs.snowflake.com/en/sql-reference/sql/create-view (a view keeps the columns it was made
with), sql/create-stream (a stream breaks with its table or view, and with a table below its view),
functions/system_pipe_status (a pipe stops with its table, stage or file format) and sql/drop-task
(replacing a task cuts its children off). Pure.
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
    """An object that is applied; `reason` is shown beside its name.

    `cause` is the table or object for whose sake an unchanged one is applied, None for any other.
    """

    object: SqlObject
    reason: str
    cause: "Path | None" = None


def due_objects(
    objects: Iterable[SqlObject], applied: Applied, reshaped: "Reshaped | None" = None
) -> tuple[Due, ...]:
    """The objects to apply, in dependency order; `reshaped` is what the revisions do to tables.

    Raises RefusedError when objects refer to each other in a circle.
    """
    judging = _Judging(applied, reshaped)
    found = ((each, judging.why(each)) for each in in_dependency_order(objects))
    return tuple(Due(each, *why) for each, why in found if why)


_Why = tuple[str, "Path | None"]


@dataclass
class _Judging:
    """Goes through the objects in dependency order and remembers what each means for the next."""

    applied: Applied
    reshaped: "Reshaped | None"
    replaced_tasks: set["Path"] = field(default_factory=set)
    # Relations with other columns, columns with another type, sources whose streams break.
    other_columns: set["Path"] = field(default_factory=set)
    other_types: set["Place"] = field(default_factory=set)
    broken: dict["Path", _Why] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.reshaped is not None:
            self.other_columns |= self.reshaped.columns
            self.other_types |= self.reshaped.types
            self.broken |= {path: _because(path, "is made anew") for path in self.reshaped.anew}

    def why(self, each: SqlObject) -> _Why | None:
        """Why an object is applied, None where it is left alone."""
        known = self.applied.objects.get(each.identity)
        kind, path = each.identity.kind, each.identity.path
        if known is None:
            why: _Why | None = (NEW, None)
        else:
            why = ("changed", None) if known != each.hash else self._stands_on(each)
        if kind == "TASK" and why:
            self.replaced_tasks.add(path)
        if kind in _WITH_COLUMNS:
            self._passes_on(each, is_replaced=why is not None and known is not None)
        return why

    def _stands_on(self, each: SqlObject) -> _Why | None:
        kind = each.identity.kind
        if kind == "TASK" and (replaced := each.references & self.replaced_tasks):
            return "its predecessor is replaced", min(replaced)
        if kind == "STREAM":
            below = sorted(each.references & self.broken.keys())
            return self.broken[below[0]] if below else None
        if self.reshaped is None:
            return None
        if kind == "PIPE":
            lost = each.references & (self.reshaped.anew | self.reshaped.sources)
            return _because(min(lost), "is made anew") if lost else None
        return self._other_columns(each, self.reshaped) if kind in _WITH_COLUMNS else None

    def _other_columns(self, each: SqlObject, reshaped: "Reshaped") -> _Why | None:
        if reshaped.is_materialized(each) and (anew := each.references & reshaped.anew):
            return _because(min(anew), "is made anew")
        if not each.references & (self.other_columns | {place.path for place in self.other_types}):
            return None
        if other := reshaped.taken_whole(each) & self.other_columns:
            return _because(min(other), "has other columns")
        if read := reshaped.read_by(each) & self.other_types:
            return f"{min(read)} has another type", min(read).path
        return None

    def _passes_on(self, each: SqlObject, *, is_replaced: bool) -> None:
        """What an applied view means for the views and streams on it."""
        path = each.identity.path
        below = sorted(each.references & self.broken.keys())
        if below:
            self.broken[path] = self.broken[below[0]]
        if not is_replaced:
            return
        self.broken[path] = _because(path, "is replaced")
        self.other_columns.add(path)
        if self.reshaped is not None:
            self.other_types |= self.reshaped.made_of(each, self.other_types)


def _because(path: "Path", what: str) -> _Why:
    return f"{'.'.join(path)} {what}", path
