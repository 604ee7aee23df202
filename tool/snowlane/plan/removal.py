"""Which applied objects have no file any more, and the DROP that takes each away.

A DROP is meant only where a tombstone says so: an object file whose statement is the DROP. Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from snowlane.objects.layout import usual_file
from snowlane.objects.source import Identity, SqlObject, Tombstone
from snowlane.plan.facts import Applied

# What reads goes before what is read.
_ORDER = (
    *("ALERT", "TASK", "PIPE", "STREAM", "PROCEDURE", "DYNAMIC TABLE", "VIEW", "FUNCTION"),
    *("ROW ACCESS POLICY", "MASKING POLICY", "TAG"),
)


@dataclass(frozen=True)
class Removal:
    """An object that is to go; `is_meant` when its tombstone is there, else `tombstone` is to be written."""

    tombstone: Tombstone
    is_meant: bool

    @property
    def identity(self) -> Identity:
        """What goes."""
        return self.tombstone.identity


def removals(
    objects: Iterable[SqlObject], tombstones: Iterable[Tombstone], applied: Applied
) -> tuple[Removal, ...]:
    """Everything that was applied and has no file with a definition, in the order it is dropped."""
    objects = tuple(objects)
    present = {each.identity for each in objects}
    taken = {each.file for each in objects}
    tombstones = tuple(tombstones)
    written = {each.identity: each for each in tombstones}
    taken |= {each.file for each in tombstones}
    gone = [identity for identity in applied.objects if identity not in present]
    found = []
    for identity in sorted(gone, key=lambda each: (_rank(each.kind), each)):
        tombstone = written.get(identity) or _proposed(identity, taken)
        taken.add(tombstone.file)
        found.append(Removal(tombstone, identity in written))
    return tuple(found)


def _rank(kind: str) -> int:
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)


def _proposed(identity: Identity, taken: set[str]) -> Tombstone:
    """The tombstone that says of an object that it is to go, in a file that is not there yet."""
    file = usual_file(identity.kind, identity.path, taken)
    return Tombstone(file, identity.as_drop, identity)
