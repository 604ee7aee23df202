"""Which applied objects a downgrade takes along or breaks, so that the next plan at the head applies them.

What merely stands on a table whose columns change is judged by that plan (`snowlane.plan.due`). Pure.
"""

from collections.abc import Iterable, Sequence

from snowlane.objects.order import in_dependency_order
from snowlane.objects.source import Identity, SqlObject
from snowlane.plan.actions import Path, Verb
from snowlane.plan.facts import Applied
from snowlane.plan.placement import Footprint

_TAKING = (Verb.DROPS, Verb.RENAMES, Verb.REPLACES)
# What holds on to the very table, and not to its name, or keeps the columns it was made with.
_HOLDING = ("VIEW", "DYNAMIC TABLE", "STREAM", "PIPE")


def forgotten(
    downgrades: Sequence[Footprint], objects: Iterable[SqlObject], applied: Applied
) -> tuple[Identity, ...]:
    """The objects that are dropped, with their schemas or by themselves, or lose what they are on."""
    gone: set[Path] = {
        each.path
        for known in downgrades
        for each in known.actions
        if each.verb in _TAKING and each.kind != "COLUMN"
    }

    def is_gone(path: Path) -> bool:
        return path in gone or path[:2] in gone

    broken: set[Path] = set()
    for each in in_dependency_order(objects):
        lost = any(is_gone(path) or path in broken for path in each.references)
        if each.identity.kind in _HOLDING and lost:
            broken.add(each.identity.path)
    return tuple(
        identity
        for identity in sorted(applied.objects)
        if is_gone(identity.path) or (identity.kind in _HOLDING and identity.path in broken)
    )
