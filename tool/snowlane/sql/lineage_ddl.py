"""Reads from the tokens of one DDL statement what it does to tables.

Reads the statements that change what a table is and leaves out all others. Knows nothing of what
was there before.
Grammar: docs.snowflake.com/en/sql-reference/sql/create-table and sql-reference/sql/alter-table.
"""

from collections.abc import Iterator

from snowlane.sql.lineage_changes import (
    AddColumn,
    Change,
    ChangeType,
    Column,
    CreateTable,
    DropColumn,
    DropSchema,
    DropTable,
    Path,
    RenameColumn,
    RenameTable,
    SetClustering,
    SetComment,
    SetDefault,
    SetNotNull,
    SwapTable,
)
from snowlane.sql.lineage_cursor import Cursor
from snowlane.sql.tokens import Kind, Token, UnreadableSqlError, tokenize

_TABLE_MODIFIERS = (
    "LOCAL",
    "GLOBAL",
    "TEMP",
    "TEMPORARY",
    "VOLATILE",
    "TRANSIENT",
    "HYBRID",
    "EXTERNAL",
    "ICEBERG",
    "DYNAMIC",
    "EVENT",
)
_NO_COLUMN = ("CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "INDEX")
_AFTER_TYPE = (
    *(
        "NOT",
        "NULL",
        "DEFAULT",
        "AUTOINCREMENT",
        "IDENTITY",
        "COMMENT",
        "COLLATE",
        "UNIQUE",
        "WITH",
    ),
    *("PRIMARY", "REFERENCES", "CONSTRAINT", "MASKING", "PROJECTION", "TAG", "AS", "FOREIGN"),
    *("CHECK", "START", "INCREMENT", "ORDER", "NOORDER"),
)
_NOT_ADDED = (*_NO_COLUMN, "SEARCH", "ROW", "DATA", "AGGREGATION", "JOIN", "STORAGE", "PARTITION")
_NOT_DROPPED = (*_NO_COLUMN, "SEARCH", "ROW", "ALL", "DATA", "AGGREGATION", "JOIN")


def read_changes(text: str) -> tuple[Change, ...]:
    """The changes a statement makes to tables, in order; none for a statement of another kind.

    A text that cannot be split into tokens makes none either: whoever sends it hears of that.
    """
    try:
        tokens = tokenize(text)
    except UnreadableSqlError:
        return ()
    cursor = Cursor(text, tokens)
    if cursor.take("CREATE"):
        return tuple(_create(cursor))
    if cursor.take("DROP"):
        return tuple(_drop(cursor))
    if cursor.take("COMMENT"):
        return tuple(_comment(cursor))
    if cursor.take("ALTER") and cursor.take("TABLE"):
        cursor.take_if_exists()
        table = cursor.path()
        return tuple(_alter(cursor, table)) if table else ()
    return ()


def _create(cursor: Cursor) -> Iterator[Change]:
    replaces = alters = False
    if cursor.take("OR"):
        replaces, alters = cursor.take("REPLACE"), cursor.take("ALTER")
    modifiers = set()
    while word := cursor.take_any(*_TABLE_MODIFIERS):
        modifiers.add(word)
    # A dynamic table is an object with a file of its own.
    if not cursor.take("TABLE") or "DYNAMIC" in modifiers:
        return
    if_not_exists = cursor.take_if_exists()
    table = cursor.path()
    if not table:
        return
    columns = tuple(_columns(cursor.inside())) if cursor.at("(") else ()
    source = query = None
    cluster_by = comment = ""
    while not cursor.ended:
        if cursor.take_any("LIKE", "CLONE"):
            source = cursor.path()
        elif cursor.take("CLUSTER") and cursor.take("BY"):
            cluster_by = cursor.inside().text_left
        elif cursor.take("COMMENT"):
            comment = cursor.take_text() or ""
        elif cursor.take("AS"):
            query = cursor.text_left
            break
        else:
            cursor.skip()
    yield CreateTable(
        table,
        columns,
        replaces,
        alters,
        if_not_exists,
        frozenset(modifiers),
        cluster_by,
        source,
        query,
        comment,
    )


def _columns(definitions: Cursor) -> Iterator[Column]:
    for definition in definitions.parts():
        if not definition.at_word(*_NO_COLUMN) and (column := _column(definition)):
            yield column


def _column(definition: Cursor) -> Column | None:
    name = definition.take_name()
    if name is None:
        return None
    kind = _type(definition)
    nullable, counts_up, default, comment = True, False, None, ""
    while not definition.ended:
        if definition.take("NOT"):
            nullable = not definition.take("NULL") and nullable
        elif definition.take_any("AUTOINCREMENT", "IDENTITY"):
            counts_up = True
        elif definition.take("DEFAULT"):
            default = _default(definition)
        elif definition.take("COLLATE") and kind:
            kind += f" COLLATE {definition.skip().raw}"
        elif definition.take("PRIMARY"):
            nullable = False
        elif definition.take("COMMENT"):
            comment = definition.take_text() or ""
        else:
            definition.skip()
    is_quoted = name.kind is Kind.QUOTED
    return Column(name.name, kind, nullable, default, counts_up, is_quoted, comment)


def _type(definition: Cursor) -> str:
    start = definition.position
    while not definition.ended and not definition.at_word(*_AFTER_TYPE):
        definition.skip()
    return definition.text_between(start, definition.position)


def _default(definition: Cursor) -> str:
    start = definition.position
    if not definition.ended:
        definition.skip()
    while not definition.ended and not definition.at_word(*_AFTER_TYPE):
        definition.skip()
    return definition.text_between(start, definition.position)


def _comment(cursor: Cursor) -> Iterator[Change]:
    """COMMENT ON TABLE t IS '…', COMMENT ON COLUMN t.c IS '…'."""
    cursor.take_if_exists()
    if not cursor.take("ON"):
        return
    kind, path = cursor.take_any("TABLE", "COLUMN"), cursor.path()
    if not kind or not path or not cursor.take("IS"):
        return
    comment = cursor.take_text()
    if comment is not None:
        is_table = kind == "TABLE"
        yield SetComment(path if is_table else path[:-1], comment, None if is_table else path[-1])


def _drop(cursor: Cursor) -> Iterator[Change]:
    kind = cursor.take_any("TABLE", "SCHEMA")
    cursor.take_if_exists()
    path = cursor.path() if kind else None
    if path:
        yield DropTable(path) if kind == "TABLE" else DropSchema(path)


def _alter(cursor: Cursor, table: Path) -> Iterator[Change]:
    if cursor.take("RENAME"):
        yield from _rename(cursor, table)
    elif cursor.take("SWAP") and cursor.take("WITH"):
        if other := cursor.path():
            yield SwapTable(table, other)
    elif cursor.take("CLUSTER") and cursor.take("BY"):
        yield SetClustering(table, cursor.inside().text_left)
    elif cursor.take("ADD"):
        yield from _add(cursor, table)
    elif cursor.take("DROP"):
        yield from _drop_parts(cursor, table)
    elif cursor.take_any("SET", "UNSET") and cursor.take("COMMENT"):
        yield SetComment(table, cursor.take_text() or "")
    elif cursor.take_any("ALTER", "MODIFY"):
        parts = cursor.inside() if cursor.at("(") else cursor
        for part in parts.parts():
            part.take_any("ALTER", "MODIFY")
            yield from _alter_column(part, table)


def _rename(cursor: Cursor, table: Path) -> Iterator[Change]:
    if cursor.take("COLUMN"):
        old = cursor.take_name()
        cursor.take("TO")
        new = cursor.take_name()
        if old and new:
            yield RenameColumn(table, old.name, new.name)
    elif cursor.take("TO") and (to := cursor.path()):
        yield RenameTable(table, to)


def _add(cursor: Cursor, table: Path) -> Iterator[Change]:
    for part in cursor.parts():
        if part.at_word(*_NOT_ADDED):
            return
        part.take("COLUMN")
        if_not_exists = part.take_if_exists()
        if column := _column(part):
            yield AddColumn(table, column, if_not_exists)


def _drop_parts(cursor: Cursor, table: Path) -> Iterator[Change]:
    if cursor.take("CLUSTERING"):
        yield SetClustering(table, "")
        return
    if cursor.at_word(*_NOT_DROPPED) or cursor.ended:
        return
    cursor.take("COLUMN")
    cursor.take_if_exists()
    for part in cursor.parts():
        if (name := part.take_name()) and part.ended:
            yield DropColumn(table, name.name)


def _alter_column(part: Cursor, table: Path) -> Iterator[Change]:
    part.take("COLUMN")
    name = part.take_name()
    if name is None or part.ended:
        return
    column = name.name
    if part.take("DROP"):
        if part.take("NOT"):
            yield SetNotNull(table, column, nullable=True)
        elif part.take("DEFAULT"):
            yield SetDefault(table, column, None)
        return
    if part.take("SET"):
        if part.take("NOT"):
            yield SetNotNull(table, column)
        elif part.take("DEFAULT"):
            yield SetDefault(table, column, part.text_left)
        elif part.take("DATA") and part.take("TYPE"):
            yield ChangeType(table, column, part.text_left)
        return
    if part.take("UNSET"):
        if part.take("COMMENT"):
            yield SetComment(table, "", column)
        return
    if part.take("COMMENT"):
        yield SetComment(table, part.take_text() or "", column)
        return
    # `ALTER COLUMN a VARCHAR(20)`: the word TYPE may be left out.
    part.take("TYPE")
    yield ChangeType(table, column, part.text_left)


def names_in(text: str) -> frozenset[str]:
    """The names that stand in an expression, such as that of a clustering key."""
    try:
        tokens: list[Token] = tokenize(text)
    except UnreadableSqlError:
        return frozenset()
    return frozenset(token.name for token in tokens if token.is_name)
