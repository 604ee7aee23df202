"""Reads the definitions of everything in a database, one CREATE statement each.

Rule: docs.snowflake.com/en/sql-reference/functions/get_ddl (recursive for a database; stages and
the names inside bodies are not qualified).
"""

from collections.abc import Iterator

from snowlane.snowflake.session import Session
from snowlane.sql.names import literal, qualified
from snowlane.sql.tokens import tokenize


def read_ddl(session: Session, database: str) -> tuple[str, ...]:
    """The CREATE statements of a database and all in it, in one request, full names first.

    Raises SnowflakeError when the database is not there or not visible.
    """
    name = literal(qualified(database))
    rows = session.execute(f"SELECT GET_DDL('DATABASE', {name}, TRUE)").rows
    return tuple(cut_statements(str(rows[0][0])))


def cut_statements(script: str) -> Iterator[str]:
    """A script cut before each CREATE that follows a semicolon.

    The semicolons of a task's block stay inside: no CREATE of an object follows them.
    """
    tokens = tokenize(script)
    start = 0
    for position, token in enumerate(tokens):
        ends = token.mark(";") and (
            position + 1 == len(tokens) or tokens[position + 1].word("CREATE")
        )
        if ends:
            text = script[tokens[start].start : token.start].strip() if position > start else ""
            if text:
                yield text
            start = position + 1
    if start < len(tokens):
        yield script[tokens[start].start :].strip()
