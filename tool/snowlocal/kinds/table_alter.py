"""ALTER TABLE: columns, keys and clustering, with Snowflake's refusals.

Source: docs.snowflake.com/en/sql-reference/sql/alter-table and …/alter-table-column.
"""

from __future__ import annotations

from dataclasses import replace

from snowlocal import (
    attachments,
    changes,
    clustering,
    column_defaults,
    keys,
    marks,
    materialized,
    policies,
    tags,
)
from snowlocal.catalog import Entry
from snowlocal.change import Change
from snowlocal.column_definitions import ColumnDefinition, read_column
from snowlocal.columns import TableColumn, judge
from snowlocal.context import Context
from snowlocal.errors import SnowflakeError, compilation, invalid_identifier, unsupported
from snowlocal.kinds import table_keys
from snowlocal.kinds.table import place_sequence
from snowlocal.query import translate
from snowlocal.query.dml import defaults
from snowlocal.result import Result, status
from snowlocal.storage import columns_of, definition, duck_name, quoted, row_count, separate
from snowlocal.tokens import Reader
from snowlocal.types import read_type

_DONE = "Statement executed successfully."


def alter(ctx: Context, entry: Entry, reader: Reader) -> Result | None:
    """Run what concerns columns, keys and clustering; None for what all kinds have (RENAME TO, SET COMMENT, SWAP)."""
    if (
        reader.sees("RENAME", "TO")
        or reader.sees("SWAP")
        or reader.sees("SET")
        or reader.sees("UNSET")
    ):
        return None
    if policies.sees_rows_action(reader):
        changed = policies.altered_rows(ctx, entry, reader)
        reader.finish()
        with ctx.change() as change:
            change.put(changed)
        return status(_DONE)
    _require(ctx, entry, reader)
    with ctx.change() as change:
        altered = _alter(ctx, change, entry, reader)
        reader.finish()
        change.put(altered.with_details())
    return status(_DONE)


def _require(ctx: Context, entry: Entry, reader: Reader) -> None:
    """Raise 003001 unless the role owns the table; tags and masks of columns ask for their own rights."""
    words = [token.upper for token in reader.tokens[reader.at :]]
    if words[:1] in (["ALTER"], ["MODIFY"]) and ("TAG" in words or "MASKING" in words):
        return
    ctx.access.require_owner(entry)


def _alter(ctx: Context, change: Change, entry: Entry, reader: Reader) -> Entry:
    if reader.accept("ADD"):
        keyed = table_keys.add(ctx, entry, reader)
        return keyed if keyed is not None else _add_columns(ctx, change, entry, reader)
    if reader.accept("DROP"):
        return _drop(change, entry, reader)
    if reader.accept("RENAME", "CONSTRAINT"):
        return table_keys.rename(change.catalog, entry, reader)
    if reader.accept("RENAME", "COLUMN"):
        old = reader.identifier()
        reader.expect("TO")
        return _rename_column(change, entry, old, reader.identifier())
    if reader.accept("CLUSTER", "BY"):
        key = f"({reader.parenthesised().strip()})"
        clustering.judge(key, columns_of(entry))
        return entry.with_details(cluster_by=key, reclustering=True)
    if reader.accept("ALTER") or reader.accept("MODIFY"):
        if table_keys.sees_altered(reader):
            return table_keys.alter(change.catalog, entry, reader)
        return _alter_columns(ctx, change, entry, reader)
    for word in ("SUSPEND", "RESUME"):
        if reader.accept(word, "RECLUSTER"):
            return entry.with_details(reclustering=word == "RESUME")
    if reader.accept("RECLUSTER"):
        raise unsupported("ALTER TABLE RECLUSTER; clustering is automatic")
    raise unsupported(f"ALTER TABLE {reader.next().text.upper()}")


def _own(change: Change, entry: Entry) -> Entry:
    """The entry with storage of its own, before its storage is altered."""
    return separate(change, entry, defaults(change.catalog, columns_of(entry)))


