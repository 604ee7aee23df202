"""Reads a staged file into records: bytes to text, text to rows of fields, with the place of each for error messages.

Knows nothing of tables or types. A broken record is a record with a problem, so that the good ones beside it can be
loaded. Source: docs.snowflake.com/en/sql-reference/sql/create-file-format, "Format type options".
"""

from __future__ import annotations

import bz2
import gzip
import json
import re
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from snowlocal.errors import SnowflakeError
from snowlocal.file_formats import ENCODINGS

BROKEN_ARCHIVE = 100142


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a record cannot be read: Snowflake's number, state and message, and the offset of the character it is about;
    `column` counts from 0, None where it is about no column."""

    number: int
    sqlstate: str
    message: str
    offset: int
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One record. `number` counts data records from 1; `start`, `end` and `starts` (of the fields) are offsets in the
    text; `quoted` tells which fields were enclosed."""

    number: int
    start: int
    end: int
    fields: tuple[str | None, ...] = ()
    starts: tuple[int, ...] = ()
    quoted: tuple[bool, ...] = ()
    problem: Problem | None = None


@dataclass
class Text:
    """A file's text, and from offsets to lines and characters, both counted from 1."""

    text: str
    _lines: list[int] = field(default_factory=list)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and character of an offset; just past the file's last line break counts as the end of its last line."""
        if not self._lines:
            self._lines = [0, *(m.end() for m in re.finditer(r"\r\n|\n|\r", self.text))]
        if offset >= len(self.text):
            offset = len(self.text.rstrip("\r\n"))
        line = bisect_right(self._lines, offset) - 1
        return line + 1, offset - self._lines[line] + 1


def read_text(data: bytes, name: str, spec: dict[str, Any]) -> Text:
    """A file's bytes as text. Bytes that the encoding does not know become lone surrogates, found record by record.

    Raises SnowflakeError 100142 for a broken archive.
    """
    raw = _decompressed(data, name, str(spec["COMPRESSION"]))
    encoding = ENCODINGS[str(spec.get("ENCODING", "UTF8"))]
    errors = "replace" if spec["REPLACE_INVALID_CHARACTERS"] else "surrogateescape"
    if encoding.startswith(("utf-16", "utf-32")):
        errors = "replace"  # these have no single bytes that could be kept
    text = raw.decode(encoding, errors=errors)
    if spec["SKIP_BYTE_ORDER_MARK"]:
        text = text.removeprefix("\ufeff")
    return Text(text)


# Bytes that could not be decoded, as Python's surrogateescape keeps them.
_LONE = re.compile("[\udc80-\udcff]")
_SUFFIXES = {".gz": "GZIP", ".bz2": "BZ2", ".deflate": "DEFLATE", ".raw_deflate": "RAW_DEFLATE"}
_OPENERS: dict[str, Callable[[bytes], bytes]] = {
    "GZIP": gzip.decompress,
    "BZ2": bz2.decompress,
    "DEFLATE": zlib.decompress,
    "RAW_DEFLATE": lambda data: zlib.decompress(data, -15),
}


def _decompressed(data: bytes, name: str, kind: str) -> bytes:
    if kind == "AUTO":
        kind = next((k for suffix, k in _SUFFIXES.items() if name.lower().endswith(suffix)), "NONE")
        if data[:2] == b"\x1f\x8b":
            kind = "GZIP"
    if kind == "NONE" or (kind == "GZIP" and not data):
        return data
    try:
        return _OPENERS[kind](data)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise SnowflakeError(
            BROKEN_ARCHIVE,
            "22000",
            f"Invalid data encountered during decompression for file: '{name}', "
            f"compression type used: '{kind}', cause: '{error}'",
        ) from None


# -- CSV


