"""Object files that were read before, by their texts: what is kept of them, as JSON holds it."""

from typing import Any

from snowlane.cache import Cache, key_of
from snowlane.objects.source import Identity, Phase, SqlObject, Tombstone, read_file
from snowlane.sql.name_map import NameMap

_ROOM = "objects"


def remembered_file(
    file: str, source: str, name_map: NameMap, asked: str, cache: Cache
) -> SqlObject | Tombstone:
    """What `read_file` says of a file, read only where its text is new; `asked` is `names_of_key`.

    Raises as `read_file` does.
    """
    key = key_of(source, asked)
    known = cache.get(_ROOM, key)
    if known is not None:
        return _as_read(file, source, known)
    found = read_file(file, source, name_map)
    cache.put(_ROOM, key, _as_stored(source, found))
    return found


def names_of_key(name_map: NameMap) -> str:
    """What reading a file depends on beside its text: which names mean something."""
    names = (name_map.databases, name_map.names, name_map.stages)
    return "\n\n".join("\n".join(sorted(each)) for each in names)


def _as_stored(source: str, found: SqlObject | Tombstone) -> list[Any]:
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


def _as_read(file: str, source: str, stored: list[Any]) -> SqlObject | Tombstone:
    """The object or tombstone again."""
    start, length, identity, *more = stored
    text = source[start : start + length]
    if not more:
        return Tombstone(file, text, Identity(*identity))
    phase, references, text_hash = more
    paths = frozenset(tuple(path) for path in references)
    return SqlObject(file, text, Identity(*identity), Phase(phase), paths, text_hash)
