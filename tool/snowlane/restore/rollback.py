"""Makes the plan of a rollback: the facts of then and now in, stages of exact statements out.

Pure. Everything is made or put back before anything is dropped, and what runs by itself stands
still meanwhile.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from snowlane.config.environment import Environment
from snowlane.plan.bundle import bundle_hash
from snowlane.plan.model import Plan, Stage, StageKind, Statement
from snowlane.restore import objects, running, tables
from snowlane.restore.facts import Goal, LoadedFile, Present
from snowlane.restore.objects import LostRows
from snowlane.restore.tables import Action, Fate
from snowlane.restore.texts import regrants
from snowlane.sql.attachments import policies_of
from snowlane.sql.names import qualified, quote


@dataclass(frozen=True)
class Rollback:
    """A rollback's plan, and what whoever confirms it must know before.

    `lost` are streams whose waiting rows nobody will see; `dropped` are objects made since.
    """

    goal: Goal
    plan: Plan
    tables: tuple[Fate, ...]
    dropped: tuple[str, ...]
    files: tuple[LoadedFile, ...]
    lost: tuple[LostRows, ...]

    @property
    def written_since(self) -> tuple[Fate, ...]:
        """The tables whose rows written since the point are lost."""
        return tuple(each for each in self.tables if each.is_written_since)


def plan_rollback(
    environment: Environment, goal: Goal, present: Present, *, current: str | None
) -> Rollback:
    """The way back to a point from what is there now; `current` is the present version."""
    content = goal.content
    fates = tables.fates(content, present, environment.role)
    records = tables.metadata_fates(content, present)
    changes = objects.changes(content, present, fates, environment.role)
    restored = [
        *_schema_stages(goal, present, environment.role),
        *_table_stages(each for each in fates if each.action is not Action.DROPPED),
        *changes.stages,
        *_drop_stage(goal, present, changes.drops, fates),
        *_stage(
            "records", "version and applied objects", [t for f in records for t in f.statements]
        ),
    ]
    states = running.states(content, present.account, changes, anything_else=bool(restored))
    stages = [
        *_stage("", "what runs by itself", states.suspend, StageKind.SUSPEND),
        *restored,
        *_stage("", "what ran at the restore point", states.resume, StageKind.RESUME),
    ]
    plan = Plan(
        environment=environment.name,
        current=current,
        target=goal.point.revision,
        # Before the first deployment there was nothing: that is a bundle too.
        bundle=goal.point.bundle or bundle_hash({}),
        stages=tuple(stages),
        warnings=(*_warnings(goal, present, fates), *changes.warnings, *states.warnings),
        is_protected=environment.protected,
    )
    dropped = [*changes.dropped, *(f"schema {qualified(*each)}" for each in _made(goal, present))]
    return Rollback(goal, plan, tuple(fates), tuple(dropped), present.files, tuple(changes.lost))


def _made(goal: Goal, present: Present) -> list[tuple[str, ...]]:
    return tables.schemas_to_drop(goal.content, present)


def _stage(
    name: str, title: str, texts: Iterable[str], kind: StageKind = StageKind.RESTORE
) -> list[Stage]:
    statements = tuple(Statement(index, text) for index, text in enumerate(texts, start=1))
    return [Stage(kind, name or kind.value, title, "", statements)] if statements else []


def _schema_stages(goal: Goal, present: Present, role: str) -> list[Stage]:
    """Schemas that went, with the grants that they had."""
    content = goal.content
    kept = {each.path: each for each in content.objects if each.kind == "SCHEMA"}
    needed = {
        *kept,
        *(each.path[:2] for each in content.tables),
        *(each.path[:2] for each in content.objects if each.kind != "SCHEMA"),
    }
    texts = []
    for path in sorted(needed - present.account.schemas):
        name = qualified(*path)
        texts.append(f"CREATE SCHEMA IF NOT EXISTS {name}")
        if path in kept:
            texts += regrants("SCHEMA", name, kept[path].grants, kept[path].owner, role)
    return _stage("schemas", "schemas that were dropped", texts)


def _table_stages(fates: Iterable[Fate]) -> list[Stage]:
    return [
        stage
        for fate in fates
        for stage in _stage(f"table {fate.name}", fate.action.value, fate.statements)
    ]


def _drop_stage(
    goal: Goal, present: Present, drops: Iterable[str], fates: Iterable[Fate]
) -> list[Stage]:
    texts = [*drops]
    texts += [t for f in fates if f.action is Action.DROPPED for t in f.statements]
    texts += [f"DROP SCHEMA {qualified(*path)}" for path in _made(goal, present)]
    return _stage("drops", "what was made since", texts)


def _warnings(goal: Goal, present: Present, fates: Iterable[Fate]) -> list[str]:
    found = [f"{each} is not kept by the restore point" for each in goal.content.left_out]
    new = [each.name for each in fates if each.action in tables.NEW_TABLE]
    if new:
        found.append(
            f"{', '.join(new)}: a table that is cloned back has no load history; a COPY or a pipe's "
            "refresh may load files again that are loaded already"
        )
    masked = [each.name for each in fates if each.path in present.governed]
    if masked:
        found.append(
            f"{', '.join(masked)}: a policy may mask values or hide rows from the role, so that its rows "
            "cannot be compared; the table is replaced by its clone, which holds them all"
        )
    for each in fates:
        key = ("TABLE", each.name)
        if each.action is Action.REPLACED and key in present.was:
            since = policies_of(present.now.get(key, "")) - policies_of(present.was[key])
            found += [
                f"{each.name} loses the {policy.kind.lower()} that "
                f"{quote(policy.column) if policy.column else 'it'} was given since: give it again"
                for policy in sorted(since, key=str)
            ]
    return found
