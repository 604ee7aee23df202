"""The values of strings in JavaScript, Python, Java and Scala, and how to write into them.

Decides what an escape means in each language; where strings stand is `snowlane.sql.foreign`'s.
"""

import re
import unicodedata

from snowlane.sql.foreign import Lexeme
from snowlane.sql.literals import Region, UnwritableError, hole, joined

_NAMED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}
_ESCAPE = re.compile(
    r"\\(?:x([0-9A-Fa-f]{2})|u+([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]{1,6})\}|U([0-9A-Fa-f]{8})"
    r"|N\{([^}\n]+)\}|([0-3][0-7]{2})|([\s\S]))"
)
_BRACES = re.compile(r"\{\{|\}\}")
_NOTHING = re.compile(r"(?!)")


def value(region: Region, lexeme: Lexeme, language: str) -> Region:
    """The value of a string, with a hole for each expression in it."""
    pieces, position = [], lexeme.start
    for start, end in lexeme.holes:
        pieces.append(_text(region, lexeme, position, start, language))
        pieces.append(hole(region.starts[start], region.ends[end - 1]))
        position = end
    last = _text(region, lexeme, position, lexeme.end, language)
    return joined([*pieces, last]).with_gaps() if pieces else last


def _text(region: Region, lexeme: Lexeme, start: int, end: int, language: str) -> Region:
    escape = _NOTHING if lexeme.is_raw else _ESCAPE
    is_python = language == "PYTHON"
    text = region.decoded(start, end, escape, lambda match: _meaning(match, is_python))
    if lexeme.doubles:
        text = text.decoded(0, len(text.text), _BRACES, lambda match: match.group()[0])
    return text.writing(lambda written: _written(written, lexeme))


def _meaning(match: re.Match[str], is_python: bool) -> str:
    code = match[1] or match[2] or match[3] or match[4]
    if code:
        number = int(code, 16)
        return chr(number) if number <= 0x10FFFF else match.group()
    if match[5]:
        try:
            return unicodedata.lookup(match[5])
        except KeyError:
            return match.group()
    if match[6]:
        return chr(int(match[6], 8))
    character = match[7]
    if is_python and character not in "\\'\"abfnrtv\n0":
        return match.group()
    return _NAMED.get(character, character)


def _written(text: str, lexeme: Lexeme) -> str:
    if lexeme.doubles:
        text = text.replace("{", "{{").replace("}", "}}")
    if lexeme.is_raw:
        if lexeme.quote in text or "\n" in text:
            raise UnwritableError(text)
        return text
    text = text.replace("\\", "\\\\").replace("\n", "\\n")
    text = text.replace(lexeme.quote[0], "\\" + lexeme.quote[0])
    return text.replace("${", "\\${") if lexeme.quote == "`" else text
