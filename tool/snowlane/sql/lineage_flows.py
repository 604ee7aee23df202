"""What one statement moves: from which columns into which, and what it reads besides.

Where the columns cannot be told it names whole relations and says so in a note. Knows statements,
not the objects that hold them.
"""

from collections.abc import Iterator
from typing import Any

from snowlane.sql.context import path_at
from snowlane.sql.lineage_changes import CreateTable
from snowlane.sql.lineage_cursor import Cursor
from snowlane.sql.lineage_ddl import read_changes
from snowlane.sql.lineage_movement import Flow, Movement, together
from snowlane.sql.lineage_query import (
    STAR,
    ColumnsOf,
    Output,
    Path,
    Place,
    Places,
    QueryColumns,
    read_query,
    table_path,
)
from snowlane.sql.tokens import Kind, Token, tokenize

_NOWHERE: Places = frozenset()
_QUERIES = ("SELECT", "WITH")
_DML = ("INSERT", "MERGE", "UPDATE", "DELETE", *_QUERIES)


def read_statement(text: str, columns_of: ColumnsOf, home: tuple[str, str]) -> Movement:
    """What one statement moves; `home` is where names of less than three parts are looked up.

    Raises snowlane.sql.tokens.UnreadableSqlError when the text cannot be split into tokens.
    """
    tokens = tokenize(text)
    reading = _Statement(text, tokens, columns_of, home)
    if not tokens:
        return Movement()
    if any(_is_made_up(tokens, position) for position in range(len(tokens))):
        return reading.as_whole("names a relation at run time")
    if tokens[0].word("CALL"):
        return reading.call()
    if tokens[0].word("COPY"):
        return reading.copy()
    if tokens[0].word("TRUNCATE"):
        return reading.truncate()
    if tokens[0].word("CREATE"):
        return reading.create()
    if tokens[0].word(*_DML):
        return reading.dml()
    return Movement()


def _is_made_up(tokens: list[Token], position: int) -> bool:
    """`IDENTIFIER(:name)` and `TABLE(:name)`."""
    opens = position + 2 < len(tokens) and tokens[position + 1].mark("(")
    return (
        opens
        and tokens[position].word("IDENTIFIER", "TABLE")
        and (tokens[position + 2].mark(":") or tokens[position + 2].raw.startswith(":"))
    )


