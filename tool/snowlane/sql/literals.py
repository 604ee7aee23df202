"""String literals with the place of every character, so that text inside them can be edited.

Rules: docs.snowflake.com/en/sql-reference/data-types-text#string-constants.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0"}


@dataclass(frozen=True)
class Region:
    """Some text that stands inside another.

    `positions[i]` is the offset in the outer text of `text[i]`; one more entry says where the text
    ends. `escape` writes a replacement the way the outer text needs it.
    """

    text: str
    positions: range | list[int]
    line: int
    escape: Callable[[str], str]

    def inner(self, start: int, end: int) -> "Region":
        """A part of this region that is written as plainly as the region itself."""
        line = self.line + self.text.count("\n", 0, start)
        return Region(self.text[start:end], self.positions[start : end + 1], line, self.escape)


def whole(text: str) -> Region:
    """A text as a region of itself."""
    return Region(text, range(len(text) + 1), 1, str)


def value(raw: str) -> str:
    """What a literal says, given as it is written: in single quotes or between dollar signs."""
    return raw[2:-2] if raw.startswith("$$") else quoted(whole(raw), 0, len(raw)).text


def quoted(region: Region, start: int, end: int) -> Region:
    """The value of the single-quoted literal at `region.text[start:end]`."""
    value: list[str] = []
    positions: list[int] = []
    for character, offset in _characters(region.text, start + 1, end - 1):
        value.append(character)
        positions.append(region.positions[offset])
    positions.append(region.positions[end - 1])
    line = region.line + region.text.count("\n", 0, start)

    def escape(text: str) -> str:
        return region.escape(text.replace("\\", "\\\\").replace("'", "''"))

    return Region("".join(value), positions, line, escape)


def _characters(text: str, start: int, end: int) -> Iterator[tuple[str, int]]:
    position = start
    while position < end:
        pair = text[position : position + 2]
        if pair == "''":
            yield "'", position
        elif pair[0] == "\\" and len(pair) == 2:
            yield _ESCAPES.get(pair[1], pair[1]), position
        else:
            yield pair[0], position
            position -= 1
        position += 2
