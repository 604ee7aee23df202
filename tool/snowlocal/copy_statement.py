"""Reads COPY INTO <table>: its words become a statement's parts. Knows neither catalog nor files.

Source: docs.snowflake.com/en/sql-reference/sql/copy-into-table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from snowlocal import file_formats
from snowlocal.arguments import pieces
from snowlocal.errors import compilation, unsupported
from snowlocal.staged import read_location
from snowlocal.tokens import Reader

METADATA = (
    "METADATA$FILENAME",
    "METADATA$FILE_ROW_NUMBER",
    "METADATA$FILE_CONTENT_KEY",
    "METADATA$FILE_LAST_MODIFIED",
    "METADATA$START_SCAN_TIME",
)
_SKIP = re.compile(r"SKIP_FILE(?:_(\d+)(%?))?")
# Options that change nothing here: there is no file whose load is uncertain, and no row too long is cut unless asked.
_WITHOUT_EFFECT = ("LOAD_UNCERTAIN_FILES",)
_FLAGS = {
    "FORCE": "force",
    "PURGE": "purge",
    "TRUNCATECOLUMNS": "truncate",
    "RETURN_FAILED_ONLY": "failed_only",
}


@dataclass(frozen=True, slots=True)
class OnError:
    """ON_ERROR: `kind` is CONTINUE, ABORT_STATEMENT or SKIP_FILE; `limit` with `percent` is SKIP_FILE_n's number."""

    kind: str
    limit: int = 1
    percent: bool = False

    def error_limit(self, rows: int) -> int:
        """How many errors in a file of so many rows are too many, as the result's error_limit shows it."""
        if self.kind == "CONTINUE":
            return max(rows, 1)
        return max(rows * self.limit // 100, 1) if self.percent else self.limit


@dataclass(frozen=True, slots=True)
class CopyStatement:
    """COPY INTO. `select` is the list of a transformation, its `$n` written as columns C<n> of the file; `width` is the
    largest n."""

    table: tuple[str, ...]
    columns: list[str] | None
    location: str
    select: list[str] | None
    width: int
    file_format: dict[str, Any] | None
    pattern: str | None
    files: list[str] | None
    on_error: OnError | None
    force: bool = False
    purge: bool = False
    truncate: bool = False
    failed_only: bool = False
    size_limit: int | None = None

    def refused_in_pipes(self) -> str | None:
        """The first option that a pipe's COPY must not have. docs.snowflake.com/en/sql-reference/sql/create-pipe"""
        aborts = self.on_error is not None and self.on_error.kind == "ABORT_STATEMENT"
        refused = {
            "FILES": self.files is not None, "ON_ERROR = ABORT_STATEMENT": aborts, "SIZE_LIMIT": self.size_limit,
            "PURGE": self.purge, "FORCE": self.force, "RETURN_FAILED_ONLY": self.failed_only,
        }  # fmt: skip
        return next((name for name, there in refused.items() if there), None)


def parse(text: str) -> CopyStatement:
    """The parts of a COPY INTO <table>. Raises 001003, and 000002 for what this account does not do."""
    reader = Reader(text)
    reader.expect("COPY", "INTO")
    if reader.sees("@") or (
        reader.peek() is not None and reader.tokens[reader.at].kind == "string"
    ):
        raise unsupported("COPY INTO <location>")
    table = reader.qualified()
    columns = _names(reader) if reader.sees("(") else None
    reader.expect("FROM")
    select: list[str] | None = None
    width, inner = 0, dict[str, Any]()
    if reader.accept("("):
        select, width, location, inner = _query(reader)
        reader.expect(")")
    else:
        location = read_location(reader)
    options = _options(reader)
    known = _known(options)
    return CopyStatement(
        table=table,
        columns=columns,
        location=location,
        select=select,
        width=width,
        file_format=options.get("FILE_FORMAT") or inner.get("FILE_FORMAT"),
        pattern=options.get("PATTERN") or inner.get("PATTERN"),
        files=options.get("FILES"),
        **known,
    )


def _names(reader: Reader) -> list[str]:
    reader.expect("(")
    names = [reader.identifier()]
    while reader.accept(","):
        names.append(reader.identifier())
    reader.expect(")")
    return names


def _options(reader: Reader) -> dict[str, Any]:
    found: dict[str, Any] = {}
    while not reader.done:
        reader.accept(",")
        key = reader.identifier()
        reader.expect("=")
        if key == "FILE_FORMAT":
            found[key] = file_formats.read_spec(reader)
        elif key == "PATTERN":
            found[key] = reader.string()
        elif key == "FILES":
            found[key] = [str(v) for v in reader.values_list()]
        elif key == "ON_ERROR":
            found[key] = _on_error_word(reader)
        elif key == "VALIDATION_MODE":
            raise unsupported("COPY VALIDATION_MODE")
        else:
            found[key] = reader.value()
    return found


def _on_error_word(reader: Reader) -> str:
    word = str(reader.value()).upper()
    return word + "%" if reader.accept("%") else word


def _known(options: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"on_error": None}
    for key, value in options.items():
        if key in ("FILE_FORMAT", "PATTERN", "FILES", *_WITHOUT_EFFECT):
            continue
        if key == "ON_ERROR":
            found["on_error"] = _on_error(value)
        elif key in _FLAGS:
            found[_FLAGS[key]] = _flag(key, value)
        elif key == "ENFORCE_LENGTH":
            found["truncate"] = not _flag(key, value)
        elif key == "SIZE_LIMIT":
            found["size_limit"] = int(value)
        elif key != "MATCH_BY_COLUMN_NAME" or str(value).upper() != "NONE":
            raise unsupported(f"COPY {key} = {value}")
    return found


def _flag(key: str, value: Any) -> bool:
    word = str(value).upper()
    if word not in ("TRUE", "FALSE"):
        raise compilation(1008, "22023", f"invalid value [{value}] for parameter '{key}'")
    return word == "TRUE"


def _on_error(word: str) -> OnError:
    if word in ("CONTINUE", "ABORT_STATEMENT"):
        return OnError(word)
    match = _SKIP.fullmatch(word)
    if match is None:
        raise compilation(1008, "22023", f"invalid value [{word}] for parameter 'ON_ERROR'")
    return OnError("SKIP_FILE", int(match[1] or 1), bool(match[2]))


def _query(reader: Reader) -> tuple[list[str], int, str, dict[str, Any]]:
    """The query of a transformation: a list of expressions and a stage, nothing more."""
    reader.expect("SELECT")
    begin, depth, tokens = reader.at, 0, reader.tokens
    while not (depth == 0 and reader.sees("FROM")):
        depth += {"(": 1, ")": -1}.get(reader.next().upper, 0)
    text = reader.source[tokens[begin].start : tokens[reader.at].start]
    if tokens[begin].upper in ("DISTINCT", "TOP"):
        raise unsupported(f"{tokens[begin].upper} in a COPY transformation")
    reader.expect("FROM")
    location = read_location(reader)
    inner = _stage_options(reader) if reader.sees("(") else {}
    alias = None
    if not reader.sees(")"):
        reader.accept("AS")
        for word in ("WHERE", "GROUP", "ORDER", "LIMIT", "JOIN", "INNER", "LEFT", "CROSS", ","):
            if reader.sees(word):
                raise unsupported(f"{word} in a COPY transformation")
        alias = reader.identifier()
    if not reader.sees(")"):
        raise unsupported(f"{reader.next().text.upper()} in a COPY transformation")
    rewritten = [_columns(piece, alias) for piece in pieces(text)]
    return [sql for sql, _ in rewritten], max(width for _, width in rewritten), location, inner


def _stage_options(reader: Reader) -> dict[str, Any]:
    reader.expect("(")
    found: dict[str, Any] = {}
    while not reader.accept(")"):
        reader.accept(",")
        key = reader.identifier()
        reader.expect("=>")
        if key == "FILE_FORMAT":
            found[key] = file_formats.read_spec(reader)
        elif key == "PATTERN":
            found[key] = reader.string()
        else:
            raise compilation(1420, "22023", f"invalid property '{key}' for 'STAGE'")
    return found


def _columns(text: str, alias: str | None) -> tuple[str, int]:
    """An expression with `$n` and `alias.$n` written as "C<n>", METADATA$ columns quoted; and the largest n."""
    tokens = Reader(text).tokens
    if tokens and tokens[-1].text == "*" and len(tokens) in (1, 3):
        raise unsupported("SELECT * in a COPY transformation")
    made, at, width = "", 0, 0
    for i, token in enumerate(tokens):
        name, end = token.upper, token.end
        if token.text == "$" and i + 1 < len(tokens) and tokens[i + 1].kind == "number":
            width = max(width, int(tokens[i + 1].text))
            name, end = f"C{tokens[i + 1].text}", tokens[i + 1].end
        elif not name.startswith("METADATA$"):
            continue
        elif name not in METADATA:
            raise compilation(904, "42000", f"invalid identifier '{name}'")
        start = token.start
        if (
            i > 1
            and tokens[i - 1].text == "."
            and alias in (tokens[i - 2].text, tokens[i - 2].upper)
        ):
            start = tokens[i - 2].start
        made, at = made + text[at:start] + f'"{name}"', end
    return made + text[at:], width
