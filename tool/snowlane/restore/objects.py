"""What a rollback does to views, procedures, tasks, streams and their like.

Pure. An object whose definition is what it was stays as it is, so that its grants, its history and
a stream's place in its table survive.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from snowlane.objects.altering import ALTERED_KINDS, alteration
from snowlane.objects.copy_grants import WITH_COPY_GRANTS
from snowlane.plan.model import Stage, StageKind, Statement
from snowlane.restore.contents import followers, full_path
from snowlane.restore.facts import Present
from snowlane.restore.point import Content, KeptObject
from snowlane.restore.tables import NEW_TABLE, Fate, schemas_to_drop
from snowlane.restore.texts import (
    ONLY_WHERE_MISSING,
    hand_over,
    in_order,
    ready,
    regrants,
)
from snowlane.restore.touched import ORDER, Path
from snowlane.sql.names import literal, qualified


@dataclass(frozen=True)
class LostRows:
    """A stream that begins anew though rows waited in it; `when` says whether now or then."""

    stream: str
    table: str
    when: str


@dataclass(frozen=True)
class Changes:
    """The stages that apply old definitions, the drops of what was made since, what that costs.

    `applied` are the full names of all objects that are applied again, by kind.
    """

    stages: tuple[Stage, ...] = ()
    drops: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    lost: tuple[LostRows, ...] = ()
    warnings: tuple[str, ...] = ()
    applied: Mapping[str, frozenset[str]] = field(default_factory=dict)


def changes(content: Content, present: Present, fates: Iterable[Fate], role: str) -> Changes:
    """Compare the definitions of then and now."""
    replaced = {each.path for each in fates if each.action in NEW_TABLE}
    there = {(each.kind, each.full_name): each for each in present.account.objects}
    kept = [each for each in content.objects if each.kind != "SCHEMA"]
    again = {each for each in kept if _differs(each, there.keys(), present)}
    cut_off = followers({each.full_name for each in again if each.kind == "TASK"}, content.tasks)
    again |= {each for each in kept if each.kind == "TASK" and each.full_name in cut_off}
    streams = _streams(content, present, replaced, there)
    again |= streams
    texts = {
        each: present.was.get((each.kind, each.full_name))
        or present.now.get((each.kind, each.full_name), "")
        for each in again
    }
    warnings = [
        f"{each.kind.lower()} {each.full_name}: its definition at the restore point is not known"
        for each in sorted(again, key=lambda each: each.full_name)
        if not texts[each]
    ]
    known = {each: text for each, text in texts.items() if text}
    order = in_order(known, lambda each: _predecessors(each, content))
    stages = [
        _altered(each, altering)
        if (altering := _alteration(each, there.keys(), present))
        else _stage(each, known[each], (each.kind, each.full_name) in there, role)
        for each in order
    ]
    drops = _made_since(content, present)
    applied: dict[str, frozenset[str]] = {
        kind: frozenset(each.full_name for each in known if each.kind == kind) for kind in ORDER
    }
    return Changes(
        stages=tuple(stages),
        drops=tuple(f"DROP {each.kind} {each.full_name}" for each in drops),
        dropped=tuple(f"{each.kind.lower()} {each.full_name}" for each in drops),
        lost=_lost(content, present, {each.path for each in streams}),
        warnings=tuple(warnings),
        applied=applied,
    )


def _differs(each: KeptObject, there: Iterable[tuple[str, str]], present: Present) -> bool:
    key = (each.kind, each.full_name)
    if key not in there:
        return True
    if each.kind in ONLY_WHERE_MISSING:
        return _alteration(each, there, present) is not None
    return present.was.get(key, present.now.get(key)) != present.now.get(key)


def _alteration(each: KeptObject, there: Iterable[tuple[str, str]], present: Present) -> str | None:
    """What makes a policy or tag that is there what it was, since it cannot be replaced."""
    key = (each.kind, each.full_name)
    was, now = present.was.get(key), present.now.get(key)
    if each.kind not in ALTERED_KINDS or key not in there or not was or not now:
        return None
    return alteration(each.kind, ready(now, each.kind), ready(was, each.kind))


def _altered(each: KeptObject, text: str) -> Stage:
    name = f"{each.kind.lower()} {each.full_name}"
    return Stage(StageKind.RESTORE, name, "as it was", "", (Statement(1, text),))


def _streams(
    content: Content,
    present: Present,
    replaced: set[Path],
    there: Mapping[tuple[str, str], KeptObject],
) -> set[KeptObject]:
    """Streams that are stale, or will be, because their table is another one now."""
    kept = {each.path: each for each in content.objects if each.kind == "STREAM"}
    was_on = {each.path: each.table for each in content.streams}
    stale = {each.path for each in present.account.streams if each.is_stale}
    found = {
        each
        for path, each in kept.items()
        if path in was_on and (path in stale or was_on[path] in replaced)
    }
    # A stream made since by another hand reads a replaced table too: it is kept alive as it is.
    others = {
        each.path
        for each in present.account.streams
        if each.table in replaced and each.path not in kept
    }
    written = {each.path for each in content.written if each.kind == "STREAM"}
    found |= {
        each for each in there.values() if each.kind == "STREAM" and each.path in others - written
    }
    return found


def _lost(content: Content, present: Present, anew: set[Path]) -> tuple[LostRows, ...]:
    then = {each.path: each for each in content.streams}
    found = []
    for stream in present.account.streams:
        if stream.path in anew and stream.has_data and stream.table:
            found.append(LostRows(qualified(*stream.path), qualified(*stream.table), "now"))
    named = {each.stream for each in found}
    for path in sorted(anew):
        known = then.get(path)
        if known and known.had_data and qualified(*path) not in named:
            found.append(
                LostRows(qualified(*path), qualified(*known.table), "at the restore point")
            )
    return tuple(found)


def _predecessors(each: KeptObject, content: Content) -> tuple[Path, ...]:
    state = content.tasks.get(each.full_name) if each.kind == "TASK" else None
    return tuple(full_path(name) for name in state.predecessors) if state else ()


def _made_since(content: Content, present: Present) -> list[KeptObject]:
    """What the deployments made: dependents go first, and what goes with its schema is left out."""
    was = {(each.kind, each.full_name) for each in content.objects}
    schemas = set(schemas_to_drop(content, present))
    written = set(content.written)
    found = [
        each
        for each in present.account.objects
        if each.target in written
        and each.kind != "SCHEMA"
        and (each.kind, each.full_name) not in was
        and each.path[:2] not in schemas
    ]
    return sorted(found, key=lambda each: (-ORDER.index(each.kind), each.full_name))


def _stage(each: KeptObject, text: str, is_there: bool, role: str) -> Stage:
    name = each.full_name
    texts = [ready(text, each.kind)]
    if each.comment:
        texts.append(f"COMMENT ON {each.kind} {name} IS {literal(each.comment)}")
    if each.kind == "PIPE":
        # A new pipe runs at once; what ran at the point is set going at the end.
        texts.append(f"ALTER PIPE {name} SET PIPE_EXECUTION_PAUSED = TRUE")
    if is_there and each.kind in WITH_COPY_GRANTS:
        texts += hand_over(each.kind, name, each.owner, role)
    else:
        texts += regrants(each.kind, name, each.grants, each.owner, role)
    return Stage(
        StageKind.RESTORE,
        f"{each.kind.lower()} {name}",
        "begins anew" if each.kind == "STREAM" else "as it was" if is_there else "brought back",
        "",
        tuple(Statement(index, text) for index, text in enumerate(texts, start=1)),
    )
