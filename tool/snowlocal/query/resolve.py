"""Puts what the catalog knows into a query's tree: tables become storage, views their text, the rest ready-made rows.

Names resolve in the session's database and schema, inside a view in the view's own. Privileges are asked here: SELECT
on what is named; a view reads with its owner's rights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from sqlglot import exp
from sqlglot import parse_one as sqlglot_parse_one

from snowlocal import changes, dynamic, functions, materialized, table_functions
from snowlocal.access import Access, inherited
from snowlocal.catalog import ACCOUNT_ID, Entry
from snowlocal.context import Context
from snowlocal.errors import SnowflakeError, compilation, missing, unsupported
from snowlocal.kinds import function
from snowlocal.kinds import stream as stream_kind
from snowlocal.names import Name, complete, dotted
from snowlocal.query import cased, declared, masking, ordering, unknown_functions, windows
from snowlocal.query import values as values_clause
from snowlocal.query.nodes import (
    arguments,
    dotted_parts,
    function_name,
    name_dynamic,
    number,
    post_order,
    storage_node,
    value_node,
    with_joins,
)
from snowlocal.query.parse import folded, parse, parts_of
from snowlocal.query.ready_rows import arrow_of
from snowlocal.tokens import Reader

_DEPTH = 50


@dataclass
class Resolved:
    """What resolution found besides the tree: rows to register under names, streams read, declared view widths."""

    registered: dict[str, pa.Table] = field(default_factory=dict)
    streams: list[tuple[Entry, int]] = field(default_factory=list)
    widths: list[tuple[str, str, int]] = field(default_factory=list)
    tables: list[Entry] = field(default_factory=list)
    logged: list[Entry] = field(default_factory=list)  # tables of which a stream's log is read


@dataclass
class Resolver:
    """Resolves one statement. `extra` are rows that the statement may name without qualification."""

    ctx: Context
    extra: dict[str, pa.Table] = field(default_factory=dict)
    found: Resolved = field(default_factory=Resolved)
    scope: cased.Scope = field(default_factory=cased.Scope)

    def resolve(self, tree: exp.Expr) -> exp.Expr:
        """Resolve a whole tree in the session's place; binds and session variables become literals first.

        Raises 002014 for what VALUES does not take, and whatever naming what is not there raises.
        """
        self._bind(tree)
        session = self.ctx.session
        return self.resolve_in(tree, session.database, session.schema, self.ctx.access, 0)

    # -- binds, variables

    def _bind(self, tree: exp.Expr) -> None:
        values = list(self.ctx.bindings)
        # Outer nodes come first: VALUES is judged as it was written.
        for node in list(tree.find_all(exp.Placeholder, exp.Parameter, exp.Values)):
            if isinstance(node, exp.Values):
                values_clause.refuse(node, self._is_function)
                continue
            if isinstance(node, exp.Placeholder):
                name = node.name
                index = int(name) - 1 if name.isdigit() else 0
                if index >= len(values) or (name and not name.isdigit()):
                    raise compilation(2049, "42601", f"Bind variable :{name or '?'} not set.")
                value = values[index] if name else values.pop(0)
            else:
                name = folded(node.this) if not isinstance(node.this, str) else node.this.upper()
                if name.isdigit():
                    raise unsupported(f"${name} outside of a stage query")
                if name not in self.ctx.session.variables:
                    raise compilation(2211, "42601", f"Session variable '${name}' does not exist")
                value = self.ctx.session.variables[name]
            node.replace(value_node(value))

    def written(self, table: exp.Table) -> tuple[str, ...]:
        """The parts of the name of the table that a statement writes, where that is IDENTIFIER(…) too."""
        if isinstance(table.this, exp.DynamicIdentifier):
            self._bind(table)
            name_dynamic(table)
        return parts_of(table)

    # -- tables

    def resolve_in(
        self,
        tree: exp.Expr,
        database: str | None,
        schema: str | None,
        access: Access,
        depth: int,
    ) -> exp.Expr:
        """Resolve a tree in another place, with the rights of whoever owns what stands there."""
        if depth > _DEPTH:
            raise compilation(1003, "42000", "views are nested too deeply")
        outside, self.scope = self.scope, cased.Scope()
        try:
            tree = self._relations(tree, database, schema, access, depth)
        finally:
            self.scope = outside
        self._functions(tree, database, schema, access, depth)
        return tree

    def _relations(
        self,
        tree: exp.Expr,
        database: str | None,
        schema: str | None,
        access: Access,
        depth: int,
    ) -> exp.Expr:
        """The tree with its relations replaced by what is behind them, and its columns without databases."""
        named: list[exp.Column] = []
        for node in tree.find_all(exp.Column, exp.Window, exp.Select, exp.Anonymous):
            if isinstance(node, exp.Column):
                named.append(node)
            elif isinstance(node, exp.Window):
                windows.judge(node)
            elif isinstance(node, exp.Select):
                ordering.judge(node)
            elif isinstance(node, exp.Anonymous):
                self._judge_function(node, database, schema)
        for table in list(tree.find_all(exp.Table, exp.TableFromRows)):
            replacement: exp.Expr
            if isinstance(table, exp.Table):
                name_dynamic(table)
            if isinstance(table, exp.TableFromRows):
                replacement = self._table_function(table, database, schema, access, depth)
            elif isinstance(table.this, (exp.Func, exp.Anonymous)):
                raise unsupported(
                    f"the table function {function_name(table.this)} outside of TABLE()"
                )
            elif not isinstance(table, exp.Table) or self._is_cte(table):
                continue
            else:
                replacement = self._relation(table, database, schema, access, depth)
            if table is tree:
                tree = replacement
            elif replacement is not table:
                table.replace(replacement)
        self.scope.check(tree, named)
        for column in named:
            if folded(column.this) == "NEXTVAL":
                continue  # a sequence's full name, not a table's
            for part in ("db", "catalog"):
                if column.args.get(part) is not None:
                    column.set(part, None)
        return tree

    def _judge_function(
        self, call: exp.Anonymous, database: str | None, schema: str | None
    ) -> None:
        """Raise 002140 for one of DuckDB's own functions, unless it is the name of a function that was made."""
        name = function_name(call)
        if not unknown_functions.only_duckdbs(name):
            return
        if isinstance(call.parent, (exp.Dot, exp.Table, exp.TableFromRows)):
            return
        if database and schema and self._overloads(Name(database, schema, name)):
            return
        raise compilation(2140, "42601", f"Unknown function {name}")

    def _is_cte(self, table: exp.Table) -> bool:
        if table.args.get("db") is not None:
            return False
        name = folded(table.this)
        node: exp.Expr | None = table
        inside: list[exp.Expr] = []
        while node is not None:
            with_ = node.args.get("with_")
            if isinstance(with_, exp.With):
                for cte in with_.expressions:
                    if folded(cte.args["alias"].this) != name:
                        continue
                    if cte not in inside or with_.args.get("recursive"):
                        return True
            inside.append(node)
            node = node.parent
        return False

    def _relation(
        self,
        table: exp.Table,
        database: str | None,
        schema: str | None,
        access: Access,
        depth: int,
    ) -> exp.Expr:
        if isinstance(table.this, exp.Var) or folded(table.this).startswith("@"):
            raise unsupported("a query on a stage; COPY INTO reads it")
        if table.args.get("when") is not None or table.args.get("version") is not None:
            raise unsupported("a query AT or BEFORE; clone the table and query the clone")
        parts = parts_of(table)
        alias = folded(table.args["alias"].this) if table.args.get("alias") else parts[-1]
        if len(parts) == 1 and parts[0] in self.extra:
            self.scope.closed = False
            return self._rows(table, self.extra[parts[0]], alias)
        name = complete(parts, database, schema)
        if name.schema == "INFORMATION_SCHEMA":
            shown = self._information(name)
            self.scope.add(shown.column_names)
            return self._rows(table, shown, alias)
        entry = self.visible(name, parts, access)
        if entry.kind in ("VIEW", materialized.KIND):
            access.require(entry, "SELECT")
            return self._view(table, entry, alias, depth)
        if entry.kind == "STREAM":
            return self._stream(table, entry, alias, access, depth)
        self.scope.add(c["name"] for c in entry.details["columns"])
        access.require(entry, "SELECT", *self._dml_privileges(table))
        self.found.tables.append(entry)
        if entry.kind == "DYNAMIC TABLE":
            dynamic.require_initialized(entry)
        if masking.guarded(entry):
            return masking.table(self, entry, table, alias, depth)
        return storage_node(entry, alias, table)

    def _dml_privileges(self, table: exp.Table) -> tuple[str, ...]:
        parent = table.parent
        if isinstance(parent, (exp.Update, exp.Delete, exp.Merge)) and parent.this is table:
            return ("UPDATE",) if isinstance(parent, exp.Update) else ("DELETE", "INSERT", "UPDATE")
        return ()

    def visible(self, name: Name, parts: tuple[str, ...], access: Access) -> Entry:
        catalog = self.ctx.catalog
        with self.ctx.account.lock:
            database = catalog.find("DATABASE", ACCOUNT_ID, name.database or "")
            if database is None or not access.sees(database):
                raise missing("DATABASE", dotted(name.database))
            schema = catalog.find("SCHEMA", database.id, name.schema or "")
            if schema is None or not access.sees(schema):
                raise missing("SCHEMA", dotted(name.database, name.schema))
            entry = catalog.find("TABLE", schema.id, name.name)
        if entry is None or not access.sees(entry):
            raise compilation(
                2003, "42S02", f"Object '{dotted(*parts)}' does not exist or not authorized."
            )
        return entry

    def _view(self, table: exp.Table, view: Entry, alias: str, depth: int) -> exp.Expr:
        inner = self.view_tree(view, depth)
        shown = view.details["columns"]
        self.scope.add(c["name"] for c in shown)
        text = self.ctx.catalog.text_of(view)
        self.found.widths.append((text, inner.sql(dialect="snowflake"), len(shown)))
        subquery = exp.Subquery(
            this=inner,
            alias=exp.TableAlias(
                this=exp.to_identifier(alias, quoted=True),
                columns=[exp.to_identifier(c["name"], quoted=True) for c in shown],
            ),
        )
        if masking.guarded(view):
            return masking.wrapped(self, view, subquery, table, alias, depth)
        return with_joins(subquery, table)

    def view_tree(self, view: Entry, depth: int = 0) -> exp.Expr:
        """A view's query, resolved in the view's own place with its owner's rights."""
        place = self.ctx.catalog.name_of(view)
        owner = _owner(self.ctx, view)
        if depth == 0:
            owner = self.ctx.access if self.ctx.access.owns(view) else owner
        is_view = view.kind == "VIEW"
        tree = parse(view.details["query"]) if is_view else materialized.tree_of(self.ctx, view)
        return self.resolve_in(tree, place.database, place.schema, owner, depth + 1)

    def _stream(
        self, table: exp.Table, stream: Entry, alias: str, access: Access, depth: int
    ) -> exp.Expr:
        access.require(stream, "SELECT")
        source = stream_kind.base(self.ctx, stream)
        self.scope.add((*(c["name"] for c in source.details["columns"]), *changes.METADATA_COLUMNS))
        session = self.ctx.session
        version = changes.version(session.duck, source)
        since = changes.offset(session, stream)
        sql = changes.net(source, since, version, bool(stream.details.get("append_only")))
        self.found.streams.append((stream, version))
        self.found.logged.append(source)
        tree = sqlglot_parse_one(sql, read="duckdb")
        subquery = exp.Subquery(
            this=tree, alias=exp.TableAlias(this=exp.to_identifier(alias, quoted=True))
        )
        if masking.guarded(source):
            more = changes.METADATA_COLUMNS
            return masking.wrapped(self, source, subquery, table, alias, depth, more)
        return with_joins(subquery, table)

    def _information(self, name: Name) -> pa.Table:
        from snowlocal.information_schema import relation

        with self.ctx.account.lock:
            database = self.ctx.database(name.database)
            found = relation(self.ctx, database, name.name)
        if found is None:
            raise missing("OBJECT", str(name))
        return arrow_of(found)

    def _rows(self, table: exp.Expr, rows: pa.Table, alias: str) -> exp.Expr:
        key = f"_rows_{len(self.found.registered)}_{id(self):x}"
        self.found.registered[key] = rows
        made = exp.Table(this=exp.to_identifier(key, quoted=True))
        made.set("alias", exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))
        return with_joins(made, table)

    # -- functions

    def _table_function(
        self,
        rows: exp.TableFromRows,
        database: str | None,
        schema: str | None,
        access: Access,
        depth: int,
    ) -> exp.Expr:
        call = rows.this
        if isinstance(
            call, exp.Explode
        ):  # TABLE(FLATTEN(…)) may name what stands before it: it is lateral
            return exp.Lateral(this=call, alias=rows.args.get("alias"))
        if isinstance(call, exp.Generator):
            return rows
        *qualifier, name = dotted_parts(call)
        while isinstance(call, exp.Dot):
            call = call.expression
        given = rows.args.get("alias")
        alias = folded(given.this) if given is not None and given.this is not None else name
        if qualifier and qualifier[-1] != "INFORMATION_SCHEMA":
            return self._table_udf(rows, (*qualifier, name), call, alias, depth)
        positional: list[Any] = []
        named: dict[str, Any] = {}
        for argument in arguments(call):
            if isinstance(argument, exp.Kwarg):
                named[argument.this.name.upper()] = self._constant(argument.expression)
            else:
                positional.append(self._constant(argument))
        if name == "RESULT_SCAN":
            kept = self.ctx.account.results.get(str(positional[0]))
            if kept is None:
                raise SnowflakeError(709, "02000", f"Statement {positional[0]} not found")
            found = arrow_of(kept)
            self.scope.add(found.column_names)
            return self._rows(rows, found, alias)
        if not qualifier:
            return self._table_udf(rows, (name,), call, alias, depth)
        home = self.ctx.database(qualifier[0] if len(qualifier) > 1 else database)
        found = arrow_of(table_functions.call(self.ctx, name, positional, named, home))
        self.scope.add(found.column_names)
        return self._rows(rows, found, alias)

    def _table_udf(
        self,
        rows: exp.TableFromRows,
        parts: tuple[str, ...],
        call: exp.Expr,
        alias: str,
        depth: int,
    ) -> exp.Expr:
        name = complete(parts, self.ctx.session.database, self.ctx.session.schema)
        for entry in self._overloads(name):
            names, _, text, is_table = function.body(self.ctx, entry)
            if is_table and len(names) == len(call.expressions):
                self.ctx.access.require(entry, "USAGE")
                tree = self.body(
                    _owner(self.ctx, entry), name, names, text, call.expressions, depth
                )
                columns = [exp.to_identifier(n, quoted=True) for n in function.columns(entry)]
                identifier = exp.to_identifier(alias, quoted=True)
                made = exp.Subquery(
                    this=tree, alias=exp.TableAlias(this=identifier, columns=columns)
                )
                made.meta[declared.OF_FUNCTION] = True
                return with_joins(made, rows)
        raise compilation(2141, "42601", f"Unknown user-defined table function {name}")

    def _is_function(self, parts: tuple[str, ...]) -> bool:
        try:
            name = complete(parts, self.ctx.session.database, self.ctx.session.schema)
        except SnowflakeError:
            return False
        return bool(self._overloads(name))

    def _overloads(self, name: Name) -> list[Entry]:
        catalog = self.ctx.catalog
        home = catalog.find("DATABASE", ACCOUNT_ID, name.database or "")
        within = catalog.find("SCHEMA", home.id, name.schema or "") if home else None
        if within is None:
            return []
        return [e for e in catalog.children(within.id, "FUNCTION") if e.name == name.name]

    def body(
        self,
        owner: Access,
        name: Name,
        names: Sequence[str],
        text: str,
        given: Sequence[exp.Expr],
        depth: int,
    ) -> exp.Expr:
        """A SQL function's body as a query, with the call's arguments put in, resolved in the function's place."""
        first = Reader(text).peek()
        is_query = first is not None and first.upper in ("SELECT", "WITH")
        tree = parse(text if is_query else f"SELECT ({text})")
        values = dict(zip([n.upper() for n in names], given, strict=True))
        for column in list(tree.find_all(exp.Column)):
            if not column.table and folded(column.this) in values:
                given_value = cased.outer(values[folded(column.this)].copy())
                column.replace(exp.Paren(this=given_value))
        return self.resolve_in(tree, name.database, name.schema, owner, depth + 1)

    def _constant(self, node: exp.Expr) -> Any:
        if isinstance(node, exp.Literal):
            return node.this if node.is_string else number(node.this)
        if isinstance(node, exp.Boolean):
            return bool(node.this)
        if isinstance(node, exp.Null):
            return None
        if isinstance(node, exp.Column) and not node.table:
            return folded(node.this)
        from snowlocal.query.engine import scalar

        return scalar(self.ctx, node.sql(dialect="snowflake"))

    def _functions(
        self,
        tree: exp.Expr,
        database: str | None,
        schema: str | None,
        access: Access,
        depth: int,
    ) -> None:
        for node in list(post_order(tree)):
            if isinstance(node, exp.Dot) and isinstance(node.expression, exp.Anonymous):
                parts = [*dotted_parts(node.this), folded(node.expression.this)]
                if parts[-1] == "NEXTVAL":
                    continue
                self._inline(node, tuple(parts), node.expression, database, schema, access, depth)
            elif isinstance(node, exp.Anonymous) and not isinstance(node.parent, exp.Dot):
                name = folded(node.this) if not isinstance(node.this, str) else node.this.upper()
                if functions.known(name):
                    self._call(node, name)
                elif database and schema and self.ctx.catalog is not None:
                    self._inline(node, (name,), node, database, schema, access, depth)
            elif isinstance(node, exp.Func) and functions.known(function_name(node)):
                self._call(node, function_name(node))
            elif isinstance(node, exp.Column) and folded(node.this) == "NEXTVAL" and node.table:
                self._nextval(node, database, schema)

    def _call(self, node: exp.Expr, name: str) -> None:
        given = [self._constant(a) for a in arguments(node)]
        node.replace(value_node(functions.call(self.ctx, name, given)))

    def _nextval(self, node: exp.Column, database: str | None, schema: str | None) -> None:
        parts = tuple(
            folded(node.args[p]) for p in ("catalog", "db", "table") if node.args.get(p) is not None
        )
        name = complete(parts, database, schema)
        entry = self.ctx.find("SEQUENCE", (name.database or "", name.schema or "", name.name))
        self.ctx.access.require(entry, "USAGE")
        call = exp.Anonymous(
            this="nextval", expressions=[exp.Literal.string(entry.details["sequence"])]
        )
        node.replace(call)

    def _inline(
        self,
        node: exp.Expr,
        parts: tuple[str, ...],
        call: exp.Anonymous,
        database: str | None,
        schema: str | None,
        access: Access,
        depth: int,
    ) -> None:
        try:
            name = complete(parts, database, schema)
        except SnowflakeError:
            return
        for entry in self._overloads(name):
            names, _, text, is_table = function.body(self.ctx, entry)
            if len(names) == len(call.expressions) and not is_table:
                access.require(entry, "USAGE")
                tree = self.body(
                    _owner(self.ctx, entry), name, names, text, call.expressions, depth
                )
                node.replace(exp.Subquery(this=tree))
                return


def _owner(ctx: Context, entry: Entry) -> Access:
    return Access(ctx.catalog, inherited(ctx.catalog, {entry.owner}))
