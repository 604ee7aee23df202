"""What a statement answers: columns with Snowflake's types, and rows of Python values. Knows nothing of the wire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Column:
    """A result column. `type` is Snowflake's wire name in lower case: text, fixed, real, boolean, date, time,
    timestamp_ntz, timestamp_ltz, timestamp_tz, variant, binary."""

    name: str
    type: str = "text"
    precision: int | None = None
    scale: int | None = None
    length: int | None = None
    nullable: bool = True


@dataclass(frozen=True, slots=True)
class Result:
    """Rows, or an arrow table with the same columns; `affected` is the row count of DML."""

    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Any]] = ()
    arrow: pa.Table | None = None
    affected: int | None = None
    stage: Mapping[str, Any] | None = None  # what a PUT or GET tells the client to copy, and where

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self.arrow.num_rows if self.arrow is not None else len(self.rows)

    def tuples(self) -> list[tuple[Any, ...]]:
        """The rows as tuples, whichever form they are held in."""
        if self.arrow is None:
            return [tuple(row) for row in self.rows]
        columns = [column.to_pylist() for column in self.arrow.columns]
        return list(zip(*columns, strict=True)) if columns else []


def status(text: str) -> Result:
    """The one-row answer of most statements that are not queries."""
    return Result((Column("status"),), [(text,)])


def table(columns: Sequence[tuple[str, str]], rows: Iterable[Mapping[str, Any]]) -> Result:
    """Rows given as mappings, in the order of `columns` (name and wire type)."""
    described = tuple(Column(name, kind) for name, kind in columns)
    return Result(described, [[row.get(name) for name, _ in columns] for row in rows])


def counted(verb: str, count: int) -> Result:
    """The answer of an INSERT or DELETE: 'number of rows inserted'."""
    return Result((Column(f"number of rows {verb}", "fixed"),), [(count,)], affected=count)
