"""Obeys policies: a table or view that has any is read through a query that masks its columns and leaves out rows.

A body is resolved in its policy's own place with its owner's rights, and judges by the session's role. Where a
statement cannot be held to the policies it is refused by name.
Rules: docs.snowflake.com/en/user-guide/security-column-intro and …/security-row-intro, "Query runtime behavior".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from snowlocal import attachments
from snowlocal.access import Access, inherited
from snowlocal.catalog import ACCOUNT_ID, Entry
from snowlocal.context import Context
from snowlocal.errors import unnumbered, unsupported
from snowlocal.query import cased
from snowlocal.query.nodes import storage_node, with_joins
from snowlocal.query.parse import folded, parse, parts_of
from snowlocal.types import DataType, from_duck, parse_type

if TYPE_CHECKING:
    from snowlocal.query.resolve import Resolver

_INNER = "_guarded"
_ALIKE = (
    {"NUMBER", "FLOAT"},
    {"DATE", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ"},
    {"VARIANT", "OBJECT", "ARRAY"},
)
Expressions = Mapping[str, exp.Expr]


def guarded(entry: Entry) -> bool:
    """Whether a table or view has a policy, on itself or on a column."""
    return bool(attachments.policies(entry.details))


# -- reading


def table(resolver: Resolver, entry: Entry, node: exp.Table, alias: str, depth: int) -> exp.Expr:
    """What stands for a guarded table in a statement; where the statement writes the table, it is held to the policies
    itself."""
    statement = node.parent
    if isinstance(statement, (exp.Update, exp.Delete, exp.Merge)) and statement.this is node:
        _hold(resolver, entry, statement, alias, depth)
        return storage_node(entry, alias, node)
    return wrapped(resolver, entry, storage_node(entry, _INNER, exp.Table()), node, alias, depth)


def wrapped(
    resolver: Resolver,
    entry: Entry,
    inner: exp.Expr,
    node: exp.Expr,
    alias: str,
    depth: int,
    more: Sequence[str] = (),
) -> exp.Expr:
    """A query on `inner`, which has the entry's columns and `more`, that obeys the entry's policies."""
    inner.set("alias", _named(_INNER, inner))
    columns = _columns(entry, _INNER)
    shown = _masked(resolver, entry, columns, depth)
    select = exp.select(
        *(
            exp.alias_(shown.get(name, column), name, quoted=True)
            for name, column in columns.items()
        ),
        *(_column(name, _INNER) for name in more),
    ).from_(inner)
    condition = _rows(resolver, entry, columns, depth)
    if condition is not None:
        select = select.where(condition)
    return with_joins(exp.Subquery(this=select, alias=_named(alias, exp.Table())), node)


def _named(alias: str, node: exp.Expr) -> exp.TableAlias:
    made = exp.TableAlias(this=exp.to_identifier(alias, quoted=True))
    old = node.args.get("alias")
    if isinstance(old, exp.TableAlias) and old.args.get("columns"):
        made.set("columns", old.args["columns"])
    return made


def _column(name: str, table_alias: str) -> exp.Column:
    return exp.column(
        exp.to_identifier(name, quoted=True), exp.to_identifier(table_alias, quoted=True)
    )


def _columns(entry: Entry, alias: str) -> dict[str, exp.Expr]:
    return {c["name"]: _column(c["name"], alias) for c in entry.details["columns"]}


def _masked(
    resolver: Resolver, entry: Entry, columns: Expressions, depth: int
) -> dict[str, exp.Expr]:
    """The expression that each masked column is read as."""
    types = {c["name"]: parse_type(c["type"]) for c in entry.details["columns"]}
    found: dict[str, exp.Expr] = {}
    for mask in entry.details.get("masks", []):
        given = [columns[c] for c in mask["using"]]
        value = _value(resolver, mask["policy"], mask["column"], given, depth)
        found[mask["column"]] = _as_type(value, types[mask["column"]])
    return found


def _as_type(value: exp.Expr, kind: DataType) -> exp.Expr:
    if kind.base in _ALIKE[-1]:
        return value
    return exp.Cast(this=value, to=exp.DataType.build(str(kind), dialect="snowflake"))


def _rows(resolver: Resolver, entry: Entry, columns: Expressions, depth: int) -> exp.Expr | None:
    """The condition under which a row is there."""
    access = attachments.row_access(entry.details)
    if access is None:
        return None
    given = [columns[c] for c in access["columns"]]
    return _value(resolver, access["policy"], entry.name, given, depth)


def _value(
    resolver: Resolver, policy_id: int, what: str, given: Sequence[exp.Expr], depth: int
) -> exp.Expr:
    """A policy's body for these arguments, resolved."""
    catalog = resolver.ctx.catalog
    policy = catalog.maybe(policy_id)
    if policy is None or not catalog.live_path(policy):
        raise unnumbered(
            f"SQL execution error: {what} is attached to a policy that does not exist. "
            "Please contact the policy administrator."
        )
    place = catalog.name_of(policy)
    owner = Access(catalog, inherited(catalog, {policy.owner}))
    return _resolved(resolver, policy.details, given, (place.database, place.schema), owner, depth)


