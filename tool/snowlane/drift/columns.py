"""How the columns of one table differ, each difference with the revision that mends it."""

from collections.abc import Iterator

from snowlane.drift import writing
from snowlane.drift.finding import Difference, Finding, Remedy
from snowlane.drift.naming import Naming
from snowlane.drift.normal import normal_default, normal_type
from snowlane.lint.remedy import op_sql
from snowlane.sql.lineage_changes import Column, Path
from snowlane.sql.lineage_tables import Table
from snowlane.sql.names import quote

UNDO, KEEP = "to undo it", "to keep it"
IN_REVISION = "in a new revision"


def compare_columns(expected: Table, found: Table, naming: Naming) -> Iterator[Finding]:
    """Every column that is added, missing, or of another type, nullability, default or comment."""
    for column in expected.columns:
        if naming.is_ignored(expected.path, column.name):
            continue
        live = found.column(column.name)
        if live is None:
            yield _missing(expected.path, column, naming)
        else:
            yield from _changed(expected.path, column, live, naming)
    for column in found.columns:
        if expected.column(column.name) is None and not naming.is_ignored(
            expected.path, column.name
        ):
            yield _added(expected.path, column, naming)


def _missing(path: Path, column: Column, naming: Naming) -> Finding:
    table, described = naming.path(path), writing.described(column, naming)
    drop = Remedy(KEEP, IN_REVISION, writing.drop_column(table, column.name))
    return Finding(
        naming.name(path, column.name),
        "column",
        Difference.MISSING,
        "the column is missing; its values are gone unless the table is restored",
        described,
        "",
        (*_restored(path, column, naming), drop),
    )


def _restored(path: Path, column: Column, naming: Naming) -> tuple[Remedy, ...]:
    table = naming.path(path)
    if not writing.is_addable_default(column.default):
        return (Remedy(UNDO, f"in {naming.environment} alone, by hand", _NO_FUNCTION),)
    if column.default is not None or column.counts_up:
        # IF NOT EXISTS does not combine with a default, and elsewhere the column is there.
        added = writing.add_column_sql(path, column)
        return (Remedy(UNDO, f"in {naming.environment} alone, by hand", added),)
    code = writing.add_column(table, column, naming)
    if not column.nullable:
        name = quote(column.name)
        sql = f"ALTER TABLE {naming.name(path)} ALTER COLUMN {name} SET NOT NULL"
        code += f"\n# Fill it before this, where the table has rows:\n{op_sql(sql)}"
    return (Remedy(UNDO, IN_REVISION, code),)


_NO_FUNCTION = (
    "-- No ALTER TABLE gives a column a function as its default (002263):\n"
    "-- make the table anew as docs/drift.md says under 'A default that is a function'."
)


def _added(path: Path, column: Column, naming: Naming) -> Finding:
    table = naming.path(path)
    drop = Remedy(UNDO, IN_REVISION, writing.drop_column(table, column.name))
    keep = Remedy(KEEP, IN_REVISION, writing.add_column(table, column, naming))
    can_keep = column.default is None and not column.counts_up and column.nullable
    return Finding(
        naming.name(path, column.name),
        "column",
        Difference.ADDED,
        "the column was added by hand: no revision makes it",
        "",
        writing.described(column, naming),
        (drop, keep) if can_keep else (drop,),
    )


def _changed(path: Path, expected: Column, found: Column, naming: Naming) -> Iterator[Finding]:
    pairs = (
        ("type", normal_type(expected.type), normal_type(found.type), _type_remedies),
        ("nullability", _null(expected), _null(found), _null_remedies),
        ("default", normal_default(expected.default), normal_default(found.default), _default),
        ("comment", expected.comment, found.comment, _comment_remedies),
    )
    for what, wanted, live, remedies in pairs:
        unknown = what == "type" and not wanted
        # The default of a column that counts up is its own way of counting.
        counts = what == "default" and (expected.counts_up or found.counts_up)
        if wanted != live and not unknown and not counts:
            if what == "default":
                wanted, live = expected.default or "", found.default or ""
            shown = f"{wanted or 'none'}, and it is {live or 'none'}"
            yield Finding(
                naming.name(path, expected.name),
                "column",
                Difference.CHANGED,
                f"its {what} should be {naming.text(shown)}",
                naming.text(wanted),
                naming.text(live),
                remedies(path, expected, found, naming),
            )


def _null(column: Column) -> str:
    return "NULL" if column.nullable else "NOT NULL"


def _type_remedies(
    path: Path, expected: Column, found: Column, naming: Naming
) -> tuple[Remedy, ...]:
    table, wanted = naming.path(path), normal_type(expected.type)
    remedies = [_rebuilt(path, expected, found, naming)]
    if writing.is_alterable(found.type, expected.type):
        alter = writing.alter_type(table, expected.name, wanted)
        remedies = [Remedy(UNDO, IN_REVISION, alter)]
    if writing.is_alterable(expected.type, found.type):
        alter = writing.alter_type(table, expected.name, normal_type(found.type))
        remedies.append(Remedy(KEEP, IN_REVISION, alter))
    return tuple(remedies)


def _rebuilt(path: Path, expected: Column, found: Column, naming: Naming) -> Remedy:
    code = _NO_FUNCTION
    if writing.is_addable_default(expected.default):
        code = writing.rebuilt_column(path, expected, found.type)
    return Remedy(UNDO, f"in {naming.environment} alone, by hand", code)


def _null_remedies(
    path: Path, expected: Column, found: Column, naming: Naming
) -> tuple[Remedy, ...]:
    table, name = naming.name(path), quote(expected.name)
    strict = op_sql(f"ALTER TABLE {table} ALTER COLUMN {name} SET NOT NULL")
    check = writing.op_expect(
        f"SELECT 1 FROM {table} WHERE {name} IS NULL",  # noqa: S608
        f"{expected.name} holds nulls",
    )
    loose = op_sql(f"ALTER TABLE {table} ALTER COLUMN {name} DROP NOT NULL")
    forms = (loose, f"{check}\n{strict}")
    undo, keep = forms if expected.nullable else reversed(forms)
    return Remedy(UNDO, IN_REVISION, undo), Remedy(KEEP, IN_REVISION, keep)


def _default(path: Path, expected: Column, found: Column, naming: Naming) -> tuple[Remedy, ...]:
    """Snowflake takes a default away, and neither adds nor changes one."""
    drop = f"ALTER TABLE {naming.name(path)} ALTER COLUMN {quote(expected.name)} DROP DEFAULT"
    if not normal_default(expected.default):
        return (Remedy(UNDO, IN_REVISION, op_sql(drop)),)
    remedies = [_rebuilt(path, expected, found, naming)]
    if not normal_default(found.default):
        remedies.append(Remedy(KEEP, IN_REVISION, op_sql(drop)))
    return tuple(remedies)


def _comment_remedies(
    path: Path, expected: Column, found: Column, naming: Naming
) -> tuple[Remedy, ...]:
    name = f"COLUMN {naming.name(path, expected.name)}"
    return (
        Remedy(UNDO, IN_REVISION, writing.comment_on(name, expected.comment)),
        Remedy(KEEP, IN_REVISION, writing.comment_on(name, found.comment)),
    )
