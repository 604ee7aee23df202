"""Where among the revisions an object of phase `before` is applied.

As early as what it needs is there, and before the first revision that names it. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from snowlane.errors import RefusedError
from snowlane.objects.source import Phase, SqlObject
from snowlane.plan.actions import Action, Path, Verb, actions_of
from snowlane.plan.facts import Revision
from snowlane.sql.mapping import NameMap, map_names
from snowlane.sql.tokens import UnreadableSqlError

_MAKING = (Verb.MAKES, Verb.REPLACES)


@dataclass(frozen=True)
class Footprint:
    """What a revision does, and the full paths that it names."""

    revision: Revision
    actions: tuple[Action, ...]
    named: frozenset[Path]

    @cached_property
    def made(self) -> frozenset[Path]:
        """What it makes, under the path it has afterwards."""
        return frozenset(each.path for each in self.actions if each.verb in _MAKING)

    @cached_property
    def touched(self) -> frozenset[Path]:
        """Everything that it makes, changes, drops or fills."""
        return frozenset(each.path for each in self.actions)


def footprint(revision: Revision, name_map: NameMap) -> Footprint:
    """Read a revision's statements; one that cannot be read touches nothing."""
    actions: dict[Action, None] = {}
    named: set[Path] = set()
    for text in revision.statements:
        actions |= dict.fromkeys(actions_of(text))
        try:
            named.update(map_names(text, name_map).paths)
        except UnreadableSqlError:
            continue
    return Footprint(revision, tuple(actions), frozenset(named))


def placed(
    objects: Sequence[SqlObject], revisions: Sequence[Footprint]
) -> list[tuple[int, SqlObject]]:
    """The objects of phase `before`, and those they need, each with how many revisions come first.

    `objects` are those to be applied, in dependency order, and the result keeps that order.
    Raises RefusedError when a revision needs an object that needs something the same or a later
    revision makes.
    """
    early = _with_needed(objects)
    latest = _latest(early, revisions)
    found: list[tuple[int, SqlObject]] = []
    position: dict[Path, int] = {}
    for each in early:
        needs = {each.identity.path[:2], *each.references}
        after_objects = [position[path] for path in each.references if path in position]
        makers = [at for at, known in enumerate(revisions, start=1) if known.made & needs]
        earliest = max([0, *makers, *after_objects])
        last = latest[each.identity.path]
        if earliest > last:
            raise _torn(each, needs, revisions[earliest - 1], revisions[last])
        # What changes a thing it needs comes first, too, as long as nothing asks for it sooner.
        changers = [
            at
            for at, known in enumerate(revisions, start=1)
            if known.touched & needs and at <= last
        ]
        position[each.identity.path] = max([earliest, *changers])
        found.append((position[each.identity.path], each))
    return sorted(found, key=lambda pair: pair[0])


def _with_needed(objects: Sequence[SqlObject]) -> list[SqlObject]:
    needed: set[Path] = set()
    early: list[SqlObject] = []
    for each in reversed(objects):
        if each.phase is Phase.BEFORE or each.identity.path in needed:
            early.append(each)
            needed |= each.references
    return early[::-1]


def _latest(early: Iterable[SqlObject], revisions: Sequence[Footprint]) -> Mapping[Path, int]:
    """How many revisions may come before each object at most."""
    latest: dict[Path, int] = {}
    for each in reversed(list(early)):
        path = each.identity.path
        asking = [at for at, known in enumerate(revisions) if path in known.named]
        latest[path] = min([len(revisions), *asking, latest.get(path, len(revisions))])
        for needed in each.references:
            latest[needed] = min(latest.get(needed, len(revisions)), latest[path])
    return latest


def _torn(each: SqlObject, needs: set[Path], maker: Footprint, asking: Footprint) -> RefusedError:
    made = [".".join(path) for path in sorted(maker.made & needs)]
    what = ", ".join(made) or f"what an object that {each.identity} names needs"
    return RefusedError(
        f"{each.file}: there is no place for {each.identity} before the revision that needs it",
        why=f"{asking.revision.file} names it, and it needs {what}, which "
        f"{maker.revision.file} makes",
        next=f"make {what} in a revision of its own that comes before {asking.revision.file}",
    )
