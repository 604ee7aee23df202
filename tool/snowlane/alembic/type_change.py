"""`op.change_column_type`, the way back from it, and the end of the column it retires.

Decides by the table of Snowflake's rules whether one ALTER does it, one after a look at the data, or
a new column beside the old one. Importing this module registers the operations.
"""

from collections.abc import Mapping, Sequence

from alembic.operations import MigrateOperation, Operations

from snowlane.alembic import column_facts
from snowlane.alembic.arguments import (
    Type,
    column_name,
    conversion_between,
    data_type,
    one_of,
    refuse_no_expression,
    table_path,
)
from snowlane.alembic.column_change import Asked, OnLoss, changed, restored
from snowlane.alembic.column_facts import Expected
from snowlane.alembic.writers import park, put_back, writers_of
from snowlane.errors import RefusedError
from snowlane.sql.names import literal, parse_path, qualified, quote
from snowlane.sql.type_rules import Verdict, judge_change


class _Statements(MigrateOperation):
    """Some exact statements, in order."""

    def __init__(self, statements: Sequence[str]) -> None:
        self.statements = tuple(statements)

    def reverse(self) -> MigrateOperation:
        """The reverse needs a conversion of its own, which only the revision can give."""
        raise NotImplementedError("write the reverse into downgrade()")


@Operations.register_operation("change_column_type")
class ChangeColumnTypeOperation(_Statements):
    """A column gets another type, in place where Snowflake allows that."""

    @classmethod
    def change_column_type(
        cls,
        operations: Operations,
        table: str,
        column: str,
        new_type: Type,
        *,
        old_type: Type,
        schema: str,
        conversion: str | None = None,
        loses: str | None = None,
        empty: str = "loss",
        on_loss: str = "refuse",
        reason: str = "",
        key: Sequence[str] = (),
        nullable: bool = True,
        default: str | None = None,
        comment: str | None = None,
        masking_policy: str | None = None,
        tags: Mapping[str, str] | None = None,
        writers: Sequence[str] = (),
        retired: str | None = None,
    ) -> None:
        """Change the type of `table.column` in the logical `schema`, "RAW.BRONZE".

        `conversion` makes the new value of `{column}` and is null where there is none; without it
        one is derived where that is no guess. `loses` is a condition on `{column}` and
        `{converted}` that replaces the derived check for values cut short. `empty` says whether
        empty text is a "loss" or becomes "null". Lost values are refused before anything has
        happened ("refuse"), kept aside by `key` in TABLE__COLUMN__QUARANTINE ("quarantine"), or
        accepted for a `reason` ("accept"). `nullable`, `default` (SQL), `comment`, `masking_policy`
        and `tags` are what the column has and the new one gets. `writers` are parked meanwhile,
        "pipe RAW.BRONZE.P", "task STAGING.TASKS.T". The old column stays as `retired`,
        COLUMN__RETIRED by default, until op.drop_retired_column.

        Raises RefusedError for what cannot be done so.
        """
        asked = _asked(operations, table, column, new_type, old_type, schema, retired, nullable)
        parked = writers_of(writers)
        one_of("on_loss", on_loss, ("refuse", "quarantine", "accept"))
        one_of("empty", empty, ("loss", "null"))
        choice = OnLoss(on_loss, _one_line(reason), tuple(column_name(each) for each in key))
        choice.refuse_contradictions(asked)
        judged = judge_change(str(asked.old), str(asked.new))
        alter = f"{asked.alter} ALTER COLUMN {quote(asked.column)} TYPE {asked.new}"
        if judged.verdict is Verdict.SAME:
            raise RefusedError(
                f"{asked.short} has the type {asked.new} already", next="leave the operation out"
            )
        if judged.verdict is Verdict.ALTER:
            operations.invoke(cls([alter]))
            return
        found = conversion_between(asked.old, asked.new, conversion, loses)
        fills_all = conversion is not None or default is not None
        exchange = changed(asked, found, choice, empty=empty, fills_all=fills_all)
        if judged.verdict is Verdict.PROBE and on_loss == "refuse":
            look, unlike = column_facts.unlike(asked.table, [Expected(asked.column, asked.old)])
            operations.invoke(cls([exchange.look_first(look, [unlike]), alter]))
            return
        has_comment = None if comment is not None else False
        expected = Expected(asked.column, asked.old, nullable, default is not None, has_comment)
        look, unlike = column_facts.unlike(asked.table, [expected])
        asks, marked = column_facts.marked(
            asked.table, asked.column, has_policy=masking_policy is not None, has_tags=bool(tags)
        )
        statements = [
            exchange.look_first([*look, *asks], [unlike, marked]),
            *park(asked.table, parked),
            *_added(asked, default, comment, masking_policy, tags or {}),
            exchange.fill(),
            *exchange.keep_aside(),
            exchange.cut_over(),
            *put_back(asked.table, parked),
        ]
        operations.invoke(cls(statements))


