"""INSERT, UPDATE, DELETE, MERGE and TRUNCATE, and the one way by which rows enter a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlglot import exp

from snowlocal import conversions, loads, text_lengths, transactions
from snowlocal.catalog import Catalog, Entry
from snowlocal.changes import Recorder
from snowlocal.coercion import rows_as
from snowlocal.columns import TableColumn
from snowlocal.context import Context
from snowlocal.errors import SnowflakeError, compilation, invalid_identifier, unsupported
from snowlocal.names import complete
from snowlocal.query import assignments, declared, merges, one_row, translate
from snowlocal.query.engine import duck_text, forget, registered, resolve, stored
from snowlocal.query.parse import folded, parse
from snowlocal.query.resolve import Resolver
from snowlocal.result import Column, Result, counted, status
from snowlocal.storage import columns_of, duck_name, quoted, separate, shared
from snowlocal.tokens import Reader
from snowlocal.types import from_duck, literal

_SOURCE = "_source"


def run(ctx: Context, _: Reader) -> Result:
    """Run an INSERT, UPDATE, DELETE or MERGE."""
    tree = parse(ctx.text)
    if isinstance(tree, exp.Insert):
        return _insert(ctx, tree)
    if isinstance(tree, exp.Update):
        return _update(ctx, tree)
    if isinstance(tree, exp.Delete):
        return _delete(ctx, tree)
    if isinstance(tree, exp.Merge):
        return _merge(ctx, tree)
    raise unsupported(ctx.text.split()[0].upper() + " of this form")


@dataclass(frozen=True)
class Target:
    """The table a statement writes, with storage of its own that no clone will come to share while it is written."""

    entry: Entry

    @property
    def columns(self) -> list[TableColumn]:
        """The table's columns."""
        return columns_of(self.entry)


def claim(ctx: Context, entry: Entry) -> Target:
    """Get a table ready to be written: storage that a clone shares is copied first. The caller must then call
    `perform`."""
    with ctx.account.lock:
        entry = ctx.catalog.get(entry.id)
        if shared(ctx.catalog, entry):
            with ctx.account.change(None) as change:
                entry = separate(change, entry, defaults(ctx.catalog, columns_of(entry)))
            transactions.renew(ctx.session)
        ctx.account.writers[entry.details["storage"]] += 1
        return Target(entry)


def defaults(catalog: Catalog, columns: list[TableColumn]) -> dict[str, str]:
    """The DuckDB text of each column's default; a sequence's NEXTVAL becomes that of the DuckDB sequence behind it."""
    found: dict[str, str] = {}
    for column in columns:
        if column.sequence is not None:
            found[column.name] = next_value(catalog.maybe(column.sequence), column)
        elif column.default is not None:
            found[column.name] = translate.expression(column.default)
    return found


def next_value(sequence: Entry | None, column: TableColumn) -> str:
    """The DuckDB text of a sequence's NEXTVAL; it errors where the sequence was dropped."""
    if sequence is None:
        gone = f"002003|02000|SQL compilation error: Sequence of {column.default} does not exist."
        return f"error({literal(gone)})"
    return f"nextval('{sequence.details['sequence']}')"


def _released(ctx: Context, target: Target) -> None:
    with ctx.account.lock:
        ctx.account.writers[target.entry.details["storage"]] -= 1


def _perform(ctx: Context, target: Target, exclusive: bool, work: Callable[[], int]) -> int:
    entry = target.entry
    exclusive = exclusive or bool(entry.details.get("tracked"))
    return transactions.perform(ctx, entry.id, entry.details["storage"], exclusive, work)


def _named_table(tree: exp.Expr) -> exp.Table:
    table = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    if not isinstance(table, exp.Table):
        raise unsupported("DML on something else than a table")
    return table


def _target(ctx: Context, resolver: Resolver, table: exp.Table, *privileges: str) -> Target:
    parts = resolver.written(table)
    name = complete(parts, ctx.session.database, ctx.session.schema)
    entry = resolver.visible(name, parts, ctx.access)
    if entry.kind != "TABLE":
        raise compilation(2205, "42601", f"Cannot perform DML on {entry.kind} '{parts[-1]}'.")
    for privilege in privileges:
        ctx.access.require(entry, privilege)
    return claim(ctx, entry)


# -- INSERT


