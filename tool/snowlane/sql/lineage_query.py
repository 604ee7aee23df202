"""Where each output column of one query comes from, and which columns decide on its rows.

Works on sqlglot's syntax tree and scopes; knows relations only by a function that gives their
columns, and nothing of the statement around the query.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

Path = tuple[str, ...]
# The columns of a relation in their order, or None when nothing is known of it.
ColumnsOf = Callable[[Path], tuple[str, ...] | None]


@dataclass(frozen=True, order=True)
class Place:
    """A column by the stored path of its relation; `column` "" stands for the whole relation."""

    path: Path
    column: str = ""

    def __str__(self) -> str:
        return ".".join((*self.path, self.column) if self.column else self.path)


Places = frozenset[Place]
STAR = "*"
_NOWHERE: Places = frozenset()


@dataclass(frozen=True)
class Output:
    """One column of a query's result; a star over unknown columns is called `*`.

    `star` is the relation from which a star takes the column, None when the query names it.
    """

    name: str
    sources: Places
    star: Path | None = None


@dataclass(frozen=True)
class QueryColumns:
    """What a query yields, in order, and all columns that its conditions read."""

    outputs: tuple[Output, ...]
    conditions: Places
    relations: frozenset[Path]

    @property
    def stars(self) -> frozenset[Path]:
        """The relations whose columns a star puts into the result."""
        return frozenset(output.star for output in self.outputs if output.star)


def read_query(tree: Any, columns_of: ColumnsOf, home: tuple[str, str]) -> QueryColumns:
    """Follow the columns of a sqlglot query tree, whose identifiers are not yet folded.

    `home` is the database and schema in which names of less than three parts are looked up. A query
    that cannot be followed, such as one with an alias twice, yields all of its relations as a star.
    """
    from sqlglot.errors import SqlglotError
    from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
    from sqlglot.optimizer.scope import build_scope

    tree = normalize_identifiers(tree.copy(), dialect="snowflake")
    try:
        root = build_scope(tree)
        if root is None:
            return QueryColumns((), _NOWHERE, frozenset())
        reading = _Reading(columns_of, home, list(root.traverse()))
        outputs = reading.outputs(root)
        return QueryColumns(outputs, reading.conditions(), frozenset(reading.relations))
    except SqlglotError:
        return _not_followed(tree, home)


def _not_followed(tree: Any, home: tuple[str, str]) -> QueryColumns:
    from sqlglot import exp

    paths = [table_path(table, home) for table in tree.find_all(exp.Table)]
    relations = frozenset(path for path in paths if path)
    everything = frozenset(Place(path) for path in relations)
    return QueryColumns((Output(STAR, everything),), _NOWHERE, relations)


def table_path(table: Any, home: tuple[str, str]) -> Path | None:
    """The full path of a table of the tree; None for a stage, a function or a made-up name."""
    from sqlglot import exp

    if not isinstance(table.this, exp.Identifier):
        return None
    parts = [part for part in (table.catalog, table.db, table.name) if part]
    return (*home[: 3 - len(parts)], *parts)


class _Reading:
    """Follows the columns of one query through its scopes, each scope once."""

    def __init__(self, columns_of: ColumnsOf, home: tuple[str, str], scopes: list[Any]) -> None:
        self.columns_of = columns_of
        self.home = home
        self.scopes = scopes
        self.by_select = {id(scope.expression): scope for scope in scopes}
        self.known: dict[int, tuple[Output, ...]] = {}
        self.relations: set[Path] = set()

    def outputs(self, scope: Any) -> tuple[Output, ...]:
        """The outputs of a scope; none while they are being found, as in a recursive CTE."""
        if id(scope) not in self.known:
            self.known[id(scope)] = ()
            self.known[id(scope)] = self._outputs(scope)
        return self.known[id(scope)]

    def _outputs(self, scope: Any) -> tuple[Output, ...]:
        from sqlglot import exp

        if scope.set_operation_scopes:
            first, *others = (self.outputs(each) for each in scope.set_operation_scopes)
            return tuple(
                Output(output.name, output.sources.union(*(_at(other, at) for other in others)))
                for at, output in enumerate(first)
            )
        if not isinstance(scope.expression, exp.Select):
            return ()
        found: list[Output] = []
        for projection in scope.expression.expressions:
            if projection.is_star:
                found += self._star(projection, scope)
            else:
                sources = self._sources_in(projection, scope)
                found.append(Output(projection.alias_or_name, sources))
        return tuple(found)

    def _star(self, projection: Any, scope: Any) -> Iterable[Output]:
        from sqlglot import exp

        star = projection if isinstance(projection, exp.Star) else projection.this
        left_out = {each.name for each in star.args.get("except_") or ()}
        renamed = {each.this.name: each.alias for each in star.args.get("rename") or ()}
        names = [projection.table] if isinstance(projection, exp.Column) else list(_sources(scope))
        for name in names:
            source = _sources(scope).get(name)
            if isinstance(source, exp.Table) and (path := table_path(source, self.home)):
                self.relations.add(path)
            for output in self._all_of(source):
                if output.name not in left_out:
                    yield replace(output, name=renamed.get(output.name, output.name))

    def _all_of(self, source: Any) -> tuple[Output, ...]:
        from sqlglot import exp

        if source is None:
            return ()
        if not isinstance(source, exp.Table):
            return self._named_outputs(source)
        path = table_path(source, self.home)
        if path is None:
            return ()
        columns = None if source.args.get("pivots") else self.columns_of(path)
        if columns is None:
            return (Output(STAR, frozenset({Place(path)}), path),)
        return tuple(Output(name, frozenset({Place(path, name)}), path) for name in columns)

    def _named_outputs(self, source: Any) -> tuple[Output, ...]:
        """A scope's outputs by the names that `AS x (a, b)` gives them, where it does."""
        outputs = self.outputs(source)
        names = source.outer_columns
        return tuple(
            replace(output, name=names[at]) if at < len(names) else output
            for at, output in enumerate(outputs)
        )

    def _sources_in(self, expression: Any, scope: Any) -> Places:
        """All columns of an expression, those of the queries inside it by their own scopes."""
        from sqlglot import exp

        found: set[Place] = set()
        for column in expression.find_all(exp.Column):
            owner = self._owner(column, scope)
            if owner is not None:
                found |= self._resolve(column.table, column.name, owner)
        return frozenset(found)

    def _owner(self, column: Any, outer: Any) -> Any:
        """The scope a column is read in; None inside a derived table, which is followed by itself."""
        select = column.parent_select
        if outer.is_udtf and outer.expression.parent_select is select:
            return outer
        owner = outer if select is None else self.by_select.get(id(select), outer)
        inner = owner
        while inner is not None and inner is not outer:
            if inner.is_derived_table or inner.is_cte:
                return None
            inner = inner.parent
        return owner

    def _resolve(self, table: str, name: str, scope: Any) -> Places:
        if table:
            return self._of_source(table, name, scope)
        holders = [source for source in _sources(scope).values() if self._has(source, name)]
        if holders:
            return _NOWHERE.union(*(self._column_of(source, name) for source in holders))
        if alias := self._alias(name, scope):
            return alias
        if scope.parent is not None and scope.is_subquery:
            outer = self._resolve("", name, scope.parent)
            if outer:
                return outer
        return self._guess(name, scope)

    def _of_source(self, table: str, name: str, scope: Any) -> Places:
        while scope is not None:
            if table in (sources := _sources(scope)):
                return self._column_of(sources[table], name)
            scope = scope.parent
        return _NOWHERE

    def _guess(self, name: str, scope: Any) -> Places:
        """A name that no relation is known to have: it is of those of which nothing is known."""
        from sqlglot import exp

        tables = [source for source in _sources(scope).values() if isinstance(source, exp.Table)]
        paths = [path for table in tables if (path := table_path(table, self.home))]
        unknown = [path for path in paths if self.columns_of(path) is None]
        if not unknown and len(paths) == len(_sources(scope)) == 1:
            unknown = paths
        return frozenset(Place(path, name) for path in unknown)

    def _alias(self, name: str, scope: Any) -> Places:
        """A column that another expression of the same SELECT names."""
        from sqlglot import exp

        if isinstance(scope.expression, exp.Select):
            for projection in scope.expression.expressions:
                if isinstance(projection, exp.Alias) and projection.alias == name:
                    inside = {column.name for column in projection.find_all(exp.Column)}
                    return _NOWHERE if name in inside else self._sources_in(projection, scope)
        return _NOWHERE

    def _has(self, source: Any, name: str) -> bool:
        from sqlglot import exp

        if isinstance(source, exp.Table):
            path = table_path(source, self.home)
            return path is not None and name in (self.columns_of(path) or ())
        if isinstance(source.expression, exp.UDTF):
            alias = source.expression.args.get("alias")
            return alias is not None and name in [column.name for column in alias.columns]
        return any(output.name == name for output in self._named_outputs(source))

    def _column_of(self, source: Any, name: str) -> Places:
        from sqlglot import exp

        if isinstance(source, exp.Table):
            path = table_path(source, self.home)
            if path is None:
                return _NOWHERE
            self.relations.add(path)
            return frozenset({Place(path, "" if source.args.get("pivots") else name)})
        if isinstance(source.expression, exp.UDTF):
            return self._sources_in(source.expression, source)
        outputs = self._named_outputs(source)
        named = [output for output in outputs if output.name == name]
        # A star over unknown columns may hold the name.
        chosen = named or [output for output in outputs if output.name == STAR]
        return _NOWHERE.union(*(output.sources for output in chosen))

    def conditions(self) -> Places:
        """What WHERE, ON, HAVING, QUALIFY, GROUP BY and the like of all scopes read."""
        from sqlglot import exp

        found: set[Place] = set()
        for scope in self.scopes:
            self._note_relations(scope)
            if not isinstance(scope.expression, exp.Select):
                continue
            for key, part in scope.expression.args.items():
                if key not in ("expressions", "from_", "with_") and part:
                    for each in part if isinstance(part, list) else [part]:
                        found |= self._condition(each, scope)
        return frozenset(found)

    def _condition(self, part: Any, scope: Any) -> Places:
        from sqlglot import exp

        if not isinstance(part, exp.Expression):
            return _NOWHERE
        found = _NOWHERE
        if isinstance(part, exp.Join):
            for name in part.args.get("using") or ():
                found |= self._resolve("", name.name, scope)
            part = part.args.get("on")
            if part is None:
                return found
        return found | self._sources_in(part, scope)

    def _note_relations(self, scope: Any) -> None:
        from sqlglot import exp

        for source in _sources(scope).values():
            if isinstance(source, exp.Table) and (path := table_path(source, self.home)):
                self.relations.add(path)


def _sources(scope: Any) -> dict[str, Any]:
    """What a scope selects from, by name; `Scope.sources` also has CTEs that it does not use."""
    from sqlglot import exp

    if not isinstance(scope.expression, exp.Select):
        return dict(scope.sources)
    found = {name: source for name, (_, source) in scope.selected_sources.items()}
    for source in list(found.values()):
        # `FROM t PIVOT (…) AS p` is called p.
        pivots = source.args.get("pivots") if isinstance(source, exp.Table) else None
        found |= {pivot.alias: source for pivot in pivots or () if pivot.alias}
    return found


def _at(outputs: tuple[Output, ...], position: int) -> Places:
    return outputs[position].sources if position < len(outputs) else _NOWHERE