@Operations.register_operation("restore_retired_column")
class RestoreRetiredColumnOperation(_Statements):
    """The column that a change of type retired comes back with the values it had."""

    @classmethod
    def restore_retired_column(
        cls,
        operations: Operations,
        table: str,
        column: str,
        new_type: Type,
        *,
        old_type: Type,
        schema: str,
        conversion: str | None = None,
        changed_by: str | None = None,
        on_loss: str = "refuse",
        reason: str = "",
        nullable: bool = True,
        writers: Sequence[str] = (),
        retired: str | None = None,
    ) -> None:
        """Take back op.change_column_type while its retired column is there.

        `new_type` is the type to come back to and `old_type` the one `column` has now. A row whose
        value is still what the change made of it gets its old value back; one that came or
        changed since gets `conversion` of its value. `changed_by` is the conversion of the change.
        Both are derived where that is no guess. All else is as with op.change_column_type, but that
        lost values cannot be quarantined.

        Raises RefusedError for what cannot be done so.
        """
        asked = _asked(operations, table, column, new_type, old_type, schema, retired, nullable)
        parked = writers_of(writers)
        one_of("on_loss", on_loss, ("refuse", "accept"))
        choice = OnLoss(on_loss, _one_line(reason))
        choice.refuse_contradictions(asked)
        # What is cut short shows in that the change does not make the same value of it again.
        back = conversion_between(asked.old, asked.new, conversion, "FALSE")
        made = conversion_between(asked.new, asked.old, changed_by, "FALSE", "changed_by")
        exchange = restored(asked, back, made, choice)
        look, unlike = column_facts.unlike(
            asked.table,
            [
                Expected(asked.column, asked.old, nullable),
                Expected(asked.retired, asked.new, nullable=True),
            ],
        )
        statements = [
            exchange.look_first(look, [unlike]),
            *park(asked.table, parked),
            exchange.fill(),
            exchange.cut_over(),
            f"{asked.alter} DROP COLUMN {quote(asked.fresh)}",
            *put_back(asked.table, parked),
        ]
        operations.invoke(cls(statements))


@Operations.register_operation("drop_retired_column")
class DropRetiredColumnOperation(_Statements):
    """The column that a change of type left behind goes."""

    @classmethod
    def drop_retired_column(
        cls,
        operations: Operations,
        table: str,
        column: str,
        *,
        schema: str,
        retired: str | None = None,
    ) -> None:
        """Drop what op.change_column_type left of `column`, in a later revision than that one."""
        name = column_name(retired or f"{column_name(column)}__RETIRED")
        path = qualified(*table_path(schema, table))
        operations.invoke(cls([f"ALTER TABLE {path} DROP COLUMN {quote(name)}"]))


@Operations.implementation_for(ChangeColumnTypeOperation)
@Operations.implementation_for(RestoreRetiredColumnOperation)
@Operations.implementation_for(DropRetiredColumnOperation)
def _run(operations: Operations, operation: _Statements) -> None:
    for statement in operation.statements:
        operations.execute(statement)


def _asked(
    operations: Operations,
    table: str,
    column: str,
    new_type: Type,
    old_type: Type,
    schema: str,
    retired: str | None,
    nullable: bool,
) -> Asked:
    dialect = operations.migration_context.dialect
    name = column_name(column)
    return Asked(
        table=table_path(schema, table),
        column=name,
        old=data_type(old_type, dialect),
        new=data_type(new_type, dialect),
        retired=column_name(retired or f"{name}__RETIRED"),
        nullable=nullable,
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _added(
    asked: Asked,
    default: str | None,
    comment: str | None,
    masking_policy: str | None,
    tags: Mapping[str, str],
) -> list[str]:
    """The new column with all that the old one has but NOT NULL, which comes when it is filled."""
    fresh = quote(asked.fresh)
    if default is not None:
        refuse_no_expression("default", default)
    given = "" if default is None else f" DEFAULT {default}"
    statements = [f"{asked.alter} ADD COLUMN {fresh} {asked.new}{given}"]
    column = f"{asked.alter} ALTER COLUMN {fresh}"
    if comment is not None:
        statements.append(f"{column} COMMENT {literal(comment)}")
    if masking_policy is not None:
        statements.append(f"{column} SET MASKING POLICY {_full_name(masking_policy)}")
    if tags:
        given_tags = [f"{_full_name(name)} = {literal(value)}" for name, value in tags.items()]
        statements.append(f"{column} SET TAG {', '.join(given_tags)}")
    return statements


def _full_name(name: str) -> str:
    path = parse_path(name)
    if path is None or len(path) != 3 or "" in path:
        raise RefusedError(
            f"{name!r} does not name a policy or tag",
            next="name it logically and in three parts, such as RAW.METADATA.NAME",
        )
    return qualified(*path)
