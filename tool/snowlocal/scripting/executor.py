"""What a block needs from the session it runs in, and what it gives back.

Only shapes: nothing here runs or parses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Rows(Protocol):
    """The answer to one statement."""

    @property
    def columns(self) -> Sequence[str]:
        """Column names as Snowflake shows them."""

    @property
    def rows(self) -> Sequence[tuple[object, ...]]:
        """Values as Python objects."""

    @property
    def affected(self) -> int | None:
        """Rows that a DML statement changed; None for any other statement."""

    @property
    def query_id(self) -> str:
        """The id of the query."""


class Executor(Protocol):
    """The session a block runs in."""

    def execute(self, sql: str) -> Rows:
        """Run one SQL statement. Raises SnowflakeError."""

    def evaluate(self, expression_sql: str) -> object:
        """The value of one scalar SQL expression. Raises SnowflakeError."""


@dataclass(frozen=True)
class Answer:
    """A plain `Rows`."""

    columns: Sequence[str]
    rows: Sequence[tuple[object, ...]]
    affected: int | None = None
    query_id: str = ""


@dataclass(frozen=True)
class ResultTable:
    """What RETURN TABLE(…) gives: the very rows that the session answered with."""

    rows: Rows
