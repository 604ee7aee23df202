"""The order in which task graphs are run by hand: one that fills a table before one that reads it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from snowlane.pipeline.model import Path
from snowlane.sql.lineage_objects import RELATIONS, Moved

_NOTHING: frozenset[Path] = frozenset()


@dataclass(frozen=True)
class Footprint:
    """The tables that something reads and writes, views, streams and procedures seen through."""

    reads: frozenset[Path] = _NOTHING
    writes: frozenset[Path] = _NOTHING

    def feeds(self, other: "Footprint") -> bool:
        """Whether the other reads what this one writes."""
        return bool(self.writes & other.reads)


class Flows:
    """What every object of a platform reads, writes and calls, by path."""

    def __init__(self, moved: Iterable[Moved]) -> None:
        self._moved: dict[Path, list[Moved]] = {}
        for each in moved:
            self._moved.setdefault(each.definition.path, []).append(each)

    def footprint(self, paths: Iterable[Path]) -> Footprint:
        """What some objects together read and write."""
        reads, writes = set[Path](), set[Path]()
        waiting, seen = list(paths), set[Path]()
        while waiting:
            path = waiting.pop()
            if path in seen:
                continue
            seen.add(path)
            for each in self._moved.get(path, ()):
                movement = each.movement
                sources = {place.path for flow in movement.flows for place in flow.sources}
                sources |= {place.path for place in movement.reads}
                reads |= sources
                waiting += sources
                waiting += movement.calls
                if each.definition.kind not in RELATIONS:
                    writes |= {flow.target.path for flow in movement.flows}
                    writes |= {place.path for place in movement.writes}
        return Footprint(frozenset(reads), frozenset(writes))


def run_order(footprints: Mapping[str, Footprint]) -> list[str]:
    """The names so that who fills a table comes before who reads it; by name where nothing says.

    Where some feed one another in a circle, the first of them by name goes first.
    """
    left = dict(sorted(footprints.items()))
    ordered: list[str] = []
    while left:
        ready = [name for name in left if not fed_by(name, left)]
        following = ready[0] if ready else next(iter(left))
        ordered.append(following)
        del left[following]
    return ordered


def fed_by(name: str, footprints: Mapping[str, Footprint]) -> list[str]:
    """The others whose tables this one reads."""
    mine = footprints[name]
    return [
        other for other, footprint in footprints.items() if other != name and footprint.feeds(mine)
    ]
