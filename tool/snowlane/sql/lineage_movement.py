"""What statements move, as data: values from columns into columns, and what is read besides."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from snowlane.sql.lineage_query import Path, Place, Places

_NOWHERE: Places = frozenset()


@dataclass(frozen=True)
class Flow:
    """The value of `target` is made of `sources`."""

    sources: Places
    target: Place


@dataclass(frozen=True)
class Movement:
    """All that some statements do with columns.

    `reads` are the columns of conditions and of results that go nowhere; `writes` the columns that
    are written, a whole relation where its columns are not named; `positional` the relations that
    are written by position; `created` the columns of tables made by a query.
    """

    flows: tuple[Flow, ...] = ()
    reads: Places = _NOWHERE
    writes: Places = _NOWHERE
    calls: frozenset[Path] = frozenset()
    positional: frozenset[Path] = frozenset()
    created: dict[Path, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def together(movements: Iterable[Movement]) -> Movement:
    """Several movements as one."""
    all_of = list(movements)
    return Movement(
        tuple(dict.fromkeys(flow for each in all_of for flow in each.flows)),
        _NOWHERE.union(*(each.reads for each in all_of)),
        _NOWHERE.union(*(each.writes for each in all_of)),
        frozenset().union(*(each.calls for each in all_of)),
        frozenset().union(*(each.positional for each in all_of)),
        {path: columns for each in all_of for path, columns in each.created.items()},
        tuple(dict.fromkeys(note for each in all_of for note in each.notes)),
    )
