"""The stages of a plan, one by one: what each sends, and what it writes down at its end."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from snowlane.config.environment import Environment
from snowlane.errors import RanOtherwiseError, RefusedError
from snowlane.objects.altering import ALTERED_KINDS, alteration
from snowlane.objects.kinds import KINDS
from snowlane.objects.source import Identity, SqlObject
from snowlane.plan import records
from snowlane.plan.activity import is_paused, made_paused, physical_name
from snowlane.plan.due import Due
from snowlane.plan.facts import Activity, Applied, Revision
from snowlane.plan.mapper import Mapper
from snowlane.plan.model import Stage, StageKind, Statement
from snowlane.plan.removal import Removal
from snowlane.plan.unfinished import HalfApplied
from snowlane.sql.tokens import tokenize

# CREATE OR REPLACE SECURE MATERIALIZED
_MOST_WORDS = 5


def statements_of(texts: Iterable[str]) -> tuple[Statement, ...]:
    """Texts as numbered statements."""
    return tuple(Statement(index, text) for index, text in enumerate(texts, start=1))


def go_on(
    stages: list[Stage], half: HalfApplied, environment: Environment, *, accepts: bool = False
) -> None:
    """Have the first stage begin where the half-applied revision stopped.

    With `accepts` what its file says now stands for what ran. Raises RefusedError when the plan does
    not go on with it, and RanOtherwiseError when what ran is not what its file says.
    """
    stage = stages[0] if stages else None
    count = len(half.hashes)
    if stage is None or (stage.kind.value, stage.name) != (half.stage, half.name):
        way = "migrate" if half.stage == StageKind.UPGRADE.value else "migrate --to"
        raise RefusedError(
            f"{half} is half applied in {environment.name}, and this plan does not go on with it",
            why=f"{count} statement(s) of it took effect and cannot be rolled back",
            next=f"finish the {half} first, from a checkout that has it: `snowlane {way} …`",
        )
    now = [each.hash for each in stage.statements[:count]]
    if now != list(half.hashes) and not accepts:
        raise _ran_otherwise(stage, half, environment)
    stages[0] = replace(stage, done=min(count, len(stage.statements)))


def _ran_otherwise(stage: Stage, half: HalfApplied, environment: Environment) -> RanOtherwiseError:
    count = len(half.hashes)
    pairs = zip(stage.statements, half.hashes, strict=False)
    other = next((each for each, ran in pairs if each.hash != ran), None)
    said = (
        f"statement {other.index} of it ran and is another one now: "
        f"{' '.join(other.text.split())[:200]}"
        if other is not None
        else f"{count} statements of it ran and it has {len(stage.statements)} now"
    )
    behind = f"statement{'s' if count > 1 else ''} 1{f' to {count}' if count > 1 else ''}"
    return RanOtherwiseError(
        f"{stage.file}: what ran of {stage.name} in {environment.name} was changed since",
        why=f"{said}\n{count} statement(s) of it took effect there and cannot be "
        "rolled back, so only what comes after them may change",
        next=f"restore {behind} as they ran, which `snowlane resolve {environment.name}` shows, and "
        "write the correction behind them;\n"
        "where those that are there now come to the same, "
        f"`snowlane migrate {environment.name} --override edited-revision=WHY` goes on behind them",
    )


def revision_stage(
    revision: Revision, environment: Environment, mapper: Mapper, source: str | None
) -> Stage:
    """Run a revision and move the version; `source` is the hash of what an upgrade is written as."""
    texts = [
        mapper.map(f"{revision.file}, statement {index}", text)
        for index, text in enumerate(revision.statements, start=1)
    ]
    return Stage(
        kind=StageKind.DOWNGRADE if revision.is_downgrade else StageKind.UPGRADE,
        name=revision.id,
        title=revision.message,
        file=revision.file,
        statements=statements_of(texts),
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


def object_stage(
    due: Due, environment: Environment, applied: Applied, activity: Activity, mapper: Mapper
) -> Stage:
    """Apply an object and write its text down; a paused pipe is made anew as paused.

    A policy or tag that is there already is altered, where that comes to the same.
    """
    each = due.object
    is_known = each.identity in applied.objects
    altered = _altered(each, applied)
    texts = [mapper.map(each.file, altered or each.text)]
    name = physical_name(each.identity.path, environment.databases)
    if each.identity.kind == "PIPE" and is_paused(name, activity):
        texts = made_paused(name, texts[0])
    return Stage(
        kind=StageKind.OBJECT,
        name=str(each.identity),
        title=due.reason,
        file=each.file,
        statements=statements_of(texts),
        records=(records.object_record(environment.metadata, each, is_known=is_known),),
        logical=_logical([each.text]),
        repeatable=each if altered is None and _is_repeatable(each) else None,
    )


def _is_repeatable(each: SqlObject) -> bool:
    """Whether replacing it once more changes nothing; a materialized view would be filled again."""
    kind = next(kind for kind in KINDS if kind.name == each.identity.kind)
    words = tokenize(each.text)[:_MOST_WORDS]
    return kind.is_repeatable and not any(word.word("MATERIALIZED") for word in words)


def _altered(each: SqlObject, applied: Applied) -> str | None:
    """What makes a policy or tag that is there what its file says, without replacing it."""
    if each.identity.kind not in ALTERED_KINDS or not applied.objects.get(each.identity):
        return None
    known = applied.texts.get(each.identity)
    return alteration(each.identity.kind, known, each.text) if known else None


def remembering(stage: Stage, environment: Environment, following: Sequence[Identity]) -> Stage:
    """A stage that also writes down which unchanged objects are to be applied after it."""
    if not following:
        return stage
    marked = records.forget_objects(environment.metadata, following)
    return replace(stage, records=(marked, *stage.records))


def drop_stage(removal: Removal, environment: Environment, mapper: Mapper) -> Stage:
    """Drop an object that has no file any more, and forget that it was applied."""
    tombstone = removal.tombstone
    return Stage(
        kind=StageKind.DROP,
        name=str(tombstone.identity),
        title="dropped by its tombstone" if removal.is_meant else "its file is gone",
        file=tombstone.file if removal.is_meant else "",
        statements=statements_of([mapper.map(tombstone.file, tombstone.text)]),
        records=(records.forget_object(environment.metadata, tombstone.identity),),
        logical=_logical([tombstone.text]),
    )


def _logical(texts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def forget_stages(environment: Environment, identities: Sequence[Identity]) -> list[Stage]:
    """Before a downgrade: what it drops or breaks must be applied again at the head."""
    if not identities:
        return []
    return [
        Stage(
            kind=StageKind.OBJECT,
            name=f"{len(identities)} applied",
            title="to be applied again at the head",
            file="",
            statements=(),
            records=(records.forget_objects(environment.metadata, identities),),
        )
    ]


def accepted_stages(environment: Environment, accepted: Mapping[str, str]) -> list[Stage]:
    """Record the sources of edited revisions as they are now; nothing where there are none."""
    if not accepted:
        return []
    written = (records.source_records(environment.metadata, accepted),)
    return [Stage(StageKind.ACCEPT, ", ".join(accepted), "edited after it ran", "", (), written)]


def activity_stages(kind: StageKind, title: str, texts: Sequence[str]) -> list[Stage]:
    """Suspend or resume by these statements; nothing where there are none."""
    return [Stage(kind, kind.value, title, "", statements_of(texts))] if texts else []
