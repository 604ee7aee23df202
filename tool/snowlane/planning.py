"""Gathers the facts of one environment and has the plan made: files, history and account meet here.

Decides nothing about the plan itself and runs nothing of it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from snowlane.alembic.history import History, load_history
from snowlane.alembic.render import render
from snowlane.checking import facts_of
from snowlane.config.environment import Environment
from snowlane.config.project import Project
from snowlane.errors import RefusedError
from snowlane.gates.registry import EDITED_REVISION
from snowlane.lint.engine import lint
from snowlane.lint.facts import Facts, ObjectFile
from snowlane.objects.order import check_unique
from snowlane.objects.source import Identity, SqlObject, Tombstone, read_file
from snowlane.plan.activity import as_parked
from snowlane.plan.assess import assessed
from snowlane.plan.build import build_plan
from snowlane.plan.bundle import bundle_hash, revision_hash
from snowlane.plan.due import Due, due_objects
from snowlane.plan.facts import Activity, Applied
from snowlane.plan.forgotten import forgotten
from snowlane.plan.model import Plan, StageKind
from snowlane.plan.placement import footprint
from snowlane.plan.removal import Removal, removals
from snowlane.plan.reshaped import Reshaped, reshaped
from snowlane.snowflake.session import Session
from snowlane.snowflake.state import read_activity


@dataclass(frozen=True)
class Repository:
    """What the checkout holds: the history, the objects, and the bundle that names both.

    `sources` are the texts of their files by path.
    """

    project: Project
    history: History
    objects: tuple[SqlObject, ...]
    tombstones: tuple[Tombstone, ...]
    bundle: str
    sources: Mapping[str, str]

    def facts(self, reported: Collection[str], *, goes_down: bool = False) -> Facts:
        """What lints and lineage look at; `reported` are files that findings are wanted about."""
        objects = [ObjectFile(each.file, self.sources[each.file], each) for each in self.objects]
        objects += [
            ObjectFile(each.file, self.sources[each.file], drops=each.identity)
            for each in self.tombstones
        ]
        objects.sort(key=lambda each: each.file)
        return facts_of(self.project, self.history, tuple(objects), reported, goes_down=goes_down)


def read_repository(project: Project, environment: Environment) -> Repository:
    """Read revisions and objects.

    Raises RefusedError for a revision or object that cannot be used, naming its file.
    """
    history = load_history(project.root, project.alembic_ini)
    sources = history.sources()
    found = []
    for path in sorted(project.objects.rglob("*.sql")):
        file = path.relative_to(project.root).as_posix()
        try:
            sources[file] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise RefusedError(
                f"{file} is not a UTF-8 text file", why=str(error), next="save it as UTF-8"
            ) from None
        found.append(read_file(file, sources[file], environment.name_map))
    objects = tuple(each for each in found if isinstance(each, SqlObject))
    tombstones = tuple(each for each in found if isinstance(each, Tombstone))
    check_unique(objects, tombstones)
    return Repository(project, history, objects, tombstones, bundle_hash(sources), sources)


def plan_deployment(
    repository: Repository,
    environment: Environment,
    applied: Applied,
    *,
    session: Session | None,
    to: str = "head",
    with_objects: bool = True,
    overrides: Mapping[str, str] | None = None,
    parked: bool = False,
    is_judged: bool = False,
) -> Plan:
    """The plan from what is applied to a target revision, and then of the objects that are due.

    Without a session nothing is known of running tasks and paused pipes; with `parked` the plan is made
    for a pipeline that somebody parks before and puts back afterwards. Objects are applied only
    at the head, for which they were written. With `is_judged` each stage has what the lints say of
    its file, what of the data it touches and what is downstream; nothing else is linted. Raises
    RefusedError for an applied revision whose source was edited since, unless `overrides` pass that,
    and what rendering and building raise.
    """
    history = repository.history
    target = history.resolve(to, applied.version)
    sources = _source_hashes(history)
    edited = _edited(history, sources, applied)
    if edited and EDITED_REVISION not in (overrides or {}):
        raise _refuse_edited(edited, environment)
    revisions = render(history, applied.version, target)
    goes_down = any(each.is_downgrade for each in revisions)
    seen = _Seen(repository, frozenset(each.file for each in revisions), goes_down)
    has_objects = with_objects and target == history.head
    due = _due(repository, applied, seen) if has_objects else None
    gone: tuple[Removal, ...] = ()
    if has_objects:
        gone = removals(repository.objects, repository.tombstones, applied)
    lost: tuple[Identity, ...] = ()
    if goes_down:
        footprints = [footprint(each, environment.name_map) for each in revisions]
        lost = forgotten(footprints, repository.objects, applied)
    touched = [*(each.object.identity for each in due or ()), *(each.identity for each in gone)]
    activity = Activity()
    if session is not None and (touched or applied.unfinished.to_put_back()):
        activity = read_activity(session, environment, touched, applied)
        activity = as_parked(activity) if parked else activity
    plan = build_plan(
        environment,
        revisions=revisions,
        due=due,
        removals=gone,
        forgotten=lost,
        applied=applied,
        activity=activity,
        target=target,
        bundle=repository.bundle,
        sources=sources,
        accepted=tuple(edited),
    )
    if is_judged:
        plan = _judged(plan, seen)
    return replace(
        plan,
        baseline=_baseline(history, sources, applied, plan),
        head=history.head,
        has_objects=has_objects,
    )


@dataclass(frozen=True)
class _Seen:
    """What lints and lineage see of a plan, looked at when it is needed and once."""

    repository: Repository
    revisions: frozenset[str]
    goes_down: bool

    @cached_property
    def facts(self) -> Facts:
        return self.repository.facts(self.revisions, goes_down=self.goes_down)

    @cached_property
    def reshaped(self) -> Reshaped:
        return reshaped(self.facts)


def _due(repository: Repository, applied: Applied, seen: _Seen) -> tuple[Due, ...]:
    """The objects whose text is another one, and those that must follow what they stand on."""
    by_text = due_objects(repository.objects, applied)
    if not by_text and (seen.goes_down or not seen.revisions):
        return by_text
    return due_objects(repository.objects, applied, seen.reshaped)


def _judged(plan: Plan, seen: _Seen) -> Plan:
    files = {stage.file for stage in plan.stages if stage.file}
    if not files:
        return plan
    facts = seen.facts.about(files - seen.revisions)
    return assessed(plan, facts, lint(facts), seen.reshaped)


def _baseline(
    history: History, sources: Mapping[str, str], applied: Applied, plan: Plan
) -> tuple[tuple[str, str], ...]:
    """The sources of applied revisions that have none on record: stamped, or left by a crash."""
    leaving = {stage.name for stage in plan.stages if stage.kind is StageKind.DOWNGRADE}
    line = history.line[: history.position(applied.version)]
    return tuple(
        (script.revision, sources[script.revision])
        for script in line
        if script.revision not in applied.revisions and script.revision not in leaving
    )


def _source_hashes(history: History) -> dict[str, str]:
    sources = history.sources()
    return {
        script.revision: revision_hash(sources[history.file(script)]) for script in history.line
    }


def _edited(history: History, sources: Mapping[str, str], applied: Applied) -> dict[str, str]:
    """Applied revisions whose source is another one now, and their files."""
    return {
        script.revision: history.file(script)
        for script in history.line[: history.position(applied.version)]
        if applied.revisions.get(script.revision, sources[script.revision])
        != sources[script.revision]
    }


def _refuse_edited(edited: Mapping[str, str], environment: Environment) -> RefusedError:
    count = len(edited)
    return RefusedError(
        f"{count} revision{'s were' if count > 1 else ' was'} edited after "
        f"{environment.name} applied {'them' if count > 1 else 'it'}",
        why="\n".join(edited.values()),
        next="restore the file and write the change as a new revision; where the edit changes "
        f"nothing, `snowlane migrate {environment.name} --override edited-revision=WHY` accepts it",
    )
