"""What a materialized view may be, which table it reads, and when it is invalid.

Rules: docs.snowflake.com/en/user-guide/views-materialized, "Limitations" and "How changes to base tables affect …".
"""

from __future__ import annotations

from sqlglot import exp

from snowlocal import functions
from snowlocal.catalog import Catalog, Entry
from snowlocal.change import Change
from snowlocal.context import Context
from snowlocal.errors import SnowflakeError, unnumbered, unsupported
from snowlocal.names import complete
from snowlocal.query.nodes import function_name
from snowlocal.query.parse import parse, parts_of

KIND = "MATERIALIZED VIEW"
_NOT_IN_ONE: tuple[tuple[type[exp.Expr], str], ...] = (
    (exp.Join, "More than one table referenced in the view definition"),
    (exp.SetOperation, "a set operation"),
    (exp.Subquery, "a subquery"),
    (exp.Exists, "a subquery"),
    (exp.With, "a common table expression"),
    (exp.Window, "a window function"),
    (exp.Having, "HAVING"),
    (exp.Order, "ORDER BY"),
    (exp.Limit, "LIMIT"),
    (exp.TableFromRows, "a table function"),
    (exp.Lateral, "LATERAL"),
    (exp.GroupingSets, "GROUPING SETS"),
    (exp.Rollup, "ROLLUP"),
    (exp.Cube, "CUBE"),
    (exp.CurrentTimestamp, "a function that is not deterministic"),
    (exp.CurrentDate, "a function that is not deterministic"),
    (exp.Rand, "a function that is not deterministic"),
)


def base_of(ctx: Context, query: str) -> Entry:
    """The one table of a materialized view's query. Raises where the query is none for a materialized view."""
    tree = parse(query)
    if not isinstance(tree, exp.Select):
        raise _invalid("it is not one SELECT")
    for kind, what in _NOT_IN_ONE:
        if tree.find(kind) is not None:
            raise _invalid(what)
    if any(
        isinstance(node, exp.Distinct) and node.parent is not tree
        for node in tree.find_all(exp.Distinct)
    ):
        raise _invalid("DISTINCT in an aggregate")
    if any(functions.known(function_name(node)) for node in tree.find_all(exp.Func)):
        raise _invalid("a function that is not deterministic")
    tables = list(tree.find_all(exp.Table))
    if len(tables) != 1:
        raise _invalid(
            "it reads no table"
            if not tables
            else "More than one table referenced in the view definition"
        )
    _refuse_ungrouped(tree)
    name = complete(parts_of(tables[0]), ctx.session.database, ctx.session.schema)
    entry = ctx.find("TABLE", (name.database or "", name.schema or "", name.name))
    ctx.access.require(entry, "SELECT")
    if entry.details.get("masks") or entry.details.get("row_access"):
        raise unsupported("CREATE ON MASKING POLICY COLUMN")
    return entry


def _refuse_ungrouped(tree: exp.Select) -> None:
    group = tree.args.get("group")
    shown = {e.unalias().sql(dialect="snowflake").upper() for e in tree.expressions}
    for key in group.expressions if group is not None else []:
        if not key.is_int and key.sql(dialect="snowflake").upper() not in shown:
            raise _invalid("GROUP BY a key that is not selected")


def _invalid(what: str) -> SnowflakeError:
    return unnumbered(
        f"SQL compilation error:\nInvalid materialized view definition. {what[0].upper()}{what[1:]}."
    )


def invalid_reason(catalog: Catalog, view: Entry) -> str | None:
    """Why a materialized view cannot be read; None where it can."""
    base = catalog.maybe(view.details["base"])
    if base is None or not catalog.live_path(base):
        return "Base table was dropped."
    return str(view.details["invalid"]) if view.details["invalid"] else None


def tree_of(ctx: Context, view: Entry) -> exp.Expr:
    """The query of a materialized view on its table by the table's present name, `*` as it was when the view was made.

    Raises where the view is suspended or invalid.
    """
    reason = invalid_reason(ctx.catalog, view)
    if view.details["suspended"] or reason:
        why = f"Invalidated: {reason}" if reason else "It is suspended."
        raise unnumbered(
            f"Failure during expansion of view '{view.name}': Materialized view is invalid. {why}"
        )
    tree = parse(view.details["query"])
    table = tree.find(exp.Table)
    assert table is not None
    name = ctx.catalog.name_of(ctx.catalog.get(view.details["base"]))
    if table.args.get("alias") is None:
        table.set("alias", exp.TableAlias(this=table.this.copy()))
    table.set("this", exp.to_identifier(name.name, quoted=True))
    table.set("db", exp.to_identifier(name.schema, quoted=True))
    table.set("catalog", exp.to_identifier(name.database, quoted=True))
    for star in list(tree.find_all(exp.Star)):
        if isinstance(star.parent, exp.Select) and not any(star.args.values()):
            _expand(star, view.details["star"])
    return tree


def _expand(star: exp.Star, names: list[str]) -> None:
    select = star.parent
    assert isinstance(select, exp.Select)
    columns = [exp.column(exp.to_identifier(name, quoted=True)) for name in names]
    shown: list[exp.Expr] = []
    for each in select.expressions:
        shown.extend(columns if each is star else [each])
    select.set("expressions", shown)


def on_table(catalog: Catalog, table: Entry) -> list[Entry]:
    """The live materialized views of a table."""
    return [
        view
        for view in catalog.all(KIND)
        if view.details["base"] == table.id and catalog.live_path(view)
    ]


def invalidate(change: Change, table: Entry, why: str) -> None:
    """Make a table's materialized views invalid, after a column of it was dropped or changed."""
    for view in on_table(change.catalog, table):
        change.put(view.with_details(invalid=why))


def refuse_policy(catalog: Catalog, table: Entry) -> None:
    """Raise where a policy is put on a table that has materialized views."""
    count = len(on_table(catalog, table))
    if count:
        raise unnumbered(
            f"SQL execution error: One or more materialized views exist on the table. number of mvs={count}, "
            f"table name={table.name}."
        )
