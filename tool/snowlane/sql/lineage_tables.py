"""The tables that a sequence of changes leaves behind: their columns, in order, and clustering keys.

Pure: changes in, tables out. What a query after AS yields is for the caller to say.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from snowlane.sql.lineage_changes import (
    AddColumn,
    Change,
    ChangeType,
    Column,
    CreateTable,
    DropColumn,
    DropSchema,
    DropTable,
    Path,
    RenameColumn,
    RenameTable,
    SetClustering,
    SetComment,
    SetDefault,
    SetNotNull,
    SwapTable,
)

Columns = tuple[Column, ...]
QueryColumns = Callable[[str, Path, Mapping[Path, "Table"]], Columns]


@dataclass(frozen=True)
class Table:
    """A table as its statements left it.

    `was_altered` says that columns came, went or moved after it was made, so that their order is
    not the one of its definition; `appended` names the columns that ALTER TABLE added.
    """

    path: Path
    columns: Columns = ()
    cluster_by: str = ""
    is_hybrid: bool = False
    was_altered: bool = False
    appended: frozenset[str] = frozenset()
    comment: str = ""

    def column(self, name: str) -> Column | None:
        """The column of a stored name."""
        return next((each for each in self.columns if each.name == name), None)


Tables = Mapping[Path, Table]


def after_changes(
    tables: Tables, changes: Iterable[Change], query_columns: QueryColumns | None = None
) -> dict[Path, Table]:
    """The tables after some changes; `query_columns` gives the columns of CREATE TABLE … AS.

    Changes of tables that are not known are left out: they may have been made elsewhere.
    """
    state = dict(tables)
    for change in changes:
        _apply(state, change, query_columns)
    return state


def _apply(state: dict[Path, Table], change: Change, query_columns: QueryColumns | None) -> None:
    known = state.get(change.table)
    match change:
        case CreateTable():
            if not (known and change.if_not_exists):
                state[change.table] = _created(state, change, query_columns)
        case DropTable():
            state.pop(change.table, None)
        case DropSchema():
            for path in [path for path in state if path[: len(change.table)] == change.table]:
                del state[path]
        case RenameTable() if known:
            del state[change.table]
            state[change.to] = replace(known, path=change.to)
        case SwapTable() if known and change.other in state:
            other = state[change.other]
            state[change.table] = replace(other, path=change.table)
            state[change.other] = replace(known, path=change.other)
        case _ if known:
            state[change.table] = _altered(known, change)


def _created(state: Tables, change: CreateTable, query_columns: QueryColumns | None) -> Table:
    columns, cluster_by, comment = change.columns, change.cluster_by, change.comment
    if change.source and change.source in state:
        model = state[change.source]
        columns, cluster_by = model.columns, model.cluster_by
        comment = comment or model.comment
    elif change.query is not None and not columns and query_columns is not None:
        columns = query_columns(change.query, change.table, state)
    is_hybrid = "HYBRID" in change.modifiers
    return Table(change.table, columns, cluster_by, is_hybrid, comment=comment)


def _altered(table: Table, change: Change) -> Table:
    match change:
        case AddColumn():
            if table.column(change.column.name):
                return table
            return replace(
                table,
                columns=(*table.columns, change.column),
                was_altered=True,
                appended=table.appended | {change.column.name},
            )
        case DropColumn():
            kept = tuple(each for each in table.columns if each.name != change.column)
            return replace(table, columns=kept, was_altered=True)
        case RenameColumn():
            appended = frozenset(
                change.to if name == change.column else name for name in table.appended
            )
            return _with(replace(table, appended=appended), change.column, name=change.to)
        case ChangeType():
            return _with(table, change.column, type=change.type)
        case SetNotNull():
            return _with(table, change.column, nullable=change.nullable)
        case SetDefault():
            return _with(table, change.column, default=change.default)
        case SetClustering():
            return replace(table, cluster_by=change.cluster_by)
        case SetComment(column=None):
            return replace(table, comment=change.comment)
        case SetComment(column=str(column)):
            return _with(table, column, comment=change.comment)
    return table


def _with(table: Table, column: str, **values: Any) -> Table:
    columns = tuple(
        replace(each, **values) if each.name == column else each for each in table.columns
    )
    return replace(table, columns=columns)
