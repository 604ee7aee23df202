"""What a deployment has changed so far: the paths in the statements of revisions that began. Pure."""

from collections.abc import Iterable

from snowlane.pipeline.model import Path
from snowlane.plan.model import Plan, Stage, StageKind
from snowlane.plan.unfinished import Attempt, Event
from snowlane.restore.touched import touched_by

_REVISIONS = (StageKind.UPGRADE, StageKind.DOWNGRADE)


def changed_paths(
    plan: Plan, attempts: Iterable[Attempt], databases: Iterable[str]
) -> frozenset[Path]:
    """All that the statements of revisions name which ran, or of which nobody knows.

    Statements that an earlier deployment ran of a half-applied revision count, too.
    """
    reached: dict[tuple[str, str], int] = {}
    for attempt in attempts:
        entry = attempt.entry
        if attempt.event is not Event.FAILED:
            key = entry.stage, entry.name
            reached[key] = max(reached.get(key, 0), entry.index)
    texts: list[str] = []
    for stage in plan.stages:
        if stage.kind in _REVISIONS:
            last = max(stage.done, reached.get((stage.kind.value, stage.name), 0))
            texts += [each.text for each in stage.statements[:last]]
    return named_paths(texts, databases)


def named_paths(texts: Iterable[str], databases: Iterable[str]) -> frozenset[Path]:
    """All full paths that statements name, make, change or drop."""
    touched = touched_by(texts, databases)
    targets = (target.path for target in touched.targets)
    return frozenset(path for path in (*touched.named, *targets) if len(path) == 3)


def pending_texts(stages: Iterable[Stage]) -> list[str]:
    """The statements of revisions that are still to run."""
    return [
        statement.text
        for stage in stages
        if stage.kind in _REVISIONS
        for statement in stage.pending
    ]
