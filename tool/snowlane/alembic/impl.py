"""Alembic's view of Snowflake: every construct becomes one exact text, or is refused with the fix.

Registers itself as the implementation for the dialect `snowflake` when it is imported.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from alembic.ddl.base import ColumnComment, ColumnName, alter_table, format_column_name
from alembic.ddl.impl import DefaultImpl
from sqlalchemy import schema
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ClauseElement, TextClause

from snowlane.errors import RefusedError
from snowlane.sql.names import literal
from snowlane.sql.type_rules import Judgement, Verdict, judge_change

SINK = "snowlane_sink"
Sink = Callable[[str], None]


def exact_text(construct: ClauseElement | str, dialect: Dialect) -> str:
    """The text of a construct as Snowflake must get it: no bind is read out of strings.

    A plain string and a `text()` without values are taken literally, so that `:` and `%` stay.
    """
    if isinstance(construct, str):
        return construct.strip()
    if isinstance(construct, TextClause):
        has_values = any(bind.value is not None for bind in construct._bindparams.values())
        if not has_values:
            return construct.text.replace("\\:", ":").strip()
    if isinstance(construct, schema.ExecutableDDLElement):
        return str(construct.compile(dialect=dialect)).strip()
    return str(construct.compile(dialect=dialect, compile_kwargs={"literal_binds": True})).strip()


class SnowflakeImpl(DefaultImpl):
    """Alembic's operations on Snowflake.

    With a sink in the context's options every statement goes there as text, and nowhere else.
    """

    __dialect__ = "snowflake"
    transactional_ddl = False

    def _exec(
        self,
        construct: Any,
        execution_options: Mapping[str, Any] | None = None,
        multiparams: Sequence[Mapping[str, Any]] | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> Any:
        sink: Sink | None = self.context_opts.get(SINK)
        if sink is None:
            return super()._exec(construct, execution_options, multiparams, params or {})
        if multiparams or params:
            raise RefusedError(
                "a statement with parameters cannot be shown before it runs",
                next="write the values into the statement",
            )
        if isinstance(construct, schema.CreateIndex | schema.DropIndex):
            raise _no_indexes()
        sink(exact_text(construct, self.dialect))
        return None

    def create_table(self, table: schema.Table, **kw: Any) -> None:
        """Refuses indexes before the dialect does, which names no way on."""
        if table.indexes:
            raise _no_indexes()
        super().create_table(table, **kw)

    def alter_column(self, table_name: str, column_name: str, **kw: Any) -> None:
        """Refuses what Snowflake does: docs.snowflake.com/en/sql-reference/sql/alter-table-column.

        A type is judged where existing_type says what it was; the lints know the others' history.
        """
        if kw.get("server_default", False) not in (False, None):
            raise RefusedError(
                f"the default of {table_name}.{column_name} cannot be set",
                why="Snowflake neither adds nor changes the default of an existing column",
                next="add a new column with the default, or set the value where rows are written",
            )
        new, old = kw.get("type_"), kw.get("existing_type")
        if new is not None and old is not None:
            before, after = (each.compile(dialect=self.dialect) for each in (old, new))
            judged = judge_change(before, after)
            if judged.verdict is Verdict.REFUSED:
                raise _not_in_place(
                    table_name, column_name, kw.get("schema"), before, after, judged
                )
        super().alter_column(table_name, column_name, **kw)


def _not_in_place(
    table: str, column: str, schema: str | None, old: str, new: str, judged: Judgement
) -> RefusedError:
    where = schema or "DATABASE.SCHEMA"
    return RefusedError(
        f"{table}.{column} cannot become {new} in place",
        why=judged.why,
        next="write this instead; docs/changing-a-type.md says what it does:\n"
        f'op.change_column_type(\n    "{table}", "{column}", "{new}", old_type="{old}", '
        f'schema="{where}"\n)',
    )


def _no_indexes() -> RefusedError:
    return RefusedError(
        "standard tables of Snowflake have no indexes",
        why="CREATE INDEX is for hybrid tables only",
        next="leave the index out; to speed up reads, cluster the table: "
        'op.sql("ALTER TABLE DB.SCHEMA.TABLE CLUSTER BY (COLUMN)")',
    )


@compiles(ColumnName, "snowflake")
def _rename_column(element: ColumnName, compiler: Any, **_: Any) -> str:
    old = format_column_name(compiler, element.column_name)
    new = format_column_name(compiler, element.newname)
    table = alter_table(compiler, element.table_name, element.schema)
    return f"{table} RENAME COLUMN {old} TO {new}"


@compiles(ColumnComment, "snowflake")
def _comment_column(element: ColumnComment, compiler: Any, **_: Any) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    column = format_column_name(compiler, element.column_name)
    if element.comment is None:
        return f"{table} ALTER COLUMN {column} UNSET COMMENT"
    return f"{table} ALTER COLUMN {column} COMMENT {literal(element.comment)}"