def _insert(ctx: Context, tree: exp.Insert) -> Result:
    if isinstance(tree, exp.MultitableInserts):
        raise unsupported("INSERT ALL")
    resolver = Resolver(ctx)
    overwrite = bool(tree.args.get("overwrite"))
    wanted = ("INSERT", "DELETE") if overwrite else ("INSERT",)
    target = _target(ctx, resolver, _named_table(tree), *wanted)
    try:
        names = (
            [folded(c) for c in tree.this.expressions]
            if isinstance(tree.this, exp.Schema)
            else None
        )
        chosen = _chosen(target, names)
        source = tree.expression
        if source is None:
            raise unsupported("INSERT without a query or VALUES")
        if tree.args.get("with_") is not None:
            source.set("with_", tree.args["with_"])
        if isinstance(source, (exp.Values, exp.Tuple)):
            for row in source.expressions:
                width = len(row.expressions) if isinstance(row, exp.Tuple) else 1
                if isinstance(source, exp.Values) and width != len(chosen):
                    raise assignments.wrong_count(len(chosen), width)
            _put_defaults(chosen, source)
            alias = exp.TableAlias(this=exp.to_identifier("v"))
            source = exp.select("*").from_(exp.Values(expressions=source.expressions, alias=alias))
        resolved = resolve(ctx, resolver, source)
        known = declared.columns(resolved, stored(ctx, resolver.found))
        text = duck_text(resolver, resolved)
    except BaseException:
        _released(ctx, target)
        raise

    def work() -> int:
        duck = ctx.session.duck
        with registered(duck, resolver.found):
            relation = duck.sql(text)
            kinds = [str(kind) for kind in relation.types]
            if len(kinds) != len(chosen):
                raise assignments.wrong_count(len(chosen), len(kinds))
            _check_types(chosen, kinds, known)
            # Its rows and not the query itself: asked once more it would take other values from a sequence.
            arrow = rows_as(
                duck,
                relation.to_arrow_table(),
                [from_duck(kind) for kind in kinds],
                [c.data_type for c in chosen],
            )
        if overwrite:
            _record(ctx, target, False, f"DELETE FROM {duck_name(target.entry)}")  # noqa: S608
        return _store(ctx, target, chosen, arrow)

    count = _perform(ctx, target, overwrite, _consuming(ctx, resolver, work))
    return counted("inserted", count)


def _put_defaults(chosen: list[TableColumn], values: exp.Expr) -> None:
    """Replace the keyword DEFAULT in VALUES by the column's default."""
    for row in values.expressions:
        for column, node in zip(chosen, row.expressions, strict=False):
            if not isinstance(node, exp.Var) or node.name.upper() != "DEFAULT":
                continue
            if column.identity is not None:
                raise unsupported("DEFAULT in VALUES for an AUTOINCREMENT column")
            default = parse(f"SELECT {column.default or 'NULL'}")
            node.replace(default.expressions[0])


def insert_arrow(
    ctx: Context, table: Entry, columns: list[str], rows: pa.Table, overwrite: bool = False
) -> int:
    """Put rows into a table, with `overwrite` instead of those it has; columns that are not given get their
    defaults. Returns the number of rows.

    Raises SnowflakeError for values that do not fit: 100038 and its like, 100072 (NULL), 100078 (too long).
    """
    target = claim(ctx, table)
    try:
        chosen = _chosen(target, columns)
    except BaseException:
        _released(ctx, target)
        raise

    def work() -> int:
        if overwrite:
            _record(ctx, target, False, f"DELETE FROM {duck_name(target.entry)}")  # noqa: S608
        return _store(ctx, target, chosen, rows)

    return _perform(ctx, target, overwrite, work)


def _chosen(target: Target, names: list[str] | None) -> list[TableColumn]:
    columns = {c.name: c for c in target.columns}
    if names is None:
        return target.columns
    for name in names:
        if name not in columns:
            raise invalid_identifier(name)
    assignments.refuse_double(names)
    return [columns[name] for name in names]


def _check_types(
    chosen: list[TableColumn], kinds: list[str], known: declared.Columns | None
) -> None:
    """Raise 002023 where a query gives a column what is never its type: a text is no VARIANT, a DATE no NUMBER."""
    for column, kind in zip(chosen, kinds, strict=True):
        if column.data_type.base in ("VARIANT", "OBJECT", "ARRAY") and kind == "VARCHAR":
            raise conversions.mismatch(column, from_duck(kind))
    assignments.refuse_kinds(chosen, kinds, known)


