"""Which objects touch a table, by whatever stands between: views, streams, procedures, other tasks.

Errs on the side of touching: a name that could be an object's counts as one, and a text that cannot
be read touches everything. Pure: definitions in, paths out.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress

from snowlane.pipeline.model import Path
from snowlane.sql import literals
from snowlane.sql.context import path_at
from snowlane.sql.foreign import begins_like_sql
from snowlane.sql.names import parse_path
from snowlane.sql.tokens import Kind, Token, UnreadableSqlError, tokenize

_FULL = 3
_WORDS = re.compile(r"[A-Za-z_][\w$]*(?:\.[A-Za-z_][\w$]*)*")


class References:
    """The definitions of all objects by path, and what each of them names."""

    def __init__(self, definitions: Mapping[Path, str], tables: Collection[Path] = ()) -> None:
        self._definitions = definitions
        self._known = frozenset(definitions) | frozenset(tables)
        self._named: dict[Path, frozenset[Path] | None] = {}

    def touching(self, changed: Collection[Path], among: Iterable[Path]) -> set[Path]:
        """Those `among` the objects that name one of the changed paths, directly or through others."""
        goal = frozenset(changed)
        return {path for path in among if goal and self._reaches(path, goal)}

    def naming(self, goal: Collection[Path], among: Iterable[Path]) -> dict[Path, set[Path]]:
        """Those `among` the objects that write out the full name of one of the paths, and of which.

        Unlike `touching` it errs on the side of silence: of a shorter name nothing is made.
        """
        found: dict[Path, set[Path]] = {}
        for path in among:
            with suppress(UnreadableSqlError):
                tokens = tokenize(self._definitions.get(path, ""))
                if named := (set(self._paths(tokens, ())) & set(goal)) - {path}:
                    found[path] = named
        return found

    def _reaches(self, start: Path, goal: frozenset[Path]) -> bool:
        waiting, seen = [start], {start}
        while waiting:
            path = waiting.pop()
            if path in goal:
                return True
            named = self._names(path)
            if named is None:
                return True
            waiting += named - seen
            seen |= named
        return False

    def _names(self, path: Path) -> frozenset[Path] | None:
        """What an object's definition names, None where it cannot be read; nothing for a table."""
        if path not in self._named:
            text = self._definitions.get(path, "")
            try:
                found = frozenset(self._paths(tokenize(text), path)) - {path}
                self._named[path] = found
            except UnreadableSqlError:
                self._named[path] = None
        return self._named[path]

    def _paths(self, tokens: list[Token], home: Path) -> Iterable[Path]:
        for position, token in enumerate(tokens):
            if token.is_name:
                yield from self._resolved(path_at(tokens, position).parts, home)
            elif token.kind is Kind.BODY:
                yield from self._inside(literals.value(token.raw), home)
            elif token.kind is Kind.STRING:
                yield from self._literal(literals.value(token.raw), home)

    def _literal(self, text: str, home: Path) -> Iterable[Path]:
        """A literal may be a path or SQL; of other prose nothing is made."""
        if (path := parse_path(text)) is not None:
            yield from self._resolved(path, home)
        elif begins_like_sql(text):
            yield from self._inside(text, home)

    def _inside(self, text: str, home: Path) -> Iterable[Path]:
        try:
            yield from self._paths(tokenize(text), home)
        except UnreadableSqlError:
            # Code of another language, or text that only begins like SQL: its words are what is known.
            yield from self._words(text, home)

    def _words(self, text: str, home: Path) -> Iterable[Path]:
        for written in _WORDS.findall(text):
            if (path := parse_path(written)) is not None:
                yield from self._resolved(path, home)

    def _resolved(self, parts: Path, home: Path) -> Iterable[Path]:
        """The known objects that a written path may mean; what follows the name is a column."""
        for length in range(1, min(len(parts), _FULL) + 1):
            candidate = (*home[: _FULL - length], *parts[:length])
            if candidate in self._known:
                yield candidate
