"""Gathers the facts of one environment and has the plan made: files, history and account meet here.

Decides nothing about the plan itself and runs nothing of it.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from snowlane.alembic.history import History
from snowlane.alembic.render import render, rendered_otherwise
from snowlane.config.environment import Environment
from snowlane.errors import RanOtherwiseError, RefusedError
from snowlane.gates.registry import EDITED_REVISION
from snowlane.judging import Seen
from snowlane.objects.source import Identity
from snowlane.plan.activity import as_parked
from snowlane.plan.bundle import revision_hash
from snowlane.plan.facts import Activity, Applied, Revision
from snowlane.plan.model import Plan, StageKind
from snowlane.plan.removal import Removal, removals
from snowlane.repository import Repository
from snowlane.snowflake.session import Session
from snowlane.snowflake.state import read_activity

_ADDRESS = re.compile(r"\bSTAGE\b.*\bURL\b", re.IGNORECASE | re.DOTALL)


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
    RefusedError for an applied revision whose source was edited since, or of which a part ran that was
    another one, unless `overrides` pass that; for a stage at another environment's address; and what
    rendering and building raise.
    """
    history = repository.history
    target = history.resolve(to, applied.version)
    sources = _source_hashes(history)
    edited = _edited(history, sources, applied)
    accepts = EDITED_REVISION in (overrides or {})
    if edited and not accepts:
        raise _refuse_edited(edited, environment)
    revisions = render(history, applied.version, target, repository.cache)
    goes_down = any(each.is_downgrade for each in revisions)
    seen = Seen(repository, frozenset(each.file for each in revisions), goes_down)
    has_objects = with_objects and target == history.head
    due = seen.due(applied) if has_objects else None
    gone: tuple[Removal, ...] = ()
    if has_objects:
        gone = removals(repository.objects, repository.tombstones, applied)
    touched = [*(each.object.identity for each in due or ()), *(each.identity for each in gone)]
    activity = Activity()
    if session is not None and (touched or applied.unfinished.to_put_back()):
        activity = read_activity(session, environment, touched, applied)
        activity = as_parked(activity) if parked else activity

    def built() -> Plan:
        # A plan that is remembered needs none of these, and they read SQL.
        from snowlane.plan.build import build_plan
        from snowlane.plan.forgotten import forgotten
        from snowlane.plan.placement import footprint

        lost: tuple[Identity, ...] = ()
        if goes_down:
            footprints = [footprint(each, environment.name_map) for each in revisions]
            lost = forgotten(footprints, repository.objects, applied)
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
            accepts_what_ran=accepts,
        )
        return seen.assessed(plan, applied) if is_judged else plan

    asked = (environment, revisions, with_objects, is_judged, applied, activity, sorted(edited))
    try:
        plan = seen.remembered("plans", (target, accepts, *asked), Plan, built)
    except RanOtherwiseError as error:
        raise _told_whole(error, repository, environment, applied, revisions[0], session) from None
    repository.cache.save()
    _refuse_foreign_addresses(repository, environment, plan)
    return replace(
        plan,
        baseline=_baseline(history, sources, applied, plan),
        head=history.head,
        has_objects=has_objects,
    )


def _refuse_foreign_addresses(repository: Repository, environment: Environment, plan: Plan) -> None:
    texts = [
        (stage.file or stage.name, each.text) for stage in plan.stages for each in stage.pending
    ]
    texts = [each for each in texts if _ADDRESS.search(each[1])]
    if texts:
        # It reads SQL, which most plans need not pay for.
        from snowlane.environments.stage_addresses import refuse_foreign_addresses

        others = repository.project.others(environment.name)
        refuse_foreign_addresses(environment, others, texts)


def _told_whole(
    error: RanOtherwiseError,
    repository: Repository,
    environment: Environment,
    applied: Applied,
    revision: Revision,
    session: Session | None,
) -> RefusedError:
    """The error with the statements that ran, and why they are others now where that can be seen."""
    from snowlane.recalling import recall

    why = [error.why]
    history = repository.history
    script = next(each for each in history.line if each.revision == revision.id)
    if rendered_otherwise(history.root, script, revision, repository.cache) is not None:
        why.append(
            "the revision renders to other statements each time: nothing but their texts, written "
            "down, will be what ran (`snowlane check` says where)"
        )
    if session is not None:
        why.append("what ran:")
        ran = recall(session, environment, applied.unfinished, applied.version)
        why += [f"  {line}" for each in ran for line in each.code.splitlines()]
    return RanOtherwiseError(error.what, why="\n".join(why), next=error.next)


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
    return {script.revision: revision_hash(script.source) for script in history.line}


def _edited(history: History, sources: Mapping[str, str], applied: Applied) -> dict[str, str]:
    """Applied revisions whose source is another one now, and their files."""
    return {
        script.revision: script.file
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
