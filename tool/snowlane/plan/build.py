"""Makes the plan: facts in, stages of exact statements out, in their order."""

from collections.abc import Callable, Mapping, Sequence

from snowlane.config.environment import Environment
from snowlane.objects.source import Identity, SqlObject
from snowlane.plan.activity import to_suspend_and_resume
from snowlane.plan.due import Due
from snowlane.plan.facts import Activity, Applied, Revision
from snowlane.plan.following import following_objects, following_revisions
from snowlane.plan.mapper import Mapper
from snowlane.plan.model import Plan, Stage, StageKind
from snowlane.plan.placement import Footprint, footprint, placed
from snowlane.plan.removal import Removal
from snowlane.plan.stages import (
    accepted_stages,
    activity_stages,
    drop_stage,
    forget_stages,
    go_on,
    object_stage,
    remembering,
    revision_stage,
)


def build_plan(
    environment: Environment,
    *,
    revisions: Sequence[Revision],
    due: Sequence[Due] | None,
    applied: Applied,
    activity: Activity,
    target: str | None,
    bundle: str,
    removals: Sequence[Removal] = (),
    forgotten: Sequence[Identity] = (),
    sources: Mapping[str, str] | None = None,
    accepted: Sequence[str] = (),
    accepts_what_ran: bool = False,
) -> Plan:
    """Plan the revisions, in the order given, the objects that are due and those that go.

    `due` is None when the plan leaves objects alone, because it does not end at the head they were
    written for; `forgotten` are those that downgrades break. `sources` holds the hash of each
    revision's source, and `accepted` names the applied ones whose edited source is recorded as it
    is now. A revision that a deployment left half applied goes on after its last statement that ran,
    with `accepts_what_ran` also when its file says another one now.
    Raises RefusedError when a statement names a database outside the map or is ambiguous, naming
    file and line; when what ran of a half-applied revision is not what its file says; when it is
    not the next one; and when an object of phase `before` has no place.
    """
    warnings: list[str] = []
    mapper = Mapper(environment, warnings)
    sources = sources or {}
    stages = [
        revision_stage(revision, environment, mapper, sources.get(revision.id))
        for revision in revisions
    ]
    if (half := applied.unfinished.half_applied(applied.version)) is not None:
        go_on(stages, half, environment, accepts=accepts_what_ran)
    if due is None:
        if revisions:
            warnings.append(
                "objects are left as they are: they are applied when a plan ends at the head"
            )
    else:
        footprints = [footprint(revision, environment.name_map) for revision in revisions]
        after, behind = following_revisions(due, footprints), following_objects(due)
        stages = [
            remembering(stage, environment, after.get(at, ())) for at, stage in enumerate(stages)
        ]

        def staged(each: Due) -> Stage:
            stage = object_stage(each, environment, applied, activity, mapper)
            return remembering(stage, environment, behind.get(each.object.identity.path, ()))

        stages = _with_objects(stages, footprints, due, staged)
        stages = _with_drops(stages, footprints, due, removals, environment, mapper)
    suspend, resume = to_suspend_and_resume(
        [each.object for each in due or ()],
        [each.identity for each in removals],
        activity,
        environment.databases,
    )
    stages = [
        *accepted_stages(environment, {each: sources[each] for each in accepted}),
        *activity_stages(StageKind.SUSPEND, "what runs by itself", suspend),
        *forget_stages(environment, forgotten),
        *stages,
        *activity_stages(StageKind.RESUME, "what ran or was paused before", resume),
    ]
    mapper.refuse_problems()
    return Plan(
        environment=environment.name,
        current=applied.version,
        target=target,
        bundle=bundle,
        stages=tuple(stages),
        warnings=tuple(warnings),
        is_protected=environment.protected,
        missing_tombstones=tuple(each.tombstone for each in removals if not each.is_meant),
    )


def _with_objects(
    revisions: list[Stage],
    footprints: Sequence[Footprint],
    due: Sequence[Due],
    staged: Callable[[Due], Stage],
) -> list[Stage]:
    """The stages of the revisions with those of the objects before, between and after them."""
    by_file = {each.object.file: each for each in due}
    objects: list[SqlObject] = [each.object for each in due]
    early = placed(objects, footprints)
    stages: list[Stage] = []
    for count in range(len(revisions) + 1):
        stages += revisions[count - 1 : count] if count else []
        stages += [staged(by_file[each.file]) for position, each in early if position == count]
    first = {each.file for _, each in early}
    late = [each for each in due if each.object.file not in first]
    return stages + [staged(each) for each in late]


def _with_drops(
    stages: list[Stage],
    footprints: Sequence[Footprint],
    due: Sequence[Due],
    removals: Sequence[Removal],
    environment: Environment,
    mapper: Mapper,
) -> list[Stage]:
    """Drops come last, for others may still name what goes; before that which takes their name."""
    made = {each.revision.id: each.made for each in footprints}
    made |= {str(each.object.identity): frozenset({each.object.identity.path}) for each in due}
    result = list(stages)
    for removal in removals:
        stage = drop_stage(removal, environment, mapper)
        identity = removal.identity
        taken = [
            at
            for at, other in enumerate(result)
            if not identity.arguments and identity.path in made.get(other.name, ())
        ]
        result.insert(taken[0] if taken else len(result), stage)
    return result
