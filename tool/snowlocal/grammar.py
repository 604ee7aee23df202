"""Judges syntax by sqlfluff's Snowflake grammar: what it cannot parse is refused with 001003."""

from __future__ import annotations

import hashlib
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from snowlocal.errors import SnowflakeError, syntax, unexpected
from snowlocal.tokens import tokenize

# sqlfluff obeys settings in comments, for example another dialect: a client's comment must not reach them.
_DIRECTIVE = re.compile(r"--(\s*)(sqlfluff|noqa)", re.IGNORECASE)

_PLAIN = re.compile(r"[A-Z_][A-Z0-9_$]*\Z")
_BEFORE = r"(?s)^(?:\s|--[^\n]*\n|/\*.*?\*/)*"
_GRANT = re.compile(_BEFORE + r"(?:GRANT|REVOKE)\b")
_CLONE = re.compile(_BEFORE + r"CREATE\b.*\bCLONE\b")
_ALTER_TABLE = re.compile(_BEFORE + r"ALTER\s+TABLE\b")
_DROP_COLUMN = re.compile(
    _BEFORE + r"ALTER\s+TABLE\b.*\bDROP\b(?!\s+(?:CONSTRAINT|PRIMARY|UNIQUE|FOREIGN)\b)"
)
_ALTER_TAG = re.compile(_BEFORE + r"ALTER\s+TAG\b")
_CREATE_TAG = re.compile(_BEFORE + r"CREATE\s+(?:OR\s+REPLACE\s+)?TAG\b")
_POLICY = re.compile(_BEFORE + r"CREATE\b.*\bPOLICY\b")
_DROP = re.compile(_BEFORE + r"DROP\b")
_ALTER_DYNAMIC = re.compile(_BEFORE + r"ALTER\s+DYNAMIC\b(?!.*\bMODIFY\b|.*\bCOLUMN\b)")
_CREATE_DYNAMIC = re.compile(_BEFORE + r"CREATE\b[^(]*\bDYNAMIC\s+TABLE\b")
_PATH = r'(?:[\w$]+|"[^"]*")(?:\.(?:[\w$]+|"[^"]*"))*'
_ON_KIND = re.compile(_BEFORE + r"(?:COMMENT|GRANT|REVOKE|UNDROP)\b")
_CREATE_TAGGED = re.compile(_BEFORE + r"CREATE\b.*\b(?:ALERT|FUNCTION|PROCEDURE|TASK)\b")
_ALTER_TAGGED = re.compile(_BEFORE + r"ALTER\s+(?:STAGE|TABLE|USER|VIEW)\b.*\b(?:UN)?SET\s+TAG\b")
_NAME = r'(?!TABLE\b|VIEW\b|COLUMN\b)(?:[\w$]+|"[^"]*")\s+'
# What the grammar cannot read although Snowflake does, put as something of the same length that it reads.
_GAPS = (
    (_ON_KIND, re.compile(r"\b(?<=ON )TAG\b(?!S)|(?<=UNDROP )TAG\b"), "TABLE"),
    (_DROP, re.compile(r"\b(?:MASKING|ROW\s+ACCESS)\s+POLICY\b"), "TABLE"),
    (_ON_KIND, re.compile(r"\bDYNAMIC\s+(?=TABLE\b)"), ""),
    (_GRANT, re.compile(r"\bTAGS\b"), "TASKS"),
    (_GRANT, re.compile(r"\b(?:MASKING|ROW\s+ACCESS)\s+POLICIES\b"), "FILE FORMATS"),
    (_ALTER_TAG, re.compile(r"\bSET(?=\s+ALLOWED_VALUES\b)"), "ADD"),
    (_CREATE_TAG, re.compile(r"\b(?:PROPAGATE|ON_CONFLICT|MULTI_VALUE)\s*=\s*\S+"), ""),
    (_POLICY, re.compile(r"\bEXEMPT_OTHER_POLICIES\s*=\s*\w+"), ""),
    (_ALTER_DYNAMIC, re.compile(r"\bSET\s+(?!TAG\b).*"), "SUSPEND"),
    (_ALTER_DYNAMIC, re.compile(r"\bUNSET\s+(?!TAG\b).*"), "RESUME"),
    (_CREATE_DYNAMIC, re.compile(r"\b(?:WITH\s+)?TAG\s*\([^()]*\)"), ""),
    (
        _CREATE_DYNAMIC,
        re.compile(rf"\b(?:WITH\s+)?MASKING\s+POLICY\s+{_PATH}(?:\s+USING\s*\([^()]*\))?"),
        "",
    ),
    (
        _CREATE_DYNAMIC,
        re.compile(rf"\b(?:WITH\s+)?ROW\s+ACCESS\s+POLICY\s+{_PATH}\s+ON\s*\([^()]*\)"),
        "",
    ),
    (_CLONE, re.compile(r"\b(?:TARGET_LAG\s*=\s*(?:'[^']*'|\w+)|WAREHOUSE\s*=\s*[^\s;]+)"), ""),
    (_CREATE_TAGGED, re.compile(r"\b(?:WITH\s+)?TAG\s*\([^()]*\)"), ""),
    # Several tags of a column, or one without the word COLUMN: the grammar knows them on the table only.
    (
        _ALTER_TAGGED,
        re.compile(
            rf"\b(?:ALTER|MODIFY)\s+(?:COLUMN\s+)?{_NAME}"
            r"(?=(?:UN)?SET\s+TAG\b[^,]*,(?!\s*(?:ALTER|MODIFY|COLUMN)\b))"
        ),
        "",
    ),
    (_ALTER_TAGGED, re.compile(rf"\b(?:ALTER|MODIFY)\s+{_NAME}(?=(?:UN)?SET\s+TAG\b)"), ""),
    (_ALTER_TAGGED, re.compile(r"\b(?:USER|STAGE)(?=\s+[\w$.\"]+\s+(?:UN)?SET\s+TAG\b)"), "TASK"),
    (_GRANT, re.compile(r"(?<!EXECUTE )(?<!MANAGED )\bALERT(?=S?\b)"), "STAGE"),
    (_CLONE, re.compile(r"\bINCLUDE\s+INTERNAL\s+STAGES\b"), ""),
    (
        _CLONE,
        re.compile(
            r"\bIGNORE\s+(?:HYBRID\s+TABLES|TABLES\s+WITH\s+INSUFFICIENT\s+DATA\s+RETENTION)\b"
        ),
        "",
    ),
    # A sequence named in full; what is none is refused by its own number, not as a mistake in writing.
    (_ALTER_TABLE, re.compile(r"\bSET\s+DEFAULT\s+[^,]+"), "DROP DEFAULT"),
    (_ALTER_TABLE, re.compile(r"(?<=PRIMARY KEY)\s+(?:CASCADE|RESTRICT)\b"), ""),
    (_DROP_COLUMN, re.compile(r"\b(?:CASCADE|RESTRICT)(?=\s*;?\s*$)"), ""),
    (_ALTER_TABLE, re.compile(r"\bCOLLATE\s+'[^']*'"), ""),
    (_CLONE, re.compile(r"\bTRANSIENT(?=\s+(?:DATABASE|SCHEMA)\b)"), ""),
)


