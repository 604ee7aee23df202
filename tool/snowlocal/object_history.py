"""TASK_HISTORY, TASK_DEPENDENTS and COPY_HISTORY: filters what tasks and loads have recorded of themselves.

Source: docs.snowflake.com/en/sql-reference/functions/task_history, task_dependents, copy_history.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from snowlocal import kinds_table, task_graph
from snowlocal.catalog import Entry
from snowlocal.context import Context
from snowlocal.errors import compilation
from snowlocal.result import Result, table
from snowlocal.show_filters import relation
from snowlocal.table_functions import Arguments, limit, moment
from snowlocal.tasks import HISTORY_COLUMNS, history_rows
from snowlocal.tokens import Reader


def tasks(ctx: Context, arguments: Arguments) -> Result:
    """TASK_HISTORY(…): newest first; the limit applies before any WHERE."""
    begin = moment(arguments, "SCHEDULED_TIME_RANGE_START")
    end = moment(arguments, "SCHEDULED_TIME_RANGE_END")
    name = arguments.get("TASK_NAME")
    wanted = Reader(str(name)).qualified()[-1] if name else None
    root = arguments.get("ROOT_TASK_ID")
    rows = [
        row
        for row in history_rows(ctx)
        if _between(row["SCHEDULED_TIME"], begin, end)
        and wanted in (None, row["NAME"])
        and (not arguments.get("ERROR_ONLY") or row["STATE"] in ("FAILED", "CANCELLED"))
        and root in (None, row["ROOT_TASK_ID"])
    ]
    return table(HISTORY_COLUMNS, rows[: limit(arguments)])


def _between(at: datetime | None, begin: datetime | None, end: datetime | None) -> bool:
    if at is None:
        return begin is None and end is None
    return (begin is None or at >= begin) and (end is None or at <= end)


def task_dependents(ctx: Context, arguments: Arguments) -> Result:
    """TASK_DEPENDENTS(TASK_NAME => …, RECURSIVE => TRUE): a task and those below it, as SHOW TASKS lists them."""
    if not arguments.get("TASK_NAME"):
        raise compilation(938, "22023", "not enough arguments for function [TASK_DEPENDENTS]")
    root = ctx.find("TASK", Reader(str(arguments["TASK_NAME"])).qualified())
    recursive = arguments.get("RECURSIVE", True)
    below: Iterable[Entry] = (
        task_graph.descendants(ctx.catalog, root)
        if recursive
        else task_graph.children(ctx.catalog, root)
    )
    kind = kinds_table.kind("TASK")
    columns = tuple((name.upper(), wire) for name, wire in kind.show_columns)
    rows = [{k.upper(): v for k, v in kind.row(ctx, e).items()} for e in (root, *below)]
    return table(columns, rows)


def copies(ctx: Context, arguments: Arguments) -> Result:
    """COPY_HISTORY(TABLE_NAME => …, START_TIME => … [, END_TIME => …]): the files loaded into a table."""
    from snowlocal.copying import HISTORY_COLUMNS as COPY_COLUMNS
    from snowlocal.copying import history_rows as copied

    if not arguments.get("TABLE_NAME") or not arguments.get("START_TIME"):
        raise compilation(938, "22023", "not enough arguments for function [COPY_HISTORY]")
    entry = relation(ctx, Reader(str(arguments["TABLE_NAME"])).qualified())
    begin, end = moment(arguments, "START_TIME"), moment(arguments, "END_TIME")
    rows: list[dict[str, Any]] = [
        row for row in copied(ctx, entry) if _between(row["LAST_LOAD_TIME"], begin, end)
    ]
    return table(COPY_COLUMNS, rows)
