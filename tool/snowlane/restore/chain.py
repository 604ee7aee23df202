"""What a rollback to one point must put back when other deployments came after it.

Pure: points in, one content out.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from snowlane.restore.point import Content, KeptTable, RestorePoint
from snowlane.restore.touched import Path, Target

_T = TypeVar("_T")


def merged(points: Sequence[RestorePoint]) -> Content:
    """The contents of a point and of all later ones, oldest first, as one.

    Of what several points know, the oldest counts: it is nearest to the state that is wanted. What
    only a later point knows was not touched by a deployment before it. Task, pipe and alert states,
    version and applied objects are those of the oldest point.
    """
    contents = [point.content for point in points if point.content is not None]
    first = contents[0]
    tables: list[KeptTable] = []
    absent: list[Path] = []
    known: set[Path] = set()
    for content in contents:
        fresh = [each for each in content.tables if each.path not in known]
        gone = [path for path in content.absent if path not in known]
        tables += fresh
        absent += gone
        known |= {*(each.path for each in fresh), *gone}
    written: set[Target] = set()
    objects = []
    for content in contents:
        # A target may be several objects: procedures of one name with different arguments.
        objects += [each for each in content.objects if each.target not in written]
        written |= {*content.written, *(each.target for each in content.objects)}
    return replace(
        first,
        databases=_union(content.databases for content in contents),
        tables=tuple(tables),
        absent=tuple(absent),
        written=tuple(sorted(written)),
        objects=tuple(objects),
        streams=_first_by(
            lambda each: each.path, (each for content in contents for each in content.streams)
        ),
        left_out=_union(content.left_out for content in contents),
    )


def _union(groups: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for group in groups for each in group))


def _first_by(key: Callable[[_T], Path], items: Iterable[_T]) -> tuple[_T, ...]:
    found: dict[Path, _T] = {}
    for item in items:
        found.setdefault(key(item), item)
    return tuple(found.values())
