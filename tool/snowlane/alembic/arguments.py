"""The arguments of the operations that change types, checked and turned into what SQL text needs.

Raises RefusedError with the text to write instead; decides nothing about the change itself.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

from snowlane.errors import RefusedError
from snowlane.sql.conversion import Conversion, derived, example, explicit
from snowlane.sql.names import MAX_LENGTH, parse_path, stored
from snowlane.sql.tokens import UnreadableSqlError, tokenize
from snowlane.sql.type_rules import DataType, parse_type

Type = str | TypeEngine[Any]
COLUMN, CONVERTED = "{column}", "{converted}"


def table_path(schema: str, table: str) -> tuple[str, str, str]:
    """Database, schema and table as stored."""
    path = parse_path(schema) if isinstance(schema, str) else None
    if path is None or len(path) != 2 or "" in path:
        raise RefusedError(
            f"schema={schema!r} does not say where {table} is",
            next='name the logical database and the schema: schema="RAW.BRONZE"',
        )
    return (*path, column_name(table))


def column_name(name: str) -> str:
    """The stored name of a table or column that a revision names."""
    if not isinstance(name, str) or not name or len(name) > MAX_LENGTH or not name.isprintable():
        raise RefusedError(f"{name!r} is not a name", next="name the table or column as it is")
    return stored(name)


def data_type(kind: Type, dialect: Dialect) -> DataType:
    """A type as SQL or SQLAlchemy writes it."""
    text = kind.compile(dialect=dialect) if isinstance(kind, TypeEngine) else str(kind)
    found = parse_type(text)
    if found is None:
        raise RefusedError(
            f"{text!r} is not a type that the rules of Snowflake's changes know",
            why="docs.snowflake.com/en/sql-reference/sql/alter-table-column lists them",
            next='write it as Snowflake does, for example "NUMBER(10, 2)"',
        )
    return found


def one_of(argument: str, value: str, allowed: Sequence[str]) -> None:
    """Refuse a value that an argument does not take."""
    if value not in allowed:
        raise RefusedError(
            f"{argument}={value!r} is not known", next=f"write one of: {', '.join(allowed)}"
        )


def filled_in(expression: str, column: str, converted: str = "") -> str:
    """An expression about a certain column."""
    return expression.replace(COLUMN, column).replace(CONVERTED, converted)


def conversion_between(
    old: DataType,
    new: DataType,
    given: str | None,
    loses: str | None = None,
    argument: str = "conversion",
) -> Conversion:
    """The conversion that a revision gives, or else the derived one."""
    if loses is not None:
        refuse_no_expression("loses", loses)
    if given is None:
        found = derived(old, new)
        if found is None:
            raise RefusedError(
                f"how {old} becomes {new} is not to be guessed",
                why="it depends on what the values look like",
                next=f'say it, null for a value that cannot: {argument}="{example(new)}"',
            )
        if loses is None:
            return found
        given = found.expression
    refuse_no_expression(argument, given, needs=(COLUMN,))
    made = explicit(old, new, given.strip(), loses)
    if made is None:
        raise RefusedError(
            f"{argument} rounds without a word, and nothing tells which values it cuts short",
            why=f"it is no TRY_TO_NUMBER(…, {new.size[0]}, {new.size[1]}) that could be asked for "
            "more decimals",
            next='say when a value is lost: loses="… {column} … {converted} …", or loses="FALSE"',
        )
    return made


def refuse_no_expression(argument: str, text: str, *, needs: Sequence[str] = ()) -> None:
    """Refuse a text that is not one SQL expression, or that lacks one of the marks in `needs`."""
    missing = [each for each in needs if each not in text]
    if missing:
        raise RefusedError(
            f"{argument}={text!r} does not say where the value stands",
            next=f"write {missing[0]} for it",
        )
    try:
        tokens = tokenize(filled_in(text, "C", "C"))
    except UnreadableSqlError as error:
        raise RefusedError(f"{argument} is SQL that has no end", why=str(error)) from None
    depth = lowest = 0
    ends = not tokens
    for token in tokens:
        depth += token.mark("(") - token.mark(")")
        lowest = min(lowest, depth)
        ends = ends or token.mark(";") or (depth == 0 and token.mark(","))
    is_commented = "--" in text or "/*" in text
    if ends or depth or lowest or is_commented:
        raise RefusedError(
            f"{argument}={text!r} is not one expression",
            next="write one SQL expression, its parentheses closed, without a comment",
        )
