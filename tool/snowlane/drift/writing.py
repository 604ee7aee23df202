"""How a remedy is written: operations of a revision, and statements to run by hand.

What goes into a revision has logical names and may run where there is nothing to mend; what is run
by hand has physical ones.
"""

import re

from snowlane.drift.naming import Naming
from snowlane.drift.normal import normal_type
from snowlane.lint.remedy import op_sql
from snowlane.sql.conversion import derived
from snowlane.sql.lineage_changes import Column, Path
from snowlane.sql.lineage_tables import Table
from snowlane.sql.names import literal, qualified, quote
from snowlane.sql.type_rules import DataType, Verdict, judge_change, parse_type

_LITERAL = re.compile(r"'(?:[^'\\]|''|\\.)*'|[+-]?\d+(?:\.\d+)?|(?i:TRUE|FALSE)", re.DOTALL)
_PLAIN = {"DATE": "sa.Date", "BOOLEAN": "sa.Boolean", "FLOAT": "sa.Float", "VARCHAR": "sa.String"}


def on_one_line(text: str) -> str:
    """A text as a literal without line breaks: indenting what is pasted does not change it."""
    found = literal(text)
    for there, escaped in (("\n", r"\n"), ("\r", r"\r"), ("\t", r"\t")):
        found = found.replace(there, escaped)
    return found


def op_expect(query: str, message: str) -> str:
    """`op.expect(…)` that a query finds nothing."""
    return f"op.expect({query!r}, rows=0, message={message!r})"


def described(column: Column, naming: Naming) -> str:
    """A column as a definition has it, with logical names."""
    return naming.text(" ".join(_properties(column)))


def definition(column: Column) -> str:
    """A column as CREATE TABLE and ADD COLUMN take it."""
    return " ".join([quote(column.name), *_properties(column)])


def _properties(column: Column) -> list[str]:
    parts = [normal_type(column.type) or "VARCHAR"]
    if column.counts_up:
        parts.append(f"AUTOINCREMENT {column.counting}".rstrip())
    elif column.default is not None:
        parts.append(f"DEFAULT {column.default}")
    if not column.nullable:
        parts.append("NOT NULL")
    if column.comment:
        parts.append(f"COMMENT {on_one_line(column.comment)}")
    return parts


def add_column(table: Path, column: Column, naming: Naming) -> str:
    """An operation that adds a column where it is not there; it may be null and has no default.

    `table` is logical. A name or type that Alembic would write otherwise makes it `op.sql(…)`.
    """
    kind = parse_type(column.type)
    sa_type = _sa_type(kind) if kind else None
    names = (*table[2:], column.name)
    if sa_type is None or any(quote(name) != name or not name.isupper() for name in names):
        sql = f"ALTER TABLE {qualified(*table)} ADD COLUMN IF NOT EXISTS {quote(column.name)} "
        sql += normal_type(column.type)
        sql += f" COMMENT {on_one_line(column.comment)}" if column.comment else ""
        return op_sql(sql)
    comment = f", comment={column.comment!r}" if column.comment else ""
    return (
        "import sqlalchemy as sa\n"
        f'op.add_column("{table[2].lower()}", sa.Column("{column.name.lower()}", {sa_type}'
        f'{comment}), schema="{table[0]}.{table[1]}", if_not_exists=True)'
    )


def _sa_type(kind: DataType) -> str | None:
    if kind.collation is not None:
        return None
    if kind.family == "VARCHAR":
        size = "" if str(kind) == "VARCHAR" else str(kind.size[0])
        return f"sa.String({size})"
    if kind.family == "NUMBER":
        return f"sa.Numeric({kind.size[0]}, {kind.size[1]})"
    return _PLAIN.get(kind.family)


def drop_column(table: Path, column: str) -> str:
    """An operation that drops a column where it is there; `table` is logical."""
    names = (*table[2:], column)
    if any(quote(name) != name or not name.isupper() for name in names):
        name = quote(column)
        return op_sql(f"ALTER TABLE {qualified(*table)} DROP COLUMN IF EXISTS {name}")
    return (
        f'op.drop_column("{table[2].lower()}", "{column.lower()}", '
        f'schema="{table[0]}.{table[1]}", if_exists=True)'
    )


def add_column_sql(table: Path, column: Column) -> str:
    """The statement that adds a column with all it has; `table` is physical."""
    return f"ALTER TABLE {qualified(*table)} ADD COLUMN {definition(column)};"