class _Statement:
    """Reads one statement by its verb."""

    def __init__(
        self, text: str, tokens: list[Token], columns_of: ColumnsOf, home: tuple[str, str]
    ) -> None:
        self.text = text
        self.tokens = tokens
        self.columns_of = columns_of
        self.home = home

    def call(self) -> Movement:
        path = path_at(self.tokens, 1).parts if len(self.tokens) > 1 else ()
        return Movement(calls=frozenset({self._full(path)}) if path else frozenset())

    def truncate(self) -> Movement:
        cursor = Cursor(self.text, self.tokens)
        cursor.skip()
        cursor.take("TABLE")
        cursor.take_if_exists()
        path = cursor.path()
        return Movement(writes=frozenset({Place(self._full(path))}) if path else _NOWHERE)

    def copy(self) -> Movement:
        """COPY INTO a table names its columns, is by position, or matches them by name."""
        cursor = Cursor(self.text, self.tokens)
        cursor.skip()
        cursor.take("INTO")
        path = cursor.path()
        if path is None:
            return self._unload(cursor)
        target = self._full(path)
        if not cursor.at("("):
            by_name = any(token.word("MATCH_BY_COLUMN_NAME") for token in self.tokens)
            return Movement(
                writes=frozenset({Place(target)}),
                positional=frozenset() if by_name else frozenset({target}),
            )
        names = [part.take_name() for part in cursor.inside().parts()]
        return Movement(writes=frozenset(Place(target, name.name) for name in names if name))

    def _unload(self, cursor: Cursor) -> Movement:
        while not cursor.ended and not cursor.take("FROM"):
            cursor.skip()
        if cursor.at("("):
            inner = cursor.inside().text_left
            return read_statement(inner, self.columns_of, self.home)
        path = cursor.path()
        return Movement(reads=frozenset({Place(self._full(path))}) if path else _NOWHERE)

    def create(self) -> Movement:
        """CREATE TABLE … AS moves what its query yields; all else of CREATE moves nothing."""
        for change in read_changes(self.text):
            if isinstance(change, CreateTable) and change.query is not None:
                return self._create_as(change, change.query)
        return Movement()

    def _create_as(self, change: CreateTable, query: str) -> Movement:
        target = self._full(change.table)
        tree = _parsed(query)
        if tree is None:
            return self.as_whole("is not understood as a query")
        found = read_query(tree, self.columns_of, self.home)
        names = [column.name for column in change.columns]
        outputs = _renamed(found.outputs, names)
        moved = _into(target, outputs, tuple(output.name for output in outputs))
        known = all(output.name != STAR for output in outputs)
        created = {target: tuple(output.name for output in outputs)} if known else {}
        return Movement(moved.flows, found.conditions, moved.writes, created=created)

    def dml(self) -> Movement:
        from sqlglot import exp

        tree = _parsed(self.text)
        if isinstance(tree, exp.Query):
            return _reading_only(read_query(tree, self.columns_of, self.home))
        if isinstance(tree, exp.Insert):
            return self._insert(tree)
        if isinstance(tree, exp.Merge):
            return self._merge(tree)
        if isinstance(tree, exp.Update):
            return self._update(tree)
        if isinstance(tree, exp.Delete):
            return self._delete(tree)
        return self.as_whole("is not understood column by column")

    def _insert(self, tree: Any) -> Movement:
        from sqlglot import exp

        table = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
        target = self._path_of(table)
        if target is None or tree.expression is None:
            return self.as_whole("is not understood column by column")
        names: tuple[str, ...] | None = None
        if isinstance(tree.this, exp.Schema):
            names = tuple(_stored(each) for each in tree.this.expressions)
        found = self._query(tree.expression)
        if tree.args.get("by_name"):
            moved = _into(target, found.outputs, tuple(output.name for output in found.outputs))
        else:
            moved = _into(target, found.outputs, names or self.columns_of(target))
        return Movement(
            moved.flows,
            found.conditions,
            frozenset(Place(target, name) for name in names) if names else moved.writes,
            positional=frozenset() if names or tree.args.get("by_name") else frozenset({target}),
        )

    def _query(self, tree: Any) -> QueryColumns:
        from sqlglot import exp

        if isinstance(tree, exp.Query):
            return read_query(tree, self.columns_of, self.home)
        # VALUES: rows of expressions that read something only where they hold a query.
        if not isinstance(tree, exp.Values) or tree.find(exp.Query) is None:
            return QueryColumns((), _NOWHERE, frozenset())
        rows = [self._selected(list(row.expressions), []) for row in tree.expressions]
        width = max(len(row.outputs) for row in rows)
        outputs = (
            Output("", _NOWHERE.union(*(row.outputs[at].sources for row in rows)))
            for at in range(width)
        )
        conditions = _NOWHERE.union(*(row.conditions for row in rows))
        return QueryColumns(tuple(outputs), conditions, frozenset())

    def _selected(self, expressions: list[Any], tables: list[Any], *where: Any) -> QueryColumns:
        """Expressions over tables, as the query `SELECT expressions FROM tables WHERE …`."""
        from sqlglot import exp

        select = exp.Select(expressions=[each.copy() for each in expressions])
        for at, table in enumerate(tables):
            select = (
                select.from_(table.copy())
                if at == 0
                else select.join(table.copy(), join_type="cross")
            )
        for condition in where:
            if condition is not None:
                select = select.where(condition.copy())
        return read_query(select, self.columns_of, self.home)

    def _assigned(
        self, target: Path, names: list[str], values: list[Any], tables: list[Any], *where: Any
    ) -> Movement:
        """`SET name = value, …` over some tables."""
        found = self._selected(values, tables, *where)
        outputs = tuple(
            Output(name, output.sources) for name, output in zip(names, found.outputs, strict=False)
        )
        moved = _into(target, outputs, tuple(names))
        return Movement(moved.flows, found.conditions, moved.writes)

    def _merge(self, tree: Any) -> Movement:
        from sqlglot import exp

        target = self._path_of(tree.this)
        if target is None:
            return self.as_whole("is not understood column by column")
        tables = [tree.args["using"], tree.this]
        found = [self._assigned(target, [], [], tables, tree.args.get("on"))]
        for when in tree.args["whens"].expressions:
            condition, then = when.args.get("condition"), when.args.get("then")
            if isinstance(then, exp.Update):
                names, values = _assignments(then)
                found.append(self._assigned(target, names, values, tables, condition))
            elif isinstance(then, exp.Insert):
                found.append(self._merge_insert(target, then, tables, condition))
            elif condition is not None:
                found.append(self._assigned(target, [], [], tables, condition))
        return together(found)

    def _merge_insert(self, target: Path, then: Any, tables: list[Any], condition: Any) -> Movement:
        values = list(then.expression.expressions) if then.expression is not None else []
        listed = [_stored(column) for column in then.this.expressions] if then.this else []
        names = listed or list(self.columns_of(target) or ())
        moved = self._assigned(target, names[: len(values)], values, tables, condition)
        if listed or not values:
            return moved
        whole = moved.writes or frozenset({Place(target)})
        return Movement(moved.flows, moved.reads, whole, positional=frozenset({target}))

    def _update(self, tree: Any) -> Movement:
        target = self._path_of(tree.this)
        if target is None:
            return self.as_whole("is not understood column by column")
        names, values = _assignments(tree)
        source = tree.args.get("from_")
        tables = [tree.this, *([source.this] if source else [])]
        where = tree.args.get("where")
        return self._assigned(target, names, values, tables, where.this if where else None)

    def _delete(self, tree: Any) -> Movement:
        target = self._path_of(tree.this)
        if target is None:
            return self.as_whole("is not understood column by column")
        where = tree.args.get("where")
        tables = [tree.this, *(tree.args.get("using") or [])]
        found = self._selected([], tables, where.this if where else None)
        return Movement(reads=found.conditions, writes=frozenset({Place(target)}))

    def as_whole(self, why: str) -> Movement:
        """Every relation named after INTO, UPDATE or TRUNCATE is written out of all the others."""
        written: set[Place] = set()
        read: set[Place] = set()
        for path, is_target in _paths(self.tokens):
            (written if is_target else read).add(Place(self._full(path)))
        flows = tuple(Flow(frozenset(read), target) for target in sorted(written))
        note = f"{self.tokens[0].raw.upper()} {why}: whole relations are named"
        return Movement(flows, frozenset(read), frozenset(written), notes=(note,))

    def _path_of(self, table: Any) -> Path | None:
        from sqlglot import exp
        from sqlglot.optimizer.normalize_identifiers import normalize_identifiers

        if not isinstance(table, exp.Table):
            return None
        return table_path(normalize_identifiers(table.copy(), dialect="snowflake"), self.home)

    def _full(self, path: Path) -> Path:
        return (*self.home[: max(0, 3 - len(path))], *path)


