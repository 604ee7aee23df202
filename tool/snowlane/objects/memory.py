"""What was read of an object file, as JSON holds it: for a cache that is asked by the file's text. Pure."""

from typing import Any

from snowlane.objects.source import Identity, Phase, SqlObject, Tombstone
from snowlane.sql.mapping import NameMap


def names_of_key(name_map: NameMap) -> str:
    """What reading a file depends on beside its text: which names mean something."""
    names = (name_map.databases, name_map.names, name_map.stages)
    return "\n\n".join("\n".join(sorted(each)) for each in names)


def as_stored(source: str, found: SqlObject | Tombstone) -> list[Any]:
    """What was read, without the texts that the file has itself."""
    identity = found.identity
    said: list[Any] = [
        source.index(found.text),
        len(found.text),
        [identity.kind, *identity.path, identity.arguments],
    ]
    if isinstance(found, SqlObject):
        references = sorted(list(path) for path in found.references)
        said += [found.phase.value, references, found.hash]
    return said


def as_read(file: str, source: str, stored: list[Any]) -> SqlObject | Tombstone:
    """The object or tombstone again."""
    start, length, identity, *more = stored
    text = source[start : start + length]
    if not more:
        return Tombstone(file, text, Identity(*identity))
    phase, references, text_hash = more
    paths = frozenset(tuple(path) for path in references)
    return SqlObject(file, text, Identity(*identity), Phase(phase), paths, text_hash)