def _resolved(
    resolver: Resolver,
    details: Mapping[str, Any],
    given: Sequence[exp.Expr],
    place: tuple[str | None, str | None],
    owner: Access,
    depth: int,
) -> exp.Expr:
    tree = parse(f"SELECT (\n{details['body']}\n)")
    names = [a["name"] for a in details["arguments"]]
    values = dict(zip(names, given, strict=True))
    for column in list(tree.find_all(exp.Column)):
        name = folded(column.this)
        if not column.table and name in values:
            _refuse_captured(resolver.ctx, column, name, place)
            column.replace(cased.outer(values[name].copy()))
    resolved = resolver.resolve_in(tree, place[0], place[1], owner, depth + 1)
    assert isinstance(resolved, exp.Select)
    value: exp.Expr = resolved.expressions[0]
    return value


def _refuse_captured(
    ctx: Context, column: exp.Column, name: str, place: tuple[str | None, str | None]
) -> None:
    """Refuse an argument that a subquery of the body takes for a column of a table in it."""
    node: exp.Expr | None = column
    while (node := node.parent if node is not None else None) is not None:
        if not isinstance(node, exp.Select) or node.parent is None:
            continue
        for source in node.find_all(exp.Table):
            entry = _entry(ctx, parts_of(source), place)
            if entry is None or name in {c["name"] for c in entry.details.get("columns", [])}:
                raise unsupported(
                    f"the policy argument {name} inside a query on {'.'.join(parts_of(source))}, which has or may "
                    "have a column of that name"
                )


def _entry(
    ctx: Context, parts: tuple[str, ...], place: tuple[str | None, str | None]
) -> Entry | None:
    full = (*place, *parts)[-3:] if len(parts) < 3 else parts
    if len(parts) == 2:
        full = (place[0], *parts)
    parent = ctx.catalog.find("DATABASE", ACCOUNT_ID, full[0] or "")
    schema = ctx.catalog.find("SCHEMA", parent.id, full[1] or "") if parent else None
    return ctx.catalog.find("TABLE", schema.id, full[2] or "") if schema else None


# -- writing


def _hold(resolver: Resolver, entry: Entry, statement: exp.Expr, alias: str, depth: int) -> None:
    """Make UPDATE, DELETE and MERGE read the table they write as a query would: masked, and without hidden rows."""
    columns = _columns(entry, alias)
    masked = _masked(resolver, entry, columns, depth)
    for column in list(_read(statement)):
        name = folded(column.this)
        if name not in masked:
            continue
        if not column.table and not _plain(statement, column):
            raise unsupported(
                f"the masked column {name} without its table's name in a statement on several tables"
            )
        if not column.table or folded(column.args["table"]) == alias:
            column.replace(masked[name].copy())
    condition = _rows(resolver, entry, columns, depth)
    if condition is None:
        return
    if isinstance(statement, exp.Merge):
        statement.set("on", exp.and_(statement.args["on"], condition, copy=False))
    else:
        where = statement.args.get("where")
        both = condition if where is None else exp.and_(where.this, condition, copy=False)
        statement.set("where", exp.Where(this=both))


def _read(statement: exp.Expr) -> Iterator[exp.Column]:
    """The columns that a statement reads: all but those it assigns to."""
    assigned = {
        id(node.this)
        for node in statement.find_all(exp.EQ)
        if isinstance(node.parent, exp.Update) and node.arg_key == "expressions"
    }
    for insert in statement.find_all(exp.Insert):
        into = insert.this
        assigned |= {id(c) for c in into.expressions} if isinstance(into, exp.Tuple) else set()
    return (c for c in statement.find_all(exp.Column) if id(c) not in assigned)


def _plain(statement: exp.Expr, column: exp.Column) -> bool:
    """Whether a column without a table's name can only be the written table's."""
    if isinstance(statement, exp.Merge):
        return False
    if any(statement.args.get(part) for part in ("from_", "from", "using", "joins")):
        return False
    node = column.parent
    while node is not None and node is not statement:
        if isinstance(node, exp.Query):
            return False
        node = node.parent
    return True


# -- making


def compile_body(ctx: Context, place: tuple[str, str], details: Mapping[str, Any]) -> None:
    """Raise where a policy's body cannot be run, names what is no argument, or gives another type than declared."""
    from snowlocal import transactions
    from snowlocal.query import translate
    from snowlocal.query.engine import registered
    from snowlocal.query.resolve import Resolver

    resolver = Resolver(ctx)
    given = [_column(a["name"], _INNER) for a in details["arguments"]]
    nulls = [
        exp.alias_(
            exp.Cast(this=exp.Null(), to=exp.DataType.build(a["type"], dialect="snowflake")),
            a["name"],
            quoted=True,
        )
        for a in details["arguments"]
    ]
    value = _resolved(resolver, details, given, place, ctx.access, 0)
    inner = exp.Subquery(this=exp.select(*nulls), alias=_named(_INNER, exp.Table()))
    with transactions.reading(ctx) as session, registered(session.duck, resolver.found):
        text = translate.to_duck(exp.select(value).from_(inner))
        found = from_duck(session.duck.execute(f"DESCRIBE {text}").fetchall()[0][1])
    wanted = parse_type(details["returns"])
    null = parse(f"SELECT ({details['body']})").find(exp.Null) is not None
    if (
        found.base != wanted.base
        and not null
        and not any({found.base, wanted.base} <= each for each in _ALIKE)
    ):
        raise unnumbered(
            f"Declared return type '{wanted}' is incompatible with actual return type '{found}'"
        )
