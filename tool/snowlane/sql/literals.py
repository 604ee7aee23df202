"""Text that stands inside other text, with the place of every character, so that it can be edited.

A literal's value is not how it is written: quotes are doubled, characters escaped, and an operator
may glue what stands in one literal to the next. A region is such a value that still knows where
each character comes from and how a replacement must be written there.
Rules: docs.snowflake.com/en/sql-reference/data-types-text#string-constants.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

Write = Callable[[str], str]

# Stands for what is only known when the code runs. It can be part of a name, as that can.
HOLE = "_"

_NAMED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0"}
_ESCAPE = re.compile(r"''|\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|([0-3][0-7]{2})|([\s\S]))")


class UnwritableError(ValueError):
    """A text cannot be written at a place, whatever escapes are used."""


def unwritable(text: str) -> str:
    """The writer of a place where nothing can be written."""
    raise UnwritableError(text)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a region, from `first` up to the next one, that is written in one literal.

    `write` writes a replacement the way the outer text needs it. `is_whole` says that the stretch is
    all of its literal, and not what lies between two holes of it.
    """

    first: int
    write: Write
    is_hole: bool = False
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Region:
    """Some text that stands inside another, in one place or glued together from several.

    `starts[i]` and `ends[i]` span how `text[i]` is written in the outermost text, `root`.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    root: str
    parts: tuple[Part, ...]

    @property
    def line(self) -> int:
        """The line of the outermost text on which the region begins."""
        return self.root.count("\n", 0, self.starts[0]) + 1 if self.text else 1

    def inner(self, start: int, end: int) -> "Region":
        """A part of this region that is written as plainly as the region itself."""
        parts = self.parts
        if len(parts) > 1:
            kept = parts[self._part_at(start) : self._part_at(max(start, end - 1)) + 1]
            parts = tuple(replace(part, first=max(0, part.first - start)) for part in kept)
        starts, ends = self.starts[start:end], self.ends[start:end]
        return Region(self.text[start:end], starts, ends, self.root, parts)

    def stretches(self) -> Iterator[tuple[Part, int, int]]:
        """The parts with where each begins and ends."""
        for at, part in enumerate(self.parts):
            is_last = at + 1 == len(self.parts)
            yield part, part.first, len(self.text) if is_last else self.parts[at + 1].first

    def written_within(self, start: int, end: int) -> Part | None:
        """The part that holds all of a span; None when holes or several literals make it up."""
        if len(self.parts) == 1:
            return None if self.parts[0].is_hole else self.parts[0]
        at = self._part_at(start)
        part = self.parts[at]
        return part if self._part_at(end - 1) == at and not part.is_hole else None

    def fragments(self, start: int, end: int) -> Iterator[str | None]:
        """What makes up a span: texts that are written there, and None for each hole."""
        inner = self.inner(start, end)
        for part, first, after in inner.stretches():
            yield None if part.is_hole else inner.text[first:after]

    def has_hole(self, start: int, end: int) -> bool:
        """Whether something within a span is only known when the code runs."""
        if len(self.parts) == 1 or start >= end:
            return False
        touched = self.parts[self._part_at(start) : self._part_at(end - 1) + 1]
        return any(part.is_hole for part in touched)

    def decoded(
        self, start: int, end: int, escape: re.Pattern[str], meaning: Callable[[re.Match[str]], str]
    ) -> "Region":
        """The value of `text[start:end]`, in which whatever matches `escape` means something else."""
        inner = self.inner(start, end)
        if not escape.search(inner.text):
            return inner
        if len(inner.parts) == 1:
            return inner._decoded(escape, meaning)
        pieces = [(part, inner.inner(first, after)) for part, first, after in inner.stretches()]
        return joined(
            piece if part.is_hole else piece._decoded(escape, meaning) for part, piece in pieces
        )

    def writing(self, write: Write) -> "Region":
        """This region as the value of a literal that wants its text written by `write` first."""
        parts = tuple(
            part if part.is_hole else replace(part, write=_after(write, part.write))
            for part in self.parts
        )
        return Region(self.text, self.starts, self.ends, self.root, parts)

    def with_holes(self, placeholder: re.Pattern[str]) -> "Region":
        """This region with a hole for all that matches `placeholder`."""
        pieces, position = [], 0
        for match in placeholder.finditer(self.text):
            start, end = match.span()
            pieces += [self.inner(position, start), hole(self.starts[start], self.ends[end - 1])]
            position = end
        if not pieces:
            return self
        return joined([*pieces, self.inner(position, len(self.text))]).with_gaps()

    def with_gaps(self) -> "Region":
        """This region as one literal that its holes divide."""
        parts = tuple(replace(part, is_whole=False) for part in self.parts)
        return Region(self.text, self.starts, self.ends, self.root, parts)

    def _part_at(self, position: int) -> int:
        return bisect_right(self.parts, position, key=lambda part: part.first) - 1

    def _decoded(
        self, escape: re.Pattern[str], meaning: Callable[[re.Match[str]], str]
    ) -> "Region":
        text: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        position = 0
        for match in escape.finditer(self.text):
            start, end = match.span()
            value = meaning(match)
            text += [self.text[position:start], value]
            starts += [*self.starts[position:start], *[self.starts[start]] * len(value)]
            ends += [*self.ends[position:start], *[self.ends[end - 1]] * len(value)]
            position = end
        text.append(self.text[position:])
        starts += self.starts[position:]
        ends += self.ends[position:]
        return Region("".join(text), starts, ends, self.root, self.parts)


def _after(first: Write, second: Write) -> Write:
    return lambda text: second(first(text))


def whole(text: str) -> Region:
    """A text as a region of itself."""
    size = len(text)
    return Region(text, range(size), range(1, size + 1), text, (Part(0, str),))


def hole(start: int, end: int) -> Region:
    """What is written at these offsets, and only known when the code runs."""
    return Region(HOLE, [start], [end], "", (Part(0, unwritable, is_hole=True),))


def fixed(text: str, at: int) -> Region:
    """Text that is put between others; nothing can be written in it."""
    places = [at] * len(text)
    return Region(text, places, places, "", (Part(0, unwritable),))


def joined(regions: Iterable[Region]) -> Region:
    """Regions of one text glued together."""
    text: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    parts: list[Part] = []
    root = ""
    size = 0
    for region in regions:
        root = root or region.root
        if region.text:
            parts += [replace(part, first=part.first + size) for part in region.parts]
            text.append(region.text)
            starts += region.starts
            ends += region.ends
            size += len(region.text)
    return Region("".join(text), starts, ends, root, tuple(parts) or (Part(0, unwritable),))


def value(raw: str) -> str:
    """What a literal says, given as it is written: in single quotes or between dollar signs."""
    return raw[2:-2] if raw.startswith("$$") else quoted(whole(raw), 0, len(raw)).text


def quoted(region: Region, start: int, end: int) -> Region:
    """The value of the single-quoted literal at `region.text[start:end]`."""
    return region.decoded(start + 1, end - 1, _ESCAPE, _meaning).writing(_in_quotes)


def dollars(region: Region, start: int, end: int) -> Region:
    """The value of the literal between dollar signs at `region.text[start:end]`."""
    return region.inner(start + 2, end - 2).writing(_in_dollars)


def _meaning(match: re.Match[str]) -> str:
    if match.group() == "''":
        return "'"
    hexadecimal, octal, character = match[1] or match[2], match[3], match[4]
    if hexadecimal:
        return chr(int(hexadecimal, 16))
    return chr(int(octal, 8)) if octal else _NAMED.get(character, character)


def _in_quotes(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "''")


def _in_dollars(text: str) -> str:
    if "$$" in text:
        raise UnwritableError(text)
    return text
