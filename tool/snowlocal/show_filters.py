"""What follows SHOW <plural>: pattern, place, beginning and page. Reads and judges names; finds only the place.

Source: docs.snowflake.com/en/sql-reference/sql/show, "Parameters".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from snowlocal.catalog import COLUMNED, Entry
from snowlocal.context import Context
from snowlocal.errors import SnowflakeError, missing, no_operation
from snowlocal.names import dotted
from snowlocal.tokens import Reader

_T = TypeVar("_T")
MOST_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Filters:
    """What follows the plural: a pattern, a place, a beginning, and a page."""

    like: str | None = None
    scope: Entry | None = None
    account: bool = False
    starts_with: str | None = None
    limit: int | None = None
    after: str | None = None

    def matches(self, name: str) -> bool:
        """Whether a name passes LIKE (any case), STARTS WITH and FROM (both case-sensitive)."""
        if self.like is not None and not like_pattern(self.like).fullmatch(name):
            return False
        if self.starts_with is not None and not name.startswith(self.starts_with):
            return False
        return self.after is None or name > self.after


def read_filters(
    ctx: Context, reader: Reader, level: str = "schema", in_tables: bool = False
) -> Filters:
    """The filters at the reader's place, to the end. `in_tables` says that a table is a place too.

    Raises 002043 for a place that is not there.
    """
    like = starts = after = None
    limit: int | None = None
    scope: Entry | None = None
    account = False
    said = False
    if reader.accept("LIKE"):
        like = reader.string()
    if reader.accept("IN"):
        said = True
        scope, account = _scope(ctx, reader, in_tables)
    if reader.accept("STARTS", "WITH"):
        starts = reader.string()
    if reader.accept("LIMIT"):
        limit = int(reader.value())
        if not 1 <= limit <= MOST_ROWS:
            raise _too_many()
        if reader.accept("FROM"):
            after = reader.string()
    reader.finish()
    if not said:
        scope = _here(ctx, level)
    return Filters(like, scope, account, starts, limit, after)


def _scope(ctx: Context, reader: Reader, in_tables: bool) -> tuple[Entry | None, bool]:
    if reader.accept("ACCOUNT"):
        return None, True
    if reader.accept("DATABASE"):
        parts = _rest_of_name(reader)
        name = parts[-1] if parts else ctx.session.database
        found = ctx.maybe("DATABASE", (name,)) if name else None
    elif reader.accept("SCHEMA"):
        parts = _rest_of_name(reader)
        if not parts and ctx.session.schema:
            parts = (ctx.session.schema,)
        found = ctx.maybe("SCHEMA", parts) if parts else None
    elif in_tables and (reader.accept("TABLE") or reader.accept("VIEW")):
        found = relation(ctx, reader.qualified())
    else:
        found = _place(ctx, reader.qualified(), in_tables)
    if found is None:
        raise no_operation()
    return found, False


def _place(ctx: Context, parts: tuple[str, ...], in_tables: bool) -> Entry:
    if in_tables:
        if len(parts) == 3:
            return relation(ctx, parts)
        try:
            return ctx.scope(parts)
        except SnowflakeError:
            return relation(ctx, parts)
    return ctx.scope(parts)


def _rest_of_name(reader: Reader) -> tuple[str, ...]:
    token = reader.peek()
    if token is None or token.upper in ("STARTS", "LIMIT", ";"):
        return ()
    return reader.qualified()


def relation(ctx: Context, parts: tuple[str, ...]) -> Entry:
    """The table or view of this name, of whatever kind. Raises 002003."""
    for kind in COLUMNED:
        try:
            found = ctx.maybe(kind, parts)
        except SnowflakeError as error:
            if error.number != 2203:
                raise
            continue
        if found is not None:
            return found
    raise missing("TABLE", dotted(*parts))


def _here(ctx: Context, level: str) -> Entry | None:
    """Where SHOW looks without IN: the current schema, else the current database, else the account."""
    if level == "account" or not ctx.session.database:
        return None
    if level == "schema" and ctx.session.schema:
        return ctx.maybe("SCHEMA", (ctx.session.database, ctx.session.schema))
    return ctx.maybe("DATABASE", (ctx.session.database,))


def cut(rows: Sequence[_T], limit: int | None) -> list[_T]:
    """The first `limit` rows. Raises 090153 where there are more than 10,000 and no limit was given."""
    if limit is None and len(rows) > MOST_ROWS:
        raise _too_many()
    return list(rows[:limit])


def _too_many() -> SnowflakeError:
    return SnowflakeError(
        90153,
        "22000",
        f"The result set size exceeded the max number of rows({MOST_ROWS}) supported for SHOW statements. "
        "Use LIMIT option to limit result set to a smaller number.",
    )


def like_pattern(pattern: str) -> re.Pattern[str]:
    """A LIKE pattern as a regular expression: `%` and `_` are wildcards unless escaped, case is ignored."""
    parts: list[str] = []
    escaped = False
    for character in pattern:
        if escaped:
            parts.append(re.escape(character))
            escaped = False
        elif character == "\\":
            escaped = True
        else:
            parts.append({"%": ".*", "_": "."}.get(character) or re.escape(character))
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)
