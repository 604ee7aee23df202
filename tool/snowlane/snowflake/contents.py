"""Reads a live environment object by object, in a number of requests that does not grow with it.

What INFORMATION_SCHEMA lists comes in three queries over all databases, the statements of all
objects in one GET_DDL a database, the rest in one SHOW a kind and database, paged.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from snowlane.environments.contents import Contents, Item, contents_of
from snowlane.environments.kinds import BY_NAME, KINDS, Reading
from snowlane.errors import SnowflakeError
from snowlane.restore.records import definitions
from snowlane.snowflake.catalog import COLUMN_COLUMNS, TABLE_COLUMNS, of_all, show_all
from snowlane.snowflake.definitions import read_ddl
from snowlane.snowflake.parallel import in_parallel
from snowlane.snowflake.session import DOES_NOT_EXIST, NOT_AUTHORIZED, UNSUPPORTED, Session
from snowlane.sql.names import quote

_MORE_TABLE_COLUMNS = f"{TABLE_COLUMNS}, TABLE_OWNER, IS_TRANSIENT, IS_ICEBERG, RETENTION_TIME"
Rows = list[dict[str, Any]]


def read_contents(sessions: Sequence[Session], databases: Sequence[str]) -> Contents:
    """Everything of the databases that the sessions' role can see; the sessions share the work.

    Raises SnowflakeError when a database is not there or not visible.
    """
    shown = [kind for kind in KINDS if kind.reading is Reading.SHOWN]
    wanted: list[Callable[[Session], Any]] = [
        partial(_asked, of_all(databases, "TABLES", _MORE_TABLE_COLUMNS)),
        partial(_asked, of_all(databases, "COLUMNS", COLUMN_COLUMNS)),
        partial(_asked, _listed(databases)),
    ]
    for database in databases:
        keys = f"SHOW IMPORTED KEYS IN DATABASE {quote(database)}"
        wanted += [partial(_script, database), partial(_asked, keys)]
        wanted += [partial(_shown, kind.plural, database) for kind in shown]
    tables, columns, listed, *answers = in_parallel(sessions, wanted)
    of_database = [
        answers[start : start + 2 + len(shown)] for start in range(0, len(answers), 2 + len(shown))
    ]
    gathered = partial(
        contents_of,
        tables=tables,
        columns=columns,
        listed=listed,
        shown={
            kind.name: [row for each in of_database for row in each[2 + at]]
            for at, kind in enumerate(shown)
        },
        keys=[row for each in of_database for row in each[1]],
    )
    scripts = [text for each in of_database for text in each[0]]
    found = gathered(scripts=scripts)
    more = _missing_texts(sessions[0], found.items.values())
    return gathered(scripts=[*scripts, *more]) if more else found


def _asked(query: str, session: Session) -> Rows:
    return session.query(query)


def _script(database: str, session: Session) -> tuple[str, ...]:
    return read_ddl(session, database)


def _listed(databases: Sequence[str]) -> str:
    """Schemas, procedures and functions with their owners: SHOW does not tell these."""
    parts = []
    for database in databases:
        place = f"{quote(database)}.INFORMATION_SCHEMA"
        parts.append(
            "SELECT 'SCHEMA' AS KIND, CATALOG_NAME AS CONTAINER, NULL AS SCHEMA_NAME, "  # noqa: S608
            "SCHEMA_NAME AS NAME, NULL AS ARGUMENTS, SCHEMA_OWNER AS OWNER, COMMENT "
            f"FROM {place}.SCHEMATA"
        )
        parts += [
            f"SELECT '{kind}', {kind}_CATALOG, {kind}_SCHEMA, {kind}_NAME, ARGUMENT_SIGNATURE, "  # noqa: S608
            f"{kind}_OWNER, COMMENT FROM {place}.{kind}S"
            for kind in ("PROCEDURE", "FUNCTION")
        ]
    return " UNION ALL ".join(parts)


def _shown(plural: str, database: str, session: Session) -> Rows:
    try:
        return show_all(session, plural, database)
    except SnowflakeError as error:
        # An edition without a feature answers so to its SHOW.
        if error.number != UNSUPPORTED:
            raise
        return []


def _missing_texts(session: Session, items: Iterable[Item]) -> list[str]:
    """The statements of what the script of its database did not hold, in a few requests."""
    names = [
        (BY_NAME[item.kind].ddl_word, item.full_name)
        for item in items
        if not item.text and item.kind in BY_NAME and BY_NAME[item.kind].ddl_word
    ]
    return _texts(session, names)


def _texts(session: Session, names: list[tuple[str, str]]) -> list[str]:
    """What the role may not read of them is left out: halving finds it."""
    try:
        answers = [session.execute(query).rows for query in definitions(names)]
    except SnowflakeError as error:
        if error.number not in (*DOES_NOT_EXIST, *NOT_AUTHORIZED):
            raise
        middle = len(names) // 2
        return _texts(session, names[:middle]) + _texts(session, names[middle:]) if middle else []
    return [str(text) for rows in answers for _, _, text in rows]