def _with_columns(entry: Entry, columns: list[TableColumn]) -> Entry:
    return replace(entry, details={**entry.details, "columns": [c.as_details() for c in columns]})


# -- ADD


def _add_columns(ctx: Context, change: Change, entry: Entry, reader: Reader) -> Entry:
    while True:
        reader.accept("COLUMN")
        if_not_exists = reader.accept("IF", "NOT", "EXISTS")
        entry = _add_column(ctx, change, entry, read_column(reader), if_not_exists)
        if not reader.accept(","):
            return entry


def _add_column(
    ctx: Context,
    change: Change,
    entry: Entry,
    defined: ColumnDefinition,
    if_not_exists: bool,
) -> Entry:
    column, keyed = defined.column, defined.keys
    if if_not_exists and (column.default is not None or column.identity is not None or keyed):
        raise compilation(
            1003,
            "42000",
            "IF NOT EXISTS cannot be combined with DEFAULT, AUTOINCREMENT, UNIQUE, PRIMARY KEY or FOREIGN KEY"
            " in ALTER TABLE … ADD COLUMN.",
        )
    columns = columns_of(entry)
    if any(c.name == column.name for c in columns):
        if if_not_exists:
            return entry
        raise compilation(1430, "42601", f"column '{column.name}' already exists")
    if any(c.name.upper() == column.name.upper() for c in columns):
        raise unsupported("two columns whose names differ in case only")
    text = _literal_default(ctx, column)
    filled = row_count(change.duck, entry) > 0
    if filled and column.identity is not None:
        raise unsupported(
            f"AUTOINCREMENT for a column that is added to the non-empty table {entry.name}"
        )
    if filled and not column.nullable and (text is None or text.upper() == "NULL"):
        raise compilation(
            2263,
            "22000",
            f"Non-nullable column '{column.name}' cannot be added to non-empty table '{entry.name}'"
            " unless it has a non-null default value.",
        )
    entry = _own(change, entry)
    made = replace(column, added=True)
    if column.identity is not None:
        sequence = f"s_{entry.details['storage']}_{change.new_id()}"
        start, step = int(column.identity["start"]), int(column.identity["step"])
        change.run(f'CREATE SEQUENCE main."{sequence}" START {start} INCREMENT {step}')
        made = replace(made, identity={**column.identity, "sequence": sequence})
    clause = f"ADD COLUMN {definition(replace(made, nullable=True), text)}"
    change.run(f"ALTER TABLE {duck_name(entry)} {clause}")
    if not column.nullable:
        change.run(
            f"ALTER TABLE {duck_name(entry)} ALTER COLUMN {quoted(column.name)} SET NOT NULL"
        )
    _alter_log(change, entry, f"ADD COLUMN {quoted(column.name)} {made.data_type.duck}"
               + (f" DEFAULT {text}" if text else ""))  # fmt: skip
    entry = table_keys.place(ctx, _with_columns(entry, [*columns_of(entry), made]), keyed)
    return replace(entry, details=marks.put(ctx, entry.name, entry.details, [defined.marks]))


def _literal_default(ctx: Context, column: TableColumn) -> str | None:
    """The DuckDB text of an added column's default. Raises 002263 unless it is a literal, 002023 for another type."""
    if column.default is None:
        return None
    tokens = Reader(column.default).tokens
    value = tokens[1:] if tokens and tokens[0].text in ("+", "-") else tokens
    worded = any(t.kind in ("word", "name", "sign") for t in value)
    if len(value) != 1 or (worded and value[0].upper not in ("TRUE", "FALSE", "NULL")):
        raise compilation(
            2263,
            "22000",
            f"Invalid column default expression [{column.default}]; a column that is added takes a literal",
        )
    from snowlocal.query.engine import describe

    column_defaults.judge(column, describe(ctx, f"SELECT {column.default}")[0][1].base)
    return translate.expression(column.default)


