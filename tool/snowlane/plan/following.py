"""Which unchanged objects must follow each stage of a plan, written down with its end.

A deployment that is killed behind a stage is gone on with by one that has no such stage any more and
would see no reason to apply them. Pure.
"""

from collections.abc import Mapping, Sequence

from snowlane.objects.source import Identity
from snowlane.plan.actions import Path
from snowlane.plan.due import Due
from snowlane.plan.placement import Footprint


def following_objects(due: Sequence[Due]) -> Mapping[Path, list[Identity]]:
    """By the path of an object that is applied, the unchanged ones for whose application it is the cause."""
    applied = {each.object.identity.path for each in due}
    found: dict[Path, list[Identity]] = {}
    for each in due:
        if each.cause in applied and each.cause is not None:
            found.setdefault(each.cause, []).append(each.object.identity)
    return found


def following_revisions(
    due: Sequence[Due], footprints: Sequence[Footprint]
) -> Mapping[int, list[Identity]]:
    """By the position of a revision, the unchanged objects that stand on a table it is the last to touch."""
    applied = {each.object.identity.path for each in due}
    found: dict[int, list[Identity]] = {}
    for each in due:
        if each.cause is None or each.cause in applied:
            continue
        touching = [at for at, known in enumerate(footprints) if each.cause in known.touched]
        last = touching[-1] if touching else len(footprints) - 1
        found.setdefault(last, []).append(each.object.identity)
    return found
