"""Runs the select list of a COPY transformation over a file's rows, and finds the rows for which it fails.

Knows nothing of files: rows come in and go out as arrow tables.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from snowlocal import duck_errors
from snowlocal.columns import TableColumn
from snowlocal.context import Context
from snowlocal.errors import SnowflakeError, cancelled, compilation
from snowlocal.query.engine import fetch, prepare, registered
from snowlocal.query.parse import parse
from snowlocal.query.resolve import Resolver

_ROWS = "_STAGED"
_SEMI_STRUCTURED = ("VARIANT", "OBJECT", "ARRAY")


@dataclass
class Transformation:
    """A select list over the columns C1 … C<width> and METADATA$ columns; `kinds` are the wire types of its results."""

    select: list[str]
    width: int
    columns: list[TableColumn]
    kinds: list[str] = field(default_factory=list)

    def apply(self, ctx: Context, rows: pa.Table) -> tuple[pa.Table, dict[int, SnowflakeError]]:
        """The results for the rows that can be computed, in order, and by index why the others cannot.

        Raises SnowflakeError for a list that does not compile, 002020 for one of another length than the columns,
        002023 for text where the column wants a VARIANT.
        """
        resolver = Resolver(ctx, {_ROWS: rows})
        tree = parse(f"SELECT {', '.join(self.select)} FROM {_ROWS}")  # noqa: S608
        text = prepare(ctx, resolver, tree)
        name = next(key for key, table in resolver.found.registered.items() if table is rows)
        duck = ctx.account.duck.cursor()
        try:
            with registered(duck, resolver.found):
                return self._run(ctx, duck, name, text, rows)
        except duckdb.Error as error:
            raise duck_errors.translate(error) from error
        finally:
            duck.close()

    def _run(
        self, ctx: Context, duck: duckdb.DuckDBPyConnection, name: str, text: str, rows: pa.Table
    ) -> tuple[pa.Table, dict[int, SnowflakeError]]:
        duck.register(name, rows.slice(0, 0))
        empty = fetch(duck, text)  # what does not compile is refused here, before any row is judged
        self.kinds = [c.type for c in empty.columns]
        self._check_kinds()
        parts: list[pa.Table] = []
        failed: dict[int, SnowflakeError] = {}
        waiting = [(0, rows.num_rows)]
        # Rows are tried together; a batch that fails is halved until the failing row stands alone.
        while waiting:
            if ctx.session.cancel.is_set():
                raise cancelled()
            begin, count = waiting.pop()
            if not count:
                continue
            duck.register(name, rows.slice(begin, count))
            try:
                found = fetch(duck, text).arrow
            except duckdb.Error as error:
                if count == 1:
                    failed[begin] = duck_errors.translate(error)
                else:
                    half = count // 2
                    waiting += [(begin + half, count - half), (begin, half)]
            else:
                assert found is not None
                parts.append(found)
        assert empty.arrow is not None
        names = [f"v{i}" for i in range(len(self.kinds))]
        tables = [
            t.rename_columns(names).cast(empty.arrow.rename_columns(names).schema) for t in parts
        ]
        return pa.concat_tables(tables or [empty.arrow.rename_columns(names)]), failed

    def _check_kinds(self) -> None:
        if len(self.kinds) != len(self.columns):
            raise compilation(
                2020,
                "21S01",
                "Insert value list does not match column list expecting "
                f"{len(self.columns)} but got {len(self.kinds)}",
            )
        for column, kind in zip(self.columns, self.kinds, strict=True):
            base = column.data_type.base
            if base in _SEMI_STRUCTURED and kind == "text":
                raise compilation(
                    2023,
                    "22000",
                    f"Expression type does not match column data type, expecting {base} but got "
                    f"VARCHAR(16777216) for column {column.name}",
                )
