"""Makes the plan: facts in, stages of exact statements out. Names are mapped here, nowhere else."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from snowlane.config.environment import Environment
from snowlane.errors import RefusedError
from snowlane.objects.order import in_dependency_order
from snowlane.objects.source import Phase, SqlObject
from snowlane.plan import records
from snowlane.plan.activity import to_suspend_and_resume
from snowlane.plan.facts import Activity, Applied, Revision
from snowlane.plan.model import Plan, Stage, StageKind, Statement
from snowlane.plan.unfinished import HalfApplied
from snowlane.sql.mapping import Doubt, map_names
from snowlane.sql.tokens import UnreadableSqlError


def changed_objects(objects: Iterable[SqlObject], applied: Applied) -> tuple[SqlObject, ...]:
    """The objects whose text differs from what was applied, in dependency order.

    A task whose predecessor is replaced is among them: replacing is dropping, which cuts its
    children off (docs.snowflake.com/en/sql-reference/sql/drop-task).
    """
    changed: list[SqlObject] = []
    replaced_tasks: set[tuple[str, ...]] = set()
    for candidate in in_dependency_order(objects):
        is_task = candidate.identity.kind == "TASK"
        is_same = applied.objects.get(candidate.identity) == candidate.hash
        if is_same and not (is_task and candidate.references & replaced_tasks):
            continue
        changed.append(candidate)
        if is_task:
            replaced_tasks.add(candidate.identity.path)
    return tuple(changed)


def build_plan(
    environment: Environment,
    *,
    revisions: Sequence[Revision],
    objects: Sequence[SqlObject] | None,
    applied: Applied,
    activity: Activity,
    target: str | None,
    bundle: str,
    sources: Mapping[str, str] | None = None,
    accepted: Sequence[str] = (),
) -> Plan:
    """Plan the revisions, in the order given, and then the changed objects.

    `objects` is None when the plan leaves objects alone, because it does not end at the head they
    were written for. `sources` holds the hash of each revision's source, and `accepted` names the
    applied ones whose edited source is recorded as it is now. A revision that a
    deployment left half applied goes on after its last statement that ran. Raises RefusedError when
    a statement names a database outside the map or is ambiguous, naming file and line; when what
    ran of a half-applied revision is not what its file says; and when it is not the next one.
    """
    warnings: list[str] = []
    mapper = Mapper(environment, warnings)
    sources = sources or {}
    stages = [
        _revision_stage(revision, environment, mapper, sources.get(revision.id))
        for revision in revisions
    ]
    if (half := applied.unfinished.half_applied(applied.version)) is not None:
        _go_on(stages, half, environment)
    if any(revision.is_downgrade for revision in revisions) and applied.objects:
        stages.insert(0, _forget_stage(environment))
    changed: tuple[SqlObject, ...] = ()
    if objects is None:
        if revisions:
            warnings.append(
                "objects are left as they are: they are applied when a plan ends at the head"
            )
    else:
        changed = changed_objects(objects, applied)
        before = [candidate for candidate in changed if candidate.phase is Phase.BEFORE]
        after = [candidate for candidate in changed if candidate.phase is Phase.AFTER]
        first = [_object_stage(candidate, environment, applied, mapper) for candidate in before]
        last = [_object_stage(candidate, environment, applied, mapper) for candidate in after]
        stages = [*first, *stages, *last]
        warnings += _removed(objects, applied)
    suspend, resume = to_suspend_and_resume(changed, activity, environment.databases)
    stages = [
        *_accepted_stage(environment, {each: sources[each] for each in accepted}),
        *_activity_stage(StageKind.SUSPEND, "running task graphs", suspend),
        *stages,
        *_activity_stage(StageKind.RESUME, "what ran or was paused before", resume),
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
    )


class Mapper:
    """Maps statements and collects what is wrong with them, to be reported all at once."""

    def __init__(self, environment: Environment, warnings: list[str]) -> None:
        self.environment = environment
        self.warnings = warnings
        self.problems: list[str] = []

    def map(self, where: str, text: str) -> str:
        """The text with physical names; what is wrong with it is kept for `refuse_problems`."""
        try:
            mapped = map_names(text, self.environment.name_map)
        except UnreadableSqlError as error:
            self.problems.append(f"{where}: {error}")
            return text
        for question in mapped.questions:
            line = f"{where}, line {question.line}: {question.text} {question.doubt.value}"
            (self.warnings if question.doubt is Doubt.IN_TEXT else self.problems).append(line)
        return mapped.text

    def refuse_problems(self) -> None:
        """Raise RefusedError when a text could not be mapped, naming every place."""
        if self.problems:
            logical = ", ".join(sorted(self.environment.databases))
            raise RefusedError(
                f"{len(self.problems)} name(s) cannot be mapped for {self.environment.name}",
                why="\n".join(self.problems),
                next=f"name the logical databases ({logical}) in three parts, and nothing else "
                "by their names",
            )


def _statements(texts: Iterable[str]) -> tuple[Statement, ...]:
    return tuple(Statement(index, text) for index, text in enumerate(texts, start=1))


def _go_on(stages: list[Stage], half: HalfApplied, environment: Environment) -> None:
    """Have the first stage begin where the half-applied revision stopped."""
    stage = stages[0] if stages else None
    if stage is None or (stage.kind.value, stage.name) != (half.stage, half.name):
        way = "migrate" if half.stage == StageKind.UPGRADE.value else "migrate --to"
        raise RefusedError(
            f"{half} is half applied in {environment.name}, and this plan does not go on with it",
            why=f"{len(half.hashes)} statement(s) of it took effect and cannot be rolled back",
            next=f"finish the {half} first, from a checkout that has it: `snowlane {way} …`",
        )
    for index, ran in enumerate(half.hashes):
        if index >= len(stage.statements) or stage.statements[index].hash != ran:
            said = (
                f"statement {index + 1} of it ran and is another one now: "
                f"{' '.join(stage.statements[index].text.split())[:200]}"
                if index < len(stage.statements)
                else f"{len(half.hashes)} statements of it ran and it has {len(stage.statements)} now"
            )
            raise RefusedError(
                f"{stage.file}: what ran of {stage.name} in {environment.name} was changed since",
                why=f"{said}\n{len(half.hashes)} statement(s) of it took effect there and cannot be "
                "rolled back, so only what comes after them may change",
                next=f"restore statements 1 to {len(half.hashes)} as they ran and write the "
                f"correction behind them; `snowlane resolve {environment.name}` shows what ran",
            )
    stages[0] = replace(stage, done=len(half.hashes))


def _revision_stage(
    revision: Revision, environment: Environment, mapper: Mapper, source: str | None
) -> Stage:
    texts = [
        mapper.map(f"{revision.file}, statement {index}", text)
        for index, text in enumerate(revision.statements, start=1)
    ]
    return Stage(
        kind=StageKind.DOWNGRADE if revision.is_downgrade else StageKind.UPGRADE,
        name=revision.id,
        title=revision.message,
        file=revision.file,
        statements=_statements(texts),
        records=_ends(revision, environment),
        leaves=revision.leaves,
        source=None if revision.is_downgrade else source,
        logical=_logical(revision.statements),
    )


def _ends(revision: Revision, environment: Environment) -> tuple[str, ...]:
    """What the end of a revision writes; the version comes last, since it says that it is all."""
    metadata = environment.metadata
    version = records.version_record(metadata, revision.leaves, revision.reaches)
    if revision.is_downgrade:
        return records.forget_source(metadata, revision.id), version
    return (version,)


def _object_stage(
    candidate: SqlObject, environment: Environment, applied: Applied, mapper: Mapper
) -> Stage:
    is_known = candidate.identity in applied.objects
    title = "changed" if is_known else "new"
    if applied.objects.get(candidate.identity) == candidate.hash:
        title = "its predecessor is replaced"
    return Stage(
        kind=StageKind.OBJECT,
        name=str(candidate.identity),
        title=title,
        file=candidate.file,
        statements=_statements([mapper.map(candidate.file, candidate.text)]),
        records=(records.object_record(environment.metadata, candidate, is_known=is_known),),
        logical=_logical([candidate.text]),
    )


def _logical(texts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def _forget_stage(environment: Environment) -> Stage:
    """Before a downgrade: what it drops or breaks must be applied again at the head."""
    return Stage(
        kind=StageKind.OBJECT,
        name="all",
        title="to be applied again at the head",
        file="",
        statements=(),
        records=(records.forget_objects(environment.metadata),),
    )


def _accepted_stage(environment: Environment, accepted: Mapping[str, str]) -> list[Stage]:
    if not accepted:
        return []
    written = (records.source_records(environment.metadata, accepted),)
    return [Stage(StageKind.ACCEPT, ", ".join(accepted), "edited after it ran", "", (), written)]


def _activity_stage(kind: StageKind, title: str, texts: Sequence[str]) -> list[Stage]:
    return [Stage(kind, kind.value, title, "", _statements(texts))] if texts else []


def _removed(objects: Iterable[SqlObject], applied: Applied) -> list[str]:
    present = {candidate.identity for candidate in objects}
    return [
        f"{identity} was applied and has no file any more; it is left in the environment"
        for identity in sorted(applied.objects)
        if identity not in present
    ]
