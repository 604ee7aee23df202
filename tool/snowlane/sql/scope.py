"""What one search knows: the names it looks for, its rule, and the text it began with.

Makes references and questions of places in that text, and judges literals that are nothing but a
path. Where to look is the business of `snowlane.sql.search`.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass, replace

from snowlane.sql.findings import Doubt, Question, Reference, Rule, Target, Vocabulary
from snowlane.sql.known_names import KnownNames
from snowlane.sql.literals import Region
from snowlane.sql.path_literals import PathLiteral, path_literal

_WORD = re.compile(r"[\w$]+")


@dataclass(frozen=True, slots=True)
class Hit:
    """What was found at `tokens[first:after]` of the text that is being searched."""

    first: int
    after: int
    item: Reference | Question


class Scope:
    """The vocabulary and rule of one search, and the lines of its text."""

    def __init__(self, text: str, vocabulary: Vocabulary, rule: Rule) -> None:
        self.text = text
        self.vocabulary = vocabulary
        self.rule = rule
        self.names = KnownNames(vocabulary.databases)
        self.newlines = [match.start() for match in re.finditer("\n", text)]

    def reference(
        self,
        target: Target,
        region: Region,
        span: tuple[int, int],
        path: tuple[str, ...],
        tokens: tuple[int, int] = (0, 0),
    ) -> Hit:
        """A certain reference at `region.text[span]`, found at `tokens`."""
        start, end = span
        part = region.written_within(start, end) or region.parts[0]
        item = Reference(
            target,
            region.starts[start] if start < end else 0,
            region.ends[end - 1] if start < end else 0,
            self._line(region, start),
            path,
            part.write,
            region.text.startswith('"', start),
        )
        return Hit(*tokens, item)

    def question(
        self, doubt: Doubt, region: Region, start: int, text: str, tokens: tuple[int, int] = (0, 0)
    ) -> Hit:
        """A doubt about what stands at `region.text[start]`."""
        at = region.starts[start] if start < len(region.text) else 0
        return Hit(*tokens, Question(doubt, self._line(region, start), text, at))

    def unreadable(self, region: Region, line: int) -> Hit:
        """A doubt about a whole text, at the line of it where it goes wrong."""
        lines = region.text.splitlines(keepends=True)
        start = sum(len(each) for each in lines[: line - 1])
        return self.question(Doubt.UNREADABLE, region, start, region.text[start:].strip()[:60])

    def pieces(self, region: Region, span: tuple[int, int], tokens: tuple[int, int]) -> list[Hit]:
        """A doubt about a name with gaps in it, when it may become one that is looked for."""
        start, end = span
        if not self.rule.is_thorough or not self.names.may_become(region.fragments(start, end)):
            return []
        written = self.text[region.starts[start] : region.ends[end - 1]]
        return [self.question(Doubt.PIECES, region, start, written, tokens)]

    def bare_name(self, region: Region) -> list[Hit] | None:
        """What a text holds that is a name and nothing else; None when it is a longer one."""
        found = self._path(region)
        return None if found is None or found.tail else self.path_literal(region, 1)

    def path_literal(self, value: Region, shortest: int) -> list[Hit] | None:
        """What a literal holds that as a whole is a path; None when it is to be read as text."""
        found = self._path(value)
        if found is not None and self.rule.is_thorough and self.names.stand_in(found.tail):
            # A second name after the first: no path, but a piece of code.
            return None
        if found is None:
            return self._odd_name(value, shortest)
        span = (found.start, found.end)
        if value.written_within(*span) is None:
            return self.pieces(value, span, (0, 0))
        name = found.path[0]
        if name in self.vocabulary.databases and len(found.path) >= shortest:
            if found.may_be_file and self.rule.is_thorough:
                return [self.question(Doubt.DATA, value, found.start, value.text)]
            hit = self.reference(Target.DATABASE, value, span, found.path)
            return [_in_small(hit, value)] if self.rule.is_thorough else [hit]
        if not self.rule.is_thorough:
            return None
        is_exact = len(found.path) == 1 or value.text.startswith('"', found.start)
        if is_exact and self.names.differ_in_case(name) and len(found.path) >= shortest:
            return [self.question(Doubt.CASE, value, found.start, value.text)]
        if shortest == 1 and len(found.path) == 1 and self.names.begin_or_end_with(name):
            return [self.question(Doubt.PIECES, value, found.start, value.text)]
        return []

    def glued_paths(self, value: Region, shortest: int) -> list[Hit]:
        """The literals of a glued text that as a whole are a path, whatever comes beside them.

        A single name must stand alone in the text as well: `'PROD_RAW' || '_OLD'` is another.
        """
        hits = []
        for part, first, after in value.stretches() if len(value.parts) > 1 else ():
            found = self._path(value.inner(first, after)) if part.is_whole else None
            if found is None or found.path[0] not in self.vocabulary.databases:
                continue
            start, end = first + found.start, first + found.end
            touches = (
                _is_in_name(value.text[start - 1 : start]),
                _is_in_name(value.text[end : end + 1]),
            )
            is_long = len(found.path) > 1 and not found.may_be_file and not found.tail
            grows = touches[0] and not (is_long and value.has_hole(start - 1, start))
            if len(found.path) >= shortest and not grows and (is_long or not any(touches)):
                hits.append(self.reference(Target.DATABASE, value, (start, end), found.path))
        return hits

    def code_without_blanks(self, value: Region, shortest: int) -> list[Hit]:
        """A doubt about text that is no sentence, and holds a name or a part of one.

        `^PROD_RAW[.]` and `A,PROD_RAW` do, and `PROD_(RAW|DW)` and `%_RAW`.
        """
        text = value.text
        if shortest > 1 or "/" in text or any(each.isspace() for each in text.strip()):
            return []
        at = self.names.stands_alone_in(text)
        if at is not None:
            return [self.question(Doubt.IN_TEXT, value, at, text)]
        for word in _WORD.finditer(text):
            if self.names.begin_or_end_with(word.group()):
                return [self.question(Doubt.PIECES, value, word.start(), text)]
        return []

    def data(self, value: Region) -> list[Hit]:
        """A doubt about a literal that names a database where values and keys stand."""
        found = self._path(value)
        if found is None or found.path[0] not in self.vocabulary.databases:
            return []
        return [self.question(Doubt.DATA, value, found.start, value.text)]

    def _path(self, value: Region) -> PathLiteral | None:
        text = value.text
        start, end = 0, len(text)
        if self.rule.is_thorough:
            end = len(text.rstrip("; \t\r\n"))
            start = end - len(text[:end].lstrip())
        found = path_literal(text, start, end)
        return None if found and found.is_open and not self.rule.is_thorough else found

    def _odd_name(self, value: Region, shortest: int) -> list[Hit] | None:
        """A literal that is a database's name as stored, though in SQL it would need quotes."""
        if self.rule.is_thorough and shortest == 1 and value.text in self.vocabulary.databases:
            span = (0, len(value.text))
            if value.text and value.written_within(*span):
                return [self.reference(Target.DATABASE, value, span, (value.text,))]
        return None

    def _line(self, region: Region, start: int) -> int:
        if start >= len(region.text):
            return 1
        return bisect_left(self.newlines, region.starts[start]) + 1


def _in_small(hit: Hit, value: Region) -> Hit:
    """A reference that keeps its small letters, when nothing but a database's name stands there."""
    if isinstance(hit.item, Reference) and len(hit.item.path) == 1 and value.text.islower():
        return replace(hit, item=replace(hit.item, in_small=True))
    return hit


def _is_in_name(character: str) -> bool:
    return character.isalnum() or character in ("_", "$", '"')
