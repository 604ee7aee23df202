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
        text = _DIRECTIVE.sub(r"--\1 \2_", sql)
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