def _alter_log(change: Change, entry: Entry, clause: str) -> None:
    changes.alter_log(change, entry, clause)


# -- DROP


def _drop(change: Change, entry: Entry, reader: Reader) -> Entry:
    if reader.accept("CLUSTERING", "KEY"):
        return entry.with_details(cluster_by=None)
    keyed = table_keys.drop(change, entry, reader)
    if keyed is not None:
        return keyed
    reader.accept("COLUMN")
    if_exists = reader.accept("IF", "EXISTS")
    names = [reader.identifier()]
    while reader.accept(","):
        reader.accept("COLUMN")
        names.append(reader.identifier())
    restrict = table_keys.restricted(reader)
    for name in names:
        entry = _drop_column(change, entry, name, if_exists, restrict)
    return entry


def _drop_column(change: Change, entry: Entry, name: str, if_exists: bool, restrict: bool) -> Entry:
    columns = columns_of(entry)
    if all(c.name != name for c in columns):
        if if_exists:
            return entry
        raise invalid_identifier(name)
    if name in _cluster_columns(entry):
        raise compilation(
            2027, "42601", f"Cannot drop the column '{name}': it is part of the clustering key."
        )
    policies.refuse_used_column(entry.details, name)
    materialized.invalidate(change, entry, f"Column {name} was dropped.")
    if len(columns) == 1:
        raise compilation(2265, "42601", "Cannot drop all columns from a table.")
    entry = _own(change, entry)
    change.run(f"ALTER TABLE {duck_name(entry)} DROP COLUMN {quoted(name)}")
    _alter_log(change, entry, f"DROP COLUMN {quoted(name)}")
    entry = keys.without(change, entry, lambda key: name in key["columns"], restrict)
    entry = _with_columns(entry, [c for c in columns_of(entry) if c.name != name])
    return replace(entry, details=attachments.dropped(entry.details, name))


def _cluster_columns(entry: Entry) -> set[str]:
    text = entry.details.get("cluster_by")
    return (
        {t.text.upper() for t in Reader(text).tokens if t.kind in ("word", "name")}
        if text
        else set()
    )


# -- RENAME and ALTER COLUMN


def _rename_column(change: Change, entry: Entry, old: str, new: str) -> Entry:
    columns = columns_of(entry)
    if all(c.name != old for c in columns):
        raise invalid_identifier(old)
    if any(c.name.upper() == new.upper() for c in columns if c.name != old):
        raise compilation(1430, "42601", f"column '{new}' already exists")
    if old in _cluster_columns(entry):
        raise compilation(
            2027, "42601", f"Cannot rename the column '{old}': it is part of the clustering key."
        )
    materialized.invalidate(change, entry, f"Column {old} was renamed.")
    entry = _own(change, entry)
    change.run(f"ALTER TABLE {duck_name(entry)} RENAME COLUMN {quoted(old)} TO {quoted(new)}")
    _alter_log(change, entry, f"RENAME COLUMN {quoted(old)} TO {quoted(new)}")
    renamed = [replace(c, name=new) if c.name == old else c for c in columns_of(entry)]
    keyed = {**entry.details, "keys": keys.renamed(change, entry, old, new)}
    entry = _with_columns(replace(entry, details=keyed), renamed)
    return replace(entry, details=attachments.renamed(entry.details, old, new))


def _alter_columns(ctx: Context, change: Change, entry: Entry, reader: Reader) -> Entry:
    bracketed = reader.accept("(")
    while True:
        reader.accept("COLUMN")
        name = reader.identifier()
        column = next((c for c in columns_of(entry) if c.name == name), None)
        if column is None:
            raise invalid_identifier(name)
        if tags.sees_action(reader) or policies.sees_mask_action(reader):
            marked = tags.altered if tags.sees_action(reader) else policies.altered_mask
            entry = marked(ctx, entry, reader, name)
            if not _next_column(reader):
                break
            continue
        ctx.access.require_owner(entry)
        entry = _own(change, entry)
        column = next(c for c in columns_of(entry) if c.name == name)
        changed = _alter_column(ctx, change, entry, column, reader)
        entry = _with_columns(entry, [changed if c.name == name else c for c in columns_of(entry)])
        if not _next_column(reader):
            break
    if bracketed:
        reader.expect(")")
    return entry


