"""Judges syntax by sqlfluff's Snowflake grammar: what it cannot parse is refused with 001003."""

from __future__ import annotations

import re
import threading
from functools import lru_cache
from typing import Any

from snowlocal.errors import SnowflakeError, syntax, unexpected

# sqlfluff obeys settings in comments, for example another dialect: a client's comment must not reach them.
_DIRECTIVE = re.compile(r"--(\s*)(sqlfluff|noqa)", re.IGNORECASE)
_BIND = re.compile(r"(?<![\w:\"\])]):(\d+)\b")

_BEFORE = r"(?s)^(?:\s|--[^\n]*\n|/\*.*?\*/)*"
_GRANT = re.compile(_BEFORE + r"(?:GRANT|REVOKE)\b")
_CLONE = re.compile(_BEFORE + r"CREATE\b.*\bCLONE\b")
_ALTER_TABLE = re.compile(_BEFORE + r"ALTER\s+TABLE\b")
# What the grammar cannot read although Snowflake does, put as something of the same length that it reads.
_GAPS = (
    (_GRANT, re.compile(r"(?<!EXECUTE )(?<!MANAGED )\bALERT(?=S?\b)"), "STAGE"),
    (_CLONE, re.compile(r"\bINCLUDE\s+INTERNAL\s+STAGES\b"), ""),
    (_ALTER_TABLE, re.compile(r"\bCOLLATE\s+'[^']*'"), ""),
    (_CLONE, re.compile(r"\bTRANSIENT(?=\s+(?:DATABASE|SCHEMA)\b)"), ""),
)


class Grammar:
    """The parser, made on first use because it costs half a second; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._linter: Any = None
        self._judge = lru_cache(maxsize=2048)(self._parse)

    def check(self, sql: str) -> None:
        """Raise SnowflakeError 001003 where the grammar cannot read `sql` (one statement)."""
        error = self._judge(sql)
        if error is not None:
            raise SnowflakeError(error.number, error.sqlstate, error.message)

    def _parse(self, sql: str) -> SnowflakeError | None:
        text = _bridged(_DIRECTIVE.sub(r"--\1 \2_", sql))
        with self._lock:
            if self._linter is None:
                from sqlfluff.core import FluffConfig, Linter

                settings = {
                    "dialect": "snowflake",
                    "templater": "raw",
                    "large_file_skip_byte_limit": 0,
                }
                self._linter = Linter(config=FluffConfig(overrides=settings))
            parsed = self._linter.parse_string(text)
        tree = parsed.tree
        if tree is None:
            return syntax("parse error")
        for broken in tree.recursive_crawl("unparsable"):
            words = [segment for segment in broken.raw_segments if segment.is_code]
            if words:
                line, position = words[0].pos_marker.source_position()
                return unexpected(words[0].raw.split("\n")[0][:40], line, position - 1)
        return None


def _bridged(sql: str) -> str:
    """The text with the grammar's gaps bridged; only for judging, places stay as they are."""
    upper = sql.upper()
    if len(upper) != len(sql):
        return sql
    for statement, gap, instead in _GAPS:
        if statement.search(upper):
            for found in gap.finditer(upper):
                filler = instead.ljust(found.end() - found.start())
                sql = sql[: found.start()] + filler + sql[found.end() :]
    return sql