def _store(ctx: Context, target: Target, chosen: list[TableColumn], rows: pa.Table) -> int:
    duck = ctx.session.duck
    renamed = rows.rename_columns([f"c{i}" for i in range(rows.num_columns)])
    given = {c.name for c in chosen}
    for column in target.columns:
        empty = column.name not in given and not column.default and not column.identity
        if empty and not column.nullable and renamed.num_rows:
            raise SnowflakeError(100072, "22000", "NULL result in a non-nullable column")
    # S608 below: names are quoted column names and types of the catalog.
    into = f"INSERT INTO {duck_name(target.entry)} ({', '.join(quoted(c.name) for c in chosen)})"
    given_row = one_row.parameters(chosen, renamed)
    _refuse_nulls(chosen, renamed)
    if given_row is not None:
        marks = ", ".join(f"CAST(? AS {c.data_type.duck})" for c in chosen)
        return _record(ctx, target, True, f"{into} SELECT {marks}", given_row)
    duck.register(_SOURCE, renamed)
    try:
        text_lengths.refuse_given(duck, chosen, renamed, _SOURCE)
        values = ", ".join(f"CAST(c{i} AS {c.data_type.duck})" for i, c in enumerate(chosen))
        return _record(ctx, target, True, f"{into} SELECT {values} FROM {_SOURCE}")  # noqa: S608
    finally:
        forget(duck, _SOURCE)


def _refuse_nulls(chosen: list[TableColumn], rows: pa.Table) -> None:
    for index, column in enumerate(chosen):
        if rows.column(index).null_count and not column.nullable:
            raise SnowflakeError(100072, "22000", "NULL result in a non-nullable column")


def _record(
    ctx: Context,
    target: Target,
    only_inserts: bool,
    sql: str,
    parameters: list[Any] | None = None,
    *,
    update: bool = False,
) -> int:
    """Run a writing statement and log what it does where a stream wants it; the number of rows it wrote."""
    duck = ctx.session.duck
    recorder = None
    if target.entry.details.get("tracked"):
        recorder = Recorder(duck, target.entry, only_inserts)
    rows = duck.execute(sql, parameters).fetchall()
    if recorder is not None:
        recorder.finish(update)
    return int(rows[0][0]) if rows else 0


def _consuming(ctx: Context, resolver: Resolver, work: Callable[[], int]) -> Callable[[], int]:
    def consuming() -> int:
        count = work()
        transaction = ctx.session.transaction
        assert transaction is not None
        for stream, version in resolver.found.streams:
            transaction.consumed[stream.id] = version
        return count

    return consuming


# -- UPDATE, DELETE, MERGE


def _update(ctx: Context, tree: exp.Update) -> Result:
    resolver = Resolver(ctx)
    target = _target(ctx, resolver, _named_table(tree), "UPDATE")
    lengths = {c.name: text_lengths.length_of(c) for c in target.columns}
    assigned: set[str] = set()
    for assignment in tree.expressions:
        if isinstance(assignment, exp.EQ) and isinstance(assignment.this, exp.Column):
            name = folded(assignment.this.this)
            if not _is_text_within(assignment.expression, lengths.get(name)):
                assigned.add(name)
            assignment.this.set("table", None)
    text = _claimed_text(ctx, resolver, target, tree)

    def work() -> int:
        with registered(ctx.session.duck, resolver.found):
            count = _record(ctx, target, False, text, update=True)
        _refuse_long(ctx, target, assigned)
        return count

    count = _perform(ctx, target, True, _consuming(ctx, resolver, work))
    columns = (
        Column("number of rows updated", "fixed"),
        Column("number of multi-joined rows updated", "fixed"),
    )
    return Result(columns, [(count, 0)], affected=count)


def _delete(ctx: Context, tree: exp.Delete) -> Result:
    resolver = Resolver(ctx)
    target = _target(ctx, resolver, _named_table(tree), "DELETE")
    text = _claimed_text(ctx, resolver, target, tree)

    def work() -> int:
        with registered(ctx.session.duck, resolver.found):
            return _record(ctx, target, False, text)

    return counted("deleted", _perform(ctx, target, True, _consuming(ctx, resolver, work)))