def _next_column(reader: Reader) -> bool:
    """Move past the comma before another column, and the ALTER or MODIFY that may stand there again."""
    if not reader.accept(","):
        return False
    _ = reader.accept("ALTER") or reader.accept("MODIFY")
    return True


def _alter_column(
    ctx: Context, change: Change, entry: Entry, column: TableColumn, reader: Reader
) -> TableColumn:
    at = f"ALTER TABLE {duck_name(entry)} ALTER COLUMN {quoted(column.name)}"
    if reader.accept("SET", "NOT", "NULL") or reader.accept("NOT", "NULL"):
        sql = f"SELECT 1 FROM {duck_name(entry)} WHERE {quoted(column.name)} IS NULL LIMIT 1"  # noqa: S608
        if change.run(sql):
            raise compilation(
                1471,
                "42601",
                f"Column '{column.name}' contains null values. Not null constraint cannot be added.",
            )
        change.run(f"{at} SET NOT NULL")
        return replace(column, nullable=False)
    if reader.accept("DROP", "NOT", "NULL"):
        change.run(f"{at} DROP NOT NULL")
        return replace(column, nullable=True)
    if reader.accept("DROP", "DEFAULT"):
        if column.added and column.default is not None:
            raise SnowflakeError(
                2264,
                "22000",
                f"SQL compilation error:\nDropping default value is not allowed for column '{column.name}'"
                " because the column was added after table was created.",
            )
        change.run(f"{at} DROP DEFAULT")
        return replace(column, default=None, sequence=None)
    if reader.accept("SET", "DEFAULT"):
        changed = _other_sequence(ctx, column, reader.rest())
        change.run(f"{at} SET DEFAULT {defaults(change.catalog, [changed])[column.name]}")
        return changed
    if reader.accept("COMMENT"):
        return replace(column, comment=reader.string())
    if reader.accept("UNSET", "COMMENT"):
        return replace(column, comment="")
    if reader.sees("UNSET"):
        raise unsupported(f"ALTER COLUMN {reader.rest()}")
    return _alter_type(change, entry, column, reader)


def _other_sequence(ctx: Context, column: TableColumn, default: str) -> TableColumn:
    changed = place_sequence(ctx, replace(column, default=default, sequence=None))
    if column.sequence is None or changed.sequence is None:
        raise unsupported("Alter Column Set Default")
    return changed


def _alter_type(change: Change, entry: Entry, column: TableColumn, reader: Reader) -> TableColumn:
    if not reader.accept("SET", "DATA", "TYPE"):
        reader.accept("TYPE")
    new = read_type(reader)
    collation = reader.string() if reader.accept("COLLATE") else None
    allowed = judge(column, new, collation)
    if allowed.probe:
        limit = 10 ** ((new.precision or 38) - (new.scale or 0))
        sql = (
            f"SELECT 1 FROM {duck_name(entry)} WHERE abs({quoted(column.name)}) >= {limit} LIMIT 1"  # noqa: S608
        )
        if change.run(sql):
            raise compilation(
                40051,
                "22000",
                f"cannot change column {column.name} from type {column.data_type.short} to {new.short}"
                " because some values do not fit the reduced precision.",
            )
    if new != column.data_type:
        materialized.invalidate(change, entry, f"Column {column.name} was changed.")
    if new.duck != column.data_type.duck:
        clause = f"ALTER COLUMN {quoted(column.name)} SET DATA TYPE {new.duck}"
        change.run(f"ALTER TABLE {duck_name(entry)} {clause}")
        _alter_log(change, entry, clause)
    return replace(column, type=str(new))
