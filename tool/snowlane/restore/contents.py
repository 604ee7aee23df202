"""Decides what a restore point keeps: facts of the account and what a plan touches, content out.

Pure. What is left out is said, never skipped in silence.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from snowlane.plan.facts import TaskState
from snowlane.restore.facts import Account, Relation
from snowlane.restore.point import (
    Content,
    KeptObject,
    KeptTable,
    StreamState,
    clone_name,
    is_restore_schema,
    schema_of,
)
from snowlane.restore.touched import Path, Target, Touched
from snowlane.sql.names import parse_path, qualified

# Their definitions cannot be asked for (docs: functions/get_ddl leaves out stages).
WITHOUT_DEFINITION = frozenset({"STAGE"})
# A schema is made anew by its name; a table is kept by its clone.
_OTHERWISE_KEPT = frozenset({"TABLE", "SCHEMA"})


@dataclass(frozen=True)
class Kept:
    """The content, and the tables without Time Travel: they are cloned as they are."""

    content: Content
    without_past: frozenset[Path]

    @property
    def names(self) -> list[tuple[str, str]]:
        """Kind and full name of all whose definitions are kept."""
        tables = [("TABLE", qualified(*each.path)) for each in self.content.tables]
        objects = [(each.kind, each.full_name) for each in self.content.objects]
        return tables + [each for each in objects if each[0] not in _OTHERWISE_KEPT]


def keep(
    point: str, touched: Touched, account: Account, metadata: Iterable[Path], databases: list[str]
) -> Kept:
    """What the point of this id keeps before a plan that touches this.

    `metadata` are the version table and the applied objects; `databases` the environment's.
    """
    metadata = tuple(metadata)
    paths = _table_paths(touched, account) - set(metadata)
    relations = [account.relations[path] for path in sorted(paths) if path in account.relations]
    standard = [each for each in relations if each.can_be_cloned]
    other = [each for each in relations if not each.can_be_cloned and each.kind != "VIEW"]
    tables = _clones(point, standard, 1)
    kept_paths = {each.path for each in tables}
    streams = [each for each in account.streams if each.table in kept_paths]
    objects = _objects(touched, account, {each.path for each in streams})
    stages = [each for each in account.objects if each.kind in WITHOUT_DEFINITION]
    state_tables = [account.relations[path] for path in metadata]
    clones = _clones(point, state_tables, len(tables) + 1)
    return Kept(
        Content(
            databases=tuple(
                each for each in databases if any(each == t.clone[0] for t in (*tables, *clones))
            ),
            metadata=clones,
            tables=tables,
            absent=tuple(sorted(path for path in paths if path not in account.relations)),
            written=_written(touched, stages),
            objects=objects,
            streams=tuple(
                StreamState(each.path, each.table, each.has_data) for each in streams if each.table
            ),
            tasks=dict(account.tasks),
            pipes=dict(account.pipes),
            alerts=dict(account.alerts),
            left_out=(
                *(f"{each.kind.lower()} {qualified(*each.path)}" for each in other),
                *(f"stage {each.full_name}" for each in stages),
            ),
        ),
        frozenset(each.path for each in standard if each.retention == 0),
    )


def _written(touched: Touched, stages: list[KeptObject]) -> tuple[Target, ...]:
    """Targets that a rollback may drop: no tables, and no stages that were there."""
    there = {each.target for each in stages}
    return tuple(
        sorted(each for each in touched.targets if each.kind != "TABLE" and each not in there)
    )


def _table_paths(touched: Touched, account: Account) -> set[Path]:
    """All paths at which the plan may find or make a table."""
    made = {each.path for each in touched.targets if each.kind == "TABLE"}
    inside = {path for path in account.relations if path[:2] in touched.dropped_schemas}
    return {path for path in (*touched.named, *made, *inside) if not is_restore_schema(path[1])}


def _clones(point: str, relations: list[Relation], first: int) -> tuple[KeptTable, ...]:
    return tuple(
        KeptTable(
            each.path,
            (each.path[0], schema_of(point), clone_name(number, each.path[2])),
            each.created,
            each.owner,
            each.is_transient,
        )
        for number, each in enumerate(relations, first)
    )


def _objects(touched: Touched, account: Account, streams: set[Path]) -> tuple[KeptObject, ...]:
    """What is written, what goes with a dropped schema, streams on kept tables, child tasks.

    Replacing a task cuts off the tasks that follow it, so they are kept with it.
    """
    tasks = {qualified(*each.path) for each in touched.targets if each.kind == "TASK"}
    below = followers(tasks, account.tasks)

    def is_kept(each: KeptObject) -> bool:
        return each.kind not in WITHOUT_DEFINITION and (
            Target(each.kind, each.path) in touched.targets
            or each.path[:2] in touched.dropped_schemas
            or (each.kind == "STREAM" and each.path in streams)
            or (each.kind == "TASK" and each.full_name in below)
        )

    return tuple(each for each in account.objects if is_kept(each))


def followers(names: set[str], tasks: Mapping[str, TaskState]) -> set[str]:
    """The given tasks and all that come after them, by full name."""
    found, grew = set(names), True
    while grew:
        more = {
            name
            for name, state in tasks.items()
            if name not in found and found & set(state.predecessors)
        }
        found |= more
        grew = bool(more)
    return found


def full_path(name: str) -> Path:
    """The stored parts of a full name."""
    return parse_path(name) or (name,)
