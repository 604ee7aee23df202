"""What it takes to make a copy stand on its own: every object mended, in the order that they need.

Pure: the contents of the copy go in, waves of requests come out. What needs nothing comes out as
nothing, so that the same plan, made again, goes on where an interrupted one stopped.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from snowlane.drift.inventory import Key
from snowlane.environments.contents import Contents, Item
from snowlane.environments.kinds import BY_NAME, Mending, rank
from snowlane.environments.mending.alerts import altered_alert
from snowlane.environments.mending.model import Copy, Mended, Unresolved
from snowlane.environments.mending.pipes import on_own_stage
from snowlane.environments.mending.policies import body_set
from snowlane.environments.mending.replaced import replaced, replaced_parked
from snowlane.environments.mending.stages import located
from snowlane.environments.mending.streams import made_anew
from snowlane.environments.mending.tables import keys_and_policies
from snowlane.environments.mending.tasks import altered_task
from snowlane.sql import literals
from snowlane.sql.context import path_at
from snowlane.sql.lineage_changes import Path
from snowlane.sql.tokens import Kind, UnreadableSqlError, tokenize

_DOTTED = 3


@dataclass(frozen=True)
class Repair:
    """Requests in waves: those of a wave are independent of each other, each wave of those behind it."""

    waves: tuple[tuple[Mended, ...], ...] = ()
    unresolved: tuple[Unresolved, ...] = ()

    @property
    def count(self) -> int:
        """How many objects are mended."""
        return sum(len(wave) for wave in self.waves)


def plan_repair(contents: Contents, copy: Copy) -> Repair:
    """Mend every object of the copy that refers to its source."""
    mended = [_mend(item, copy, contents) for item in contents.items.values()]
    needed = {each.item.key: each for each in mended if each.statements}
    return Repair(
        tuple(_waves(needed, contents, copy)),
        tuple(question for each in mended for question in each.unresolved),
    )


def _mend(item: Item, copy: Copy, contents: Contents) -> Mended:
    kind = BY_NAME.get(item.kind)
    if kind is None or kind.mending is Mending.NONE:
        return Mended(item)
    if kind.mending is Mending.KEYS_AND_POLICIES:
        return keys_and_policies(item, copy, contents)
    if kind.mending is Mending.ALTERED:
        return altered_task(item, copy) if item.kind == "TASK" else altered_alert(item, copy)
    return _WAYS[kind.mending](item, copy)


_WAYS: Mapping[Mending, Callable[[Item, Copy], Mended]] = {
    Mending.REPLACED: replaced,
    Mending.REPLACED_PARKED: replaced_parked,
    Mending.MADE_ANEW: made_anew,
    Mending.ON_OWN_STAGE: on_own_stage,
    Mending.BODY_SET: body_set,
    Mending.LOCATED: located,
}


def _waves(
    mended: Mapping[Key, Mended], contents: Contents, copy: Copy
) -> Iterator[tuple[Mended, ...]]:
    """By depth: an object comes in the wave after the last of those that its text names.

    Where texts name each other in a circle, the one that is met first comes last.
    """
    depths: dict[Key, int] = {}
    under_way: set[Key] = set()

    def depth(key: Key) -> int:
        if key in depths:
            return depths[key]
        under_way.add(key)
        deepest = -1
        for path in _named(mended[key].item, copy):
            for other in contents.by_path.get(path, ()):
                if other.key in mended and other.key not in under_way:
                    deepest = max(deepest, depth(other.key))
        under_way.discard(key)
        depths[key] = deepest + 1
        return depths[key]

    ordered = sorted(mended, key=lambda key: (rank(key.kind), key))
    for key in ordered:
        depth(key)
    for level in range(max(depths.values(), default=-1) + 1):
        yield tuple(mended[key] for key in ordered if depths[key] == level)


def _named(item: Item, copy: Copy) -> Iterable[Path]:
    """All paths that stand in an object's texts, completed by its own place, as the copy has them.

    More than it needs, never less: a column may be called as a view is.
    """
    texts = (item.text, item.says("definition"), item.says("condition"), item.says("action"))
    return {
        path
        for text in texts
        if text
        for path in _paths(text, item.path, copy)
        if path != item.path
    }


def _paths(text: str, home: Path, copy: Copy) -> Iterator[Path]:
    try:
        tokens = tokenize(text)
    except UnreadableSqlError:
        return
    position = 0
    while position < len(tokens):
        token = tokens[position]
        if token.kind in (Kind.BODY, Kind.STRING):
            # The body of a function may stand in either.
            yield from _paths(literals.value(token.raw), home, copy)
        if not token.is_name:
            position += 1
            continue
        found = path_at(tokens, position)
        position = found.after
        parts = found.parts[:_DOTTED]
        yield copy.path((*home[: _DOTTED - len(parts)], *parts))
