"""Whether a copy holds what its source holds: objects, columns, statements. Pure.

What the copy's own places and names must change is changed on the source's side first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from snowlane.drift.inventory import Key
from snowlane.environments.contents import Contents, Item
from snowlane.environments.kinds import BY_NAME, Compared
from snowlane.environments.mending.model import Copy
from snowlane.sql.lineage_tables import Table
from snowlane.sql.names import qualified


class Unlike(Enum):
    """How an object of the copy is not the source's."""

    MISSING = "missing"
    ADDED = "added"
    CHANGED = "changed"


@dataclass(frozen=True)
class Difference:
    """One object that is not the same on both sides; `why` says what of it.

    `name` is the copy's, `source` the source's, "" for what only the copy has.
    """

    name: str
    unlike: Unlike
    why: str = ""
    source: str = ""


def compare(source: Contents, copied: Contents, copy: Copy) -> tuple[Difference, ...]:
    """What differs between the contents of a source and those of its copy, by name.

    Statements are compared word by word, where both sides tell them and their kind is compared so.
    """
    wanted = {_moved(key, copy): item for key, item in source.items.items()}
    found = _differences(wanted, source, copied, copy)
    return tuple(sorted(found, key=lambda each: (each.name, each.unlike.value)))


def _moved(key: Key, copy: Copy) -> Key:
    return Key(copy.path(key.path), key.kind, key.arguments)


def _differences(
    wanted: dict[Key, Item], source: Contents, copied: Contents, copy: Copy
) -> Iterator[Difference]:
    for key, item in wanted.items():
        found = copied.items.get(key)
        name = f"{key.kind.lower()} {qualified(*key.path)}{key.arguments}"
        if found is None:
            yield Difference(name, Unlike.MISSING, source=str(item))
            continue
        kind = BY_NAME.get(key.kind)
        if key.path in copied.tables or item.path in source.tables:
            why = _columns(source.tables.get(item.path), copied.tables.get(key.path), copy)
        elif kind is not None and kind.compared is Compared.DEFINITION:
            same = _words(item, copy) == _words(found, copy)
            why = "" if same else "its statement is another one"
        else:
            why = ""
        if why:
            yield Difference(name, Unlike.CHANGED, why, str(item))
    for key, item in copied.items.items():
        if key not in wanted:
            yield Difference(str(item), Unlike.ADDED)


def _columns(source: Table | None, copied: Table | None, copy: Copy) -> str:
    if source is None or copied is None:
        return "its columns cannot be seen on both sides"
    before = [_column(each, copy) for each in source.columns]
    after = [_column(each, copy) for each in copied.columns]
    if before == after:
        return ""
    gone = [name for name, *_ in before if name not in {each[0] for each in after}]
    more = [name for name, *_ in after if name not in {each[0] for each in before}]
    if gone or more:
        parts = [f"without {', '.join(gone)}"] if gone else []
        return "; ".join([*parts, *([f"with {', '.join(more)} besides"] if more else [])])
    others = [one[0] for one, other in zip(before, after, strict=True) if one != other]
    return f"{', '.join(others)}: other types, defaults or places"


def _column(column: object, copy: Copy) -> tuple[str, ...]:
    default = copy.repointed(getattr(column, "default", None) or "", "TABLE").text
    names = ("name", "type", "nullable", "counts_up")
    return (*(str(getattr(column, name)) for name in names), default)


def _words(item: Item, copy: Copy) -> list[str]:
    """The statement as words, its names taken to the copy, letters' case and spaces left out.

    Of a pipe only what it copies: whether it is told of files is a matter of its stage.
    """
    text = item.says("definition") if item.kind == "PIPE" else item.text
    return copy.repointed(text or item.text, item.kind).text.upper().split()
