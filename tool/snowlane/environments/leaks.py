"""Where an environment still refers to another one. Pure: contents in, findings out."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from snowlane.environments.addresses import is_same_address, overlapping
from snowlane.environments.contents import Contents, Item, predecessors
from snowlane.environments.kinds import BY_NAME
from snowlane.sql.lineage_changes import Path
from snowlane.sql.names import literal, parse_path, qualified
from snowlane.sql.repoint import references

# What GET_DDL writes for what a role may not see that has not APPLY on the account.
_UNKNOWN = re.compile(r"#UNKNOWN_(?:POLICY|TAG)", re.I)
# The texts that SHOW tells of beside the statement.
_TEXTS = ("definition", "condition", "action")


@dataclass(frozen=True, order=True)
class Leak:
    """One place of one object that refers to another environment.

    `line` counts from 1 in the object's statement, 0 for what no line tells of. A place that is not
    `certain` may refer to it: `why` says why nobody can tell.
    """

    item: str
    line: int
    refers_to: str
    why: str = ""
    certain: bool = True

    @property
    def is_unseen(self) -> bool:
        """Whether it is a policy or tag whose name the role does not get to see."""
        return _UNKNOWN.fullmatch(self.refers_to) is not None

    def __str__(self) -> str:
        line = f", line {self.line}" if self.line else ""
        return f"{self.item}{line}: {self.refers_to}{f' ({self.why})' if self.why else ''}"


def leaks(
    contents: Contents,
    foreign: Mapping[str, str],
    foreign_urls: Mapping[str, str] | None = None,
    formats: Mapping[Path, str] | None = None,
) -> tuple[Leak, ...]:
    """Every reference of an environment to the databases and stage URLs of others.

    `foreign` says for each of their databases whose it is, `foreign_urls` the same for URLs.
    `formats` are the file formats of stages, which neither SHOW nor GET_DDL tells.
    """
    urls = foreign_urls or {}
    found = [
        *(_of_item(item, foreign, urls) for item in contents.items.values()),
        *(_of_format(item, foreign, formats or {}) for item in contents.of("STAGE")),
    ]
    return tuple(
        sorted(set(chain(*found, _of_keys(contents, foreign), _of_defaults(contents, foreign))))
    )


def _of_item(item: Item, foreign: Mapping[str, str], urls: Mapping[str, str]) -> Iterator[Leak]:
    texts = [item.text, *(item.says(column) for column in _TEXTS)]
    if item.kind == "TASK":
        texts.append(literal(item.says("config")))
    for text in dict.fromkeys(texts):
        for found in references(text, foreign.keys(), item.kind) if text else ():
            why = found.doubt.value if found.doubt else ""
            yield Leak(str(item), found.line, found.text, why, found.certain)
    for line, written in enumerate(item.text.splitlines(), start=1):
        if unknown := _UNKNOWN.search(written):
            yield Leak(str(item), line, unknown[0], "what it is, the role that copies does not see")
    if not item.text and item.kind in BY_NAME and BY_NAME[item.kind].is_told_by_its_statement:
        yield Leak(str(item), 0, "nobody can tell", "its statement cannot be read")
    if item.kind == "STREAM":
        for listed in f"{item.says('table_name')},{item.says('base_tables')}".split(","):
            yield from _path(item, parse_path(listed.strip()) or (), foreign, "what it reads")
    if item.kind == "TASK":
        for path in predecessors(item):
            yield from _path(item, path, foreign, "its predecessor")
    url = item.says("url")
    place = overlapping(url, urls) if item.kind == "STAGE" and url else None
    if place is not None:
        same = is_same_address(url, place)
        why = "the address of a stage of" if same else f"it shares files with {place}, a stage of"
        yield Leak(str(item), 0, url, f"{why} {urls[place]}")


def _of_format(
    item: Item, foreign: Mapping[str, str], formats: Mapping[Path, str]
) -> Iterator[Leak]:
    for found in references(formats.get(item.path, ""), foreign.keys(), item.kind):
        yield Leak(str(item), 0, found.text, "its file format", found.certain)


def _path(item: Item, path: Path, foreign: Mapping[str, str], what: str) -> Iterator[Leak]:
    if path and path[0] in foreign:
        yield Leak(str(item), 0, qualified(*path), what)


def _of_keys(contents: Contents, foreign: Mapping[str, str]) -> Iterator[Leak]:
    for key in contents.foreign_keys:
        if key.target[0] in foreign:
            table = f"table {qualified(*key.table)}"
            yield Leak(table, 0, qualified(*key.target), f"the foreign key {key.name}")


def _of_defaults(contents: Contents, foreign: Mapping[str, str]) -> Iterator[Leak]:
    for path, table in contents.tables.items():
        for column in table.columns:
            for found in references(column.default or "", foreign.keys(), "TABLE"):
                if found.certain:
                    why = f"the default of {column.name}"
                    yield Leak(f"table {qualified(*path)}", 0, found.text, why)