class Grammar:
    """The parser with its memory; safe to use from several threads.

    `memory` is a file that keeps verdicts from one start to the next; None keeps them in the process only.
    """

    def __init__(self, memory: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, bool] = {}
        self._memory = memory
        if memory is not None and memory.exists():
            # A line torn by a kill is no hash of anything, and does no harm.
            self._kept = dict.fromkeys(memory.read_text().split(), True)

    def check(self, sql: str) -> None:
        """Raise SnowflakeError 001003 where the grammar cannot read `sql` (one statement)."""
        # What stands in a string hardly ever matters to the grammar: statements that differ there only are judged once.
        shape = _shape(sql)
        key = hashlib.sha256(f"{_version()} {shape}".encode()).hexdigest()
        with self._lock:
            if key in self._kept:
                return
        for text in (_without_names(shape), shape, sql):
            error = _verdict(text)
            if error is None:
                break
        if error is not None:
            raise SnowflakeError(error.number, error.sqlstate, error.message)
        with self._lock:
            self._kept[key] = True
            if self._memory is not None:
                with self._memory.open("a") as file:
                    file.write(f"{key}\n")


def _shape(sql: str) -> str:
    """The statement with its strings and numbers emptied; the statement itself where it cannot be read by words."""
    pieces: list[str] = []
    at = 0
    for token in tokenize(sql):
        if token.kind in ("string", "number"):
            text = sql[token.start : token.end]
            empty = "$$x$$" if text.startswith("$$") else "'x'" if token.kind == "string" else "1"
            pieces += [sql[at : token.start], empty]
            at = token.end
    return "".join([*pieces, sql[at:]])


def _without_names(shape: str) -> str:
    """The shape with each part of a dotted name the same: there the grammar takes any identifier."""
    tokens = tokenize(shape)
    dots = {index for index, token in enumerate(tokens) if token.upper == "."}
    pieces: list[str] = []
    at = 0
    for index, token in enumerate(tokens):
        if not dots.isdisjoint((index - 1, index + 1)):
            quoted = token.kind == "name"
            if quoted or (_PLAIN.match(token.upper) and token.upper not in _kept_words()):
                pieces += [shape[at : token.start], '"x"' if quoted else "x"]
                at = token.end
    return "".join([*pieces, shape[at:]])


@cache
def _version() -> str:
    return version("sqlfluff")


@cache
def _worker() -> ThreadPoolExecutor:
    # sqlfluff looks for its plugins anew in each thread context, which costs more than parsing
    # does: one thread parses for all.
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="grammar")


@cache
def _linter() -> Any:
    from sqlfluff.core import (
        FluffConfig,
        Linter,
    )  # made on first use because it costs half a second

    settings = {"dialect": "snowflake", "templater": "raw", "large_file_skip_byte_limit": 0}
    return Linter(config=FluffConfig(overrides=settings))


@cache
def _kept_words() -> frozenset[str]:
    """Words that are no identifier, and the one that _GAPS looks for behind a dot."""

    def reserved() -> set[str]:
        from sqlfluff.core.dialects import dialect_selector

        found: set[str] = dialect_selector("snowflake").sets("reserved_keywords")
        return found

    return frozenset(_worker().submit(reserved).result()) | {"NEXTVAL"}


@lru_cache(maxsize=4096)
def _verdict(sql: str) -> SnowflakeError | None:
    text = _bridged(_DIRECTIVE.sub(r"--\1 \2_", sql))
    tree = _worker().submit(lambda: _linter().parse_string(text).tree).result()
    if tree is None:
        return syntax("parse error")
    for broken in tree.recursive_crawl("unparsable"):
        words = [segment for segment in broken.raw_segments if segment.is_code]
        if words:
            line, position = words[0].pos_marker.source_position()
            return unexpected(words[0].raw.split("\n")[0][:40], line, position - 1)
    return None


def _bridged(sql: str) -> str:
    """The text with the grammar's gaps bridged; only for judging, places stay about as they are."""
    for statement, gap, instead in _GAPS:
        upper = sql.upper()
        if len(upper) != len(sql):
            return sql
        if statement.search(upper):
            for found in reversed(list(gap.finditer(upper))):
                filler = instead.ljust(found.end() - found.start())
                sql = sql[: found.start()] + filler + sql[found.end() :]
    return sql