def alter_type(table: Path, column: str, new: str) -> str:
    """An operation that changes a type in place; `table` is logical."""
    return op_sql(f"ALTER TABLE {qualified(*table)} ALTER COLUMN {quote(column)} TYPE {new}")


def is_alterable(old: str, new: str) -> bool:
    """Whether one ALTER TABLE may change the type."""
    return judge_change(old, new).verdict in (Verdict.ALTER, Verdict.PROBE)


def rebuilt_column(table: Path, column: Column, old: str) -> str:
    """Statements that put a column of the right type and default in the place of the one there.

    `table` is physical and `old` the type that is there. Order of columns is not kept.
    """
    name, fresh, kept = (quote(f"{column.name}{end}") for end in ("", "__NEW", "__OLD"))
    path, new = qualified(*table), normal_type(column.type)
    default = f" DEFAULT {column.default}" if column.default is not None else ""
    converted, lost = _converted(name, fresh, old, column.type)
    lines = [
        f"ALTER TABLE {path} ADD COLUMN {fresh} {new}{default};",
        f"UPDATE {path} SET {fresh} = {converted};",  # noqa: S608
    ]
    if lost:
        lines.append(f"SELECT * FROM {path} WHERE {lost}; -- must be empty")  # noqa: S608
    lines += [
        f"ALTER TABLE {path} RENAME COLUMN {name} TO {kept};",
        f"ALTER TABLE {path} RENAME COLUMN {fresh} TO {name};",
    ]
    if not column.nullable:
        lines.append(f"ALTER TABLE {path} ALTER COLUMN {name} SET NOT NULL;")
    if column.comment:
        lines.append(f"COMMENT ON COLUMN {path}.{name} IS {on_one_line(column.comment)};")
    condition = " -- only when the query above was empty" if lost else ""
    lines.append(f"ALTER TABLE {path} DROP COLUMN {kept};{condition}")
    return "\n".join(lines)


def _converted(name: str, fresh: str, old: str, new: str) -> tuple[str, str]:
    """The value of a column as another type, and which rows would lose something; "" for none."""
    if normal_type(old) == normal_type(new):
        return name, ""
    before, after = parse_type(old), parse_type(new)
    known = derived(before, after) if before and after else None
    if known is None:
        text = name if before is None or before.family == "VARCHAR" else f"TO_VARCHAR({name})"
        return f"TRY_CAST({text} AS {normal_type(new)})", f"{name} IS NOT NULL AND {fresh} IS NULL"
    lost = f"{fresh} IS NULL"
    if known.cuts is not None:
        lost = f"({lost} OR {known.cuts.format(column=name, converted=fresh)})"
    return known.expression.format(column=name), f"{name} IS NOT NULL AND {lost}"


def is_addable_default(default: str | None) -> bool:
    """Whether ADD COLUMN takes the default: a literal, no function and no cast (002263)."""
    return default is None or _LITERAL.fullmatch(default.strip()) is not None


def comment_on(what: str, comment: str) -> str:
    """An operation that sets a comment: `what` is `COLUMN DW.M.T.C` with logical names."""
    return op_sql(f"COMMENT ON {what} IS {on_one_line(comment)}")


def create_table(table: Table, naming: Naming) -> str:
    """An operation that makes a table where it is not there, with logical names."""
    columns = ",\n".join(f"    {definition(column)}" for column in table.columns)
    cluster = f" CLUSTER BY ({_unwrapped(table.cluster_by)})" if table.cluster_by else ""
    comment = f" COMMENT = {on_one_line(table.comment)}" if table.comment else ""
    name = qualified(*table.path)
    sql = f"CREATE TABLE IF NOT EXISTS {name} (\n{columns}\n){cluster}{comment}"
    return op_sql(naming.text(sql))


def _unwrapped(cluster_by: str) -> str:
    text = cluster_by.strip()
    return text[7:-1] if text.upper().startswith("LINEAR(") and text.endswith(")") else text


def clustering(table: Path, cluster_by: str) -> str:
    """An operation that sets or drops the clustering key; `table` is logical."""
    if not cluster_by:
        return op_sql(f"ALTER TABLE {qualified(*table)} DROP CLUSTERING KEY")
    return op_sql(f"ALTER TABLE {qualified(*table)} CLUSTER BY ({_unwrapped(cluster_by)})")
