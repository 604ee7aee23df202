"""Gathers the facts of one environment and has the plan made: files, history and account meet here.

Decides nothing about the plan itself and runs nothing of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from snowlane.alembic.history import History, load_history
from snowlane.alembic.render import render
from snowlane.checking import facts_of
from snowlane.config.environment import Environment
from snowlane.config.project import Project
from snowlane.errors import RefusedError
from snowlane.gates.registry import EDITED_REVISION
from snowlane.lint.engine import lint
from snowlane.lint.facts import ObjectFile
from snowlane.objects.order import check_unique
from snowlane.objects.source import SqlObject, read_object
from snowlane.plan.activity import as_parked
from snowlane.plan.build import build_plan, changed_objects
from snowlane.plan.bundle import bundle_hash, revision_hash
from snowlane.plan.facts import Activity, Applied
from snowlane.plan.model import Plan, StageKind
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
    bundle: str
    sources: Mapping[str, str]


def read_repository(project: Project, environment: Environment) -> Repository:
    """Read revisions and objects.

    Raises RefusedError for a revision or object that cannot be used, naming its file.
    """
    history = load_history(project.root, project.alembic_ini)
    sources = history.sources()
    objects = []
    for path in sorted(project.objects.rglob("*.sql")):
        file = path.relative_to(project.root).as_posix()
        try:
            sources[file] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise RefusedError(
                f"{file} is not a UTF-8 text file", why=str(error), next="save it as UTF-8"
            ) from None
        objects.append(read_object(file, sources[file], environment.name_map))
    check_unique(objects)
    return Repository(project, history, tuple(objects), bundle_hash(sources), sources)


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
) -> Plan:
    """The plan from what is applied to a target revision, and then of the changed objects.

    Without a session nothing is known of running tasks and paused pipes; with `parked` the plan is made
    for a pipeline that somebody parks before and puts back afterwards. Objects are applied only
    at the head, for which they were written. Raises RefusedError for an applied revision whose
    source was edited since, unless `overrides` pass that, and what rendering and building raise.
    """
    history = repository.history
    target = history.resolve(to, applied.version)
    sources = _source_hashes(history)
    edited = _edited(history, sources, applied)
    if edited and EDITED_REVISION not in (overrides or {}):
        raise _refuse_edited(edited, environment)
    at_head = target == history.head
    objects = repository.objects if with_objects and at_head else None
    activity = Activity()
    changed = changed_objects(objects, applied) if objects is not None else ()
    if session is not None and (changed or applied.unfinished.to_put_back()):
        activity = read_activity(session, environment, changed, applied)
        activity = as_parked(activity) if parked else activity
    plan = build_plan(
        environment,
        revisions=render(history, applied.version, target),
        objects=objects,
        applied=applied,
        activity=activity,
        target=target,
        bundle=repository.bundle,
        sources=sources,
        accepted=tuple(edited),
    )
    return replace(
        plan,
        baseline=_baseline(history, sources, applied, plan),
        head=history.head,
        has_objects=objects is not None,
    )


def assessed(repository: Repository, plan: Plan) -> Plan:
    """The plan with what the lints say of the files of its stages; nothing else is linted."""
    files = {stage.file for stage in plan.stages if stage.file}
    if not files:
        return plan
    objects = tuple(
        ObjectFile(each.file, repository.sources[each.file], each) for each in repository.objects
    )
    goes_down = any(stage.kind is StageKind.DOWNGRADE for stage in plan.stages)
    facts = facts_of(repository.project, repository.history, objects, files, goes_down=goes_down)
    found = lint(facts)
    stages = (
        replace(stage, findings=tuple(each for each in found if each.file == stage.file))
        for stage in plan.stages
    )
    return replace(plan, stages=tuple(stages))


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
