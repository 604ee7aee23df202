"""The order in which objects apply: what is referred to comes first.

Pure; knows objects by identity and references only.
"""

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter

from snowlane.errors import RefusedError
from snowlane.objects.source import Identity, SqlObject, Tombstone


def check_unique(objects: Iterable[SqlObject], tombstones: Iterable[Tombstone] = ()) -> None:
    """Raise RefusedError when two files create, or drop, the same object, or one does each."""
    seen: dict[Identity, SqlObject | Tombstone] = {}
    files: list[SqlObject | Tombstone] = [*objects, *tombstones]
    for candidate in files:
        other = seen.setdefault(candidate.identity, candidate)
        if other is candidate:
            continue
        if isinstance(candidate, SqlObject):
            what, why = "two files create", f"{other.file} and {candidate.file}"
        elif isinstance(other, Tombstone):
            what, why = "two files drop", f"{other.file} and {candidate.file}"
        else:
            what, why = (
                "two files disagree on",
                f"{other.file} creates it, {candidate.file} drops it",
            )
        raise RefusedError(
            f"{what} {candidate.identity}",
            why=why,
            next="remove one of them, or give it another name",
        )


def in_dependency_order(objects: Iterable[SqlObject]) -> tuple[SqlObject, ...]:
    """The objects so that each comes after those it refers to, else by file name.

    Raises RefusedError when objects refer to each other in a circle, naming their files.
    """
    candidates = sorted(objects, key=lambda candidate: candidate.file)
    by_path: dict[tuple[str, ...], list[str]] = {}
    for candidate in candidates:
        by_path.setdefault(candidate.identity.path, []).append(candidate.file)
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for candidate in candidates:
        needed = sorted(file for path in candidate.references for file in by_path.get(path, ()))
        sorter.add(candidate.file, *needed)
    try:
        sorter.prepare()
    except CycleError as error:
        circle = error.args[1]
        raise RefusedError(
            "objects refer to each other in a circle",
            why=" -> ".join(reversed(circle)),
            next="break the circle: move what both need into an object of its own",
        ) from None
    by_file = {candidate.file: candidate for candidate in candidates}
    ordered: list[SqlObject] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        ordered += [by_file[file] for file in ready]
        sorter.done(*ready)
    return tuple(ordered)