def _parsed(text: str) -> Any:
    """The syntax tree, or None when sqlglot does not know the syntax."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    try:
        return sqlglot.parse_one(text, read="snowflake")
    except SqlglotError:
        return None


def _stored(identifier: Any) -> str:
    from sqlglot import exp

    node = identifier.this if isinstance(identifier, exp.Column) else identifier
    return str(node.this) if node.args.get("quoted") else str(node.name).upper()


def _assignments(tree: Any) -> tuple[list[str], list[Any]]:
    pairs = [each for each in tree.expressions if each.expression is not None]
    return [_stored(each.this) for each in pairs], [each.expression for each in pairs]


def _renamed(outputs: tuple[Output, ...], names: list[str]) -> tuple[Output, ...]:
    if len(names) != len(outputs):
        return outputs
    return tuple(Output(name, output.sources) for name, output in zip(names, outputs, strict=True))


def _into(target: Path, outputs: tuple[Output, ...], names: tuple[str, ...] | None) -> Movement:
    """Outputs put into columns by position; the whole target where one of them is not known."""
    unknown = names is None or any(output.name == STAR for output in outputs)
    flows = []
    for at, output in enumerate(outputs):
        column = "" if unknown or names is None or at >= len(names) else names[at]
        place = Place(target, "" if column == STAR else column)
        if output.sources:
            flows.append(Flow(output.sources, place))
    if unknown or names is None:
        return Movement(tuple(flows), writes=frozenset({Place(target)}))
    return Movement(tuple(flows), writes=frozenset(Place(target, name) for name in names))


def _reading_only(found: QueryColumns) -> Movement:
    outputs = _NOWHERE.union(*(output.sources for output in found.outputs))
    return Movement(reads=outputs | found.conditions)


def _paths(tokens: list[Token]) -> Iterator[tuple[Path, bool]]:
    """Full paths and whether each stands where a statement names its target."""
    position = 0
    while position < len(tokens):
        token = tokens[position]
        if not token.is_name or (position and tokens[position - 1].mark(".")):
            position += 1
            continue
        path = path_at(tokens, position)
        before = tokens[position - 1] if position else None
        if len(path.parts) == 3 and (before is None or before.kind is not Kind.STRING):
            is_target = before is not None and before.word(
                "INTO", "UPDATE", "TRUNCATE", "OVERWRITE"
            )
            yield path.parts, is_target
        position = path.after