class Csv:
    """Reads delimited text by the options of a completed CSV spec."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self._spec = spec
        self._delimiter: str | None = spec["FIELD_DELIMITER"]
        self._quote: str | None = spec["FIELD_OPTIONALLY_ENCLOSED_BY"]
        line_end = spec["RECORD_DELIMITER"]
        ends = r"\r\n|\n|\r" if line_end == "\n" else re.escape(line_end) if line_end else r"\Z(?!)"
        between = f"|{re.escape(self._delimiter)}" if self._delimiter else ""
        escape = spec["ESCAPE_UNENCLOSED_FIELD"] or spec["ESCAPE"]
        escaped = f"{re.escape(escape)}.|" if escape else ""
        self._plain = re.compile(f"(?:{escaped}(?!{ends}{between}).)*", re.DOTALL)
        self._end = re.compile(ends)
        self._enclosed = self._enclosed_pattern()
        self._escapes = {False: escape, True: spec["ESCAPE"]}
        self._nulls = set(spec["NULL_IF"])

    def _enclosed_pattern(self) -> re.Pattern[str] | None:
        if self._quote is None:
            return None
        mark, escape = re.escape(self._quote), self._spec["ESCAPE"]
        escaped = f"{re.escape(escape)}.|" if escape else ""
        return re.compile(f"{mark}((?:{escaped}{mark}{mark}|(?!{mark}).)*){mark}", re.DOTALL)

    def records(self, source: Text) -> Iterator[Record]:
        """The records after the header lines."""
        text, at, number = source.text, 0, 0
        for _ in range(self._spec["SKIP_HEADER"]):
            found = self._end.search(text, at)
            at = found.end() if found else len(text)
        while at < len(text):
            number += 1
            record, at = self._record(text, at, number)
            if record.problem is None and _LONE.search(text, record.start, record.end):
                record = _undecodable(text, record)
            yield record

    def _record(self, text: str, start: int, number: int) -> tuple[Record, int]:
        fields: list[str | None] = []
        starts: list[int] = []
        marks: list[bool] = []
        at = start
        while True:
            starts.append(at)
            problem, value, enclosed, at = self._field(text, at, len(fields))
            if problem is not None:
                stop, after = self._skip(text, at)
                broken = Record(number, start, stop, tuple(fields), tuple(starts), (), problem)
                return broken, after
            fields.append(value)
            marks.append(enclosed)
            if self._delimiter and text.startswith(self._delimiter, at):
                at += len(self._delimiter)
                continue
            found = self._end.match(text, at)
            after = found.end() if found else at
            return Record(number, start, at, tuple(fields), tuple(starts), tuple(marks)), after

    def _field(
        self, text: str, start: int, column: int
    ) -> tuple[Problem | None, str | None, bool, int]:
        at = start
        if self._enclosed is not None and self._quote is not None:
            if self._spec["TRIM_SPACE"]:
                at = _past_spaces(text, at)
            if text.startswith(self._quote, at):
                return self._enclosed_field(text, at, column)
        found = self._plain.match(text, start)
        raw = found.group() if found else ""
        end = start + len(raw)
        if self._spec["TRIM_SPACE"]:
            raw = raw.strip(" ")
        if raw in self._nulls or (not raw and self._spec["EMPTY_FIELD_AS_NULL"]):
            return None, None, False, end
        return None, _unescaped(raw, self._escapes[False]), False, end

    def _enclosed_field(
        self, text: str, start: int, column: int
    ) -> tuple[Problem | None, str | None, bool, int]:
        assert self._enclosed is not None
        assert self._quote is not None
        found = self._enclosed.match(text, start)
        if found is None:
            message = f"Unexpected end of file: the field enclosed by {self._quote} is never closed"
            return Problem(100068, "22000", message, start, column), None, True, len(text)
        at = found.end()
        if self._spec["TRIM_SPACE"]:
            at = _past_spaces(text, at)
        delimited = bool(self._delimiter) and text.startswith(str(self._delimiter), at)
        if at < len(text) and not delimited and not self._end.match(text, at):
            message = f"Found character '{text[at]}' instead of field delimiter '{self._delimiter}'"
            return Problem(100066, "22000", message, at, column), None, True, at
        value = found.group(1).replace(self._quote * 2, self._quote)
        if value in self._nulls:
            return None, None, True, at
        return None, _unescaped(value, self._escapes[True]), True, at

    def _skip(self, text: str, at: int) -> tuple[int, int]:
        found = self._end.search(text, at)
        return (found.start(), found.end()) if found else (len(text), len(text))


def _past_spaces(text: str, at: int) -> int:
    while at < len(text) and text[at] == " ":
        at += 1
    return at


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0"}


def _unescaped(value: str, escape: str | None) -> str:
    if not escape or escape not in value:
        return value
    pattern = re.escape(escape) + "(.)"
    return re.sub(pattern, lambda m: _ESCAPES.get(m.group(1), m.group(1)), value, flags=re.DOTALL)


def _undecodable(text: str, record: Record) -> Record:
    for column, (value, start) in enumerate(zip(record.fields, record.starts, strict=True)):
        if value is not None and _LONE.search(value):
            problem = Problem(100144, "22000", _invalid(value), start, column)
            return Record(record.number, record.start, record.end, problem=problem)
    problem = Problem(100144, "22000", _invalid(text[record.start : record.end]), record.start)
    return Record(record.number, record.start, record.end, problem=problem)


def _invalid(value: str) -> str:
    shown = _LONE.sub(lambda m: f"0x{ord(m.group()) - 0xDC00:02X}", value[:200])
    return f"Invalid UTF8 detected in string '{shown}'"


# -- JSON


class Json:
    """Reads JSON documents one after another, or the elements of an outer array, as text."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self._strip = spec["STRIP_OUTER_ARRAY"]
        self._decoder = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)

    def records(self, source: Text) -> Iterator[Record]:
        """The documents; reading ends at the first that is broken, as nothing tells where the next begins."""
        text, number = source.text, 0
        at, inside = _past_blanks(text, 0), False
        while at < len(text):
            if self._strip and not inside and text[at] == "[":
                inside, at = True, _past_blanks(text, at + 1)
                if text[at : at + 1] == "]":
                    inside, at = False, _past_blanks(text, at + 1)
                continue
            number += 1
            try:
                _, end = self._decoder.raw_decode(text, at)
            except (ValueError, RecursionError) as error:
                yield Record(number, at, at, problem=_broken(error, text, at))
                return
            document = text[at:end]
            if _LONE.search(document):
                problem = Problem(100144, "22000", _invalid(document), at)
                yield Record(number, at, end, problem=problem)
                return
            yield Record(number, at, end, (document,), (at,), (False,))
            at = _past_blanks(text, end)
            if inside:
                inside, at, problem_at = _separator(text, at)
                if problem_at is not None:
                    message = "Error parsing JSON: missing comma or closing bracket, pos "
                    problem = Problem(100069, "22P02", f"{message}{problem_at}", problem_at)
                    yield Record(number + 1, problem_at, problem_at, problem=problem)
                    return


def _separator(text: str, at: int) -> tuple[bool, int, int | None]:
    """What follows an element of the outer array: whether it goes on, where, and where it is broken."""
    if text[at : at + 1] == ",":
        return True, _past_blanks(text, at + 1), None
    if text[at : at + 1] == "]":
        return False, _past_blanks(text, at + 1), None
    return False, at, min(at, len(text))


def _past_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _object(pairs: list[tuple[str, Any]]) -> None:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        double = next(n for n in names if names.count(n) > 1)
        raise ValueError(f'duplicate object attribute "{double}"')


def _constant(name: str) -> None:
    raise ValueError(f"unknown keyword '{name}'")


def _broken(error: Exception, text: str, start: int) -> Problem:
    offset, why = start, str(error)
    if isinstance(error, json.JSONDecodeError):
        offset, why = min(error.pos, len(text)), error.msg.lower()
    elif isinstance(error, RecursionError):
        why = "nested too deeply"
    if _LONE.match(text, start):
        return Problem(100144, "22000", _invalid(text[start : start + 40]), start)
    return Problem(100069, "22P02", f"Error parsing JSON: {why}, pos {offset}", offset)