def _claimed_text(ctx: Context, resolver: Resolver, target: Target, tree: exp.Expr) -> str:
    try:
        with ctx.account.lock:
            resolved = resolve(ctx, resolver, tree)
            with registered(ctx.session.duck, resolver.found):
                reads = stored(ctx, resolver.found)
                assignments.judge(ctx.session.duck, resolved, target.columns, reads)
            if isinstance(resolved, exp.Merge):
                merges.let_deletes_meet(resolved)
            return duck_text(resolver, resolved)
    except BaseException:
        _released(ctx, target)
        raise


def _merge(ctx: Context, tree: exp.Merge) -> Result:
    resolver = Resolver(ctx)
    verbs: list[str] = []
    assigned: set[str] = set()
    inserts_all = False
    for when in tree.args["whens"].expressions:
        then = when.args.get("then")
        if isinstance(then, exp.Update):
            verbs.append("UPDATE")
            for assignment in then.expressions:
                assigned.add(folded(assignment.this.this))
                assignment.this.set("table", None)
        elif isinstance(then, exp.Insert):
            verbs.append("INSERT")
            names = assignments.inserted_names(then)
            inserts_all = inserts_all or names is None
            assigned.update(names or ())
            for column in then.this.expressions if then.this is not None else []:
                if isinstance(column, exp.Column):
                    column.set("table", None)
        else:
            verbs.append("DELETE")
    target = _target(ctx, resolver, _named_table(tree), *verbs)
    if inserts_all:
        assigned.update(c.name for c in target.columns)
    text = _claimed_text(ctx, resolver, target, tree)
    counts = {"INSERT": 0, "UPDATE": 0, "DELETE": 0}

    def work() -> int:
        duck = ctx.session.duck
        recorder = None
        if target.entry.details.get("tracked"):
            recorder = Recorder(duck, target.entry, only_inserts=False)
        with registered(duck, resolver.found):
            actions = [a for (a,) in duck.execute(f"{text} RETURNING merge_action").fetchall()]
        if recorder is not None:
            recorder.finish("UPDATE" in verbs)
        for verb in counts:
            counts[verb] = sum(str(a).upper() == verb for a in actions)
        _refuse_long(ctx, target, assigned)
        return len(actions)

    total = _perform(ctx, target, True, _consuming(ctx, resolver, work))
    named = {"INSERT": "inserted", "UPDATE": "updated", "DELETE": "deleted"}
    shown = [verb for verb in named if verb in verbs]
    columns = tuple(Column(f"number of rows {named[verb]}", "fixed") for verb in shown)
    return Result(columns, [tuple(counts[verb] for verb in shown)], affected=total)


def _is_text_within(value: exp.Expr, length: int | None) -> bool:
    """Whether a value is a plain text of at most so many characters: the rows need no look then."""
    if length is None or not (isinstance(value, exp.Literal) and value.is_string):
        return False
    # What an escape comes to is DuckDB's to say.
    return len(value.name) <= length and value.name.isprintable() and "\\" not in value.name


def _refuse_long(ctx: Context, target: Target, assigned: set[str]) -> None:
    """Raise 100078 where a column that the statement assigned holds too long a text now."""
    lengths = {
        quoted(column.name): length
        for column in target.columns
        if column.name in assigned and (length := text_lengths.length_of(column)) is not None
    }
    text_lengths.refuse_stored(ctx.session.duck, duck_name(target.entry), lengths)


# -- TRUNCATE


def truncate(ctx: Context, reader: Reader) -> Result:
    """TRUNCATE [TABLE] [IF EXISTS] name."""
    ctx.account.grammar.check(ctx.text)
    reader.accept("TABLE")
    if_exists = reader.accept("IF", "EXISTS")
    parts = reader.qualified()
    reader.finish()
    entry = ctx.maybe("TABLE", parts, verb="TRUNCATE")
    if entry is None:
        if if_exists:
            return status("Statement executed successfully.")
        entry = ctx.find("TABLE", parts)
    ctx.access.require(entry, "TRUNCATE", "DELETE")
    transactions.commit(ctx)
    target = claim(ctx, entry)
    sql = f"DELETE FROM {duck_name(target.entry)}"  # noqa: S608

    def work() -> int:
        loads.forget(ctx.session.duck, entry.id)
        return _record(ctx, target, False, sql)

    _perform(ctx, target, True, work)
    return status("Statement executed successfully.")
