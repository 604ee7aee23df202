"""Reads what a live environment holds, in a number of requests that does not grow with it.

Tables and what INFORMATION_SCHEMA lists come in two queries over all databases, the texts of
objects in one GET_DDL, and the rest in one SHOW a kind and database, paged.
Sources: docs.snowflake.com/en/sql-reference/info-schema, sql-reference/functions/get_ddl,
sql-reference/sql/show (10,000 rows at most).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from snowlane.config.environment import Environment
from snowlane.drift import rows
from snowlane.drift.inventory import Inventory, Thing
from snowlane.drift.things import made_by, read_thing
from snowlane.errors import NotBootstrappedError, SnowflakeError
from snowlane.snowflake.definitions import cut_statements
from snowlane.snowflake.session import DOES_NOT_EXIST, Session
from snowlane.sql.lineage_cursor import Cursor
from snowlane.sql.names import literal, qualified, quote
from snowlane.sql.tokens import UnreadableSqlError, tokenize

PAGE = 10_000
_RECORDS = ("ALEMBIC_VERSION", "SNOWLANE_OBJECTS")
_SHOWN: dict[str, Callable[[dict[str, Any]], Thing]] = {
    "FILE FORMATS": rows.file_format,
    "TASKS": rows.task,
    "STREAMS": rows.stream,
    "ALERTS": rows.alert,
}
# What SHOW tells better than GET_DDL, or what is no object by itself.
_NOT_BY_DDL = ("SCHEMA", "STAGE", "SEQUENCE", "FILE FORMAT", "TASK", "STREAM", "ALERT")
COLUMN_COLUMNS = """TABLE_CATALOG, TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, DATA_TYPE,
    CHARACTER_MAXIMUM_LENGTH, CHARACTER_OCTET_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE,
    DATETIME_PRECISION, COLLATION_NAME, IS_NULLABLE, COLUMN_DEFAULT, IS_IDENTITY,
    IDENTITY_START, IDENTITY_INCREMENT, COMMENT"""
TABLE_COLUMNS = """TABLE_CATALOG, TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, CLUSTERING_KEY, COMMENT,
    IS_TEMPORARY, IS_DYNAMIC, IS_HYBRID"""


def read_inventory(session: Session, databases: Sequence[str]) -> Inventory:
    """Everything of the databases that the session's role can see.

    Raises SnowflakeError when a database is not there or not visible.
    """
    tables = rows.tables_of(
        session.query(of_all(databases, "TABLES", TABLE_COLUMNS)),
        session.query(of_all(databases, "COLUMNS", COLUMN_COLUMNS)),
    )
    things = [*_contained(session, databases), *_objects(session, databases)]
    for kind, read in _SHOWN.items():
        for database in databases:
            things += [read(row) for row in show_all(session, kind, database)]
    return Inventory(tables, {thing.key: thing for thing in things})


def of_all(databases: Sequence[str], view: str, columns: str) -> str:
    """A query for columns of a view of INFORMATION_SCHEMA, over all of some databases."""
    return " UNION ALL ".join(
        f"SELECT {columns} FROM {quote(database)}.INFORMATION_SCHEMA.{view}"  # noqa: S608
        for database in databases
    )


def _contained(session: Session, databases: Sequence[str]) -> list[Thing]:
    """Schemas, stages and sequences, in one query."""
    parts = []
    for database in databases:
        place = f"{quote(database)}.INFORMATION_SCHEMA"
        parts += [
            "SELECT 'SCHEMA' AS KIND, CATALOG_NAME AS CONTAINER, NULL AS SCHEMA_NAME, "  # noqa: S608
            f"SCHEMA_NAME AS NAME, NULL AS VALUE, COMMENT FROM {place}.SCHEMATA",
            "SELECT 'STAGE', STAGE_CATALOG, STAGE_SCHEMA, STAGE_NAME, STAGE_URL, COMMENT "  # noqa: S608
            f"FROM {place}.STAGES",
            "SELECT 'SEQUENCE', SEQUENCE_CATALOG, SEQUENCE_SCHEMA, SEQUENCE_NAME, "  # noqa: S608
            f'TO_VARCHAR("START_VALUE") || \' \' || TO_VARCHAR("INCREMENT"), COMMENT '
            f"FROM {place}.SEQUENCES",
        ]
    found = session.query(" UNION ALL ".join(parts))
    by_kind = {kind: [row for row in found if row["kind"] == kind] for kind in rows.LISTED}
    return [thing for kind, read in rows.LISTED.items() for thing in read(by_kind[kind])]


def _objects(session: Session, databases: Sequence[str]) -> Iterator[Thing]:
    """Views, procedures and the other objects, by their DDL, in one request."""
    calls = [f"GET_DDL('DATABASE', {literal(qualified(each))}, TRUE)" for each in databases]
    for script in session.execute(f"SELECT {', '.join(calls)}").rows[0]:
        for text in cut_statements(str(script)):
            try:
                kind = made_by(Cursor(text, tokenize(text)))
                thing = read_thing(kind, text) if kind and kind not in _NOT_BY_DDL else None
            except UnreadableSqlError:
                continue
            if thing is not None:
                yield thing


def show_all(session: Session, kind: str, database: str) -> list[dict[str, Any]]:
    """All rows of SHOW <kind, plural>; a full page is taken apart by schema, where names are unique."""
    found = session.query(f"SHOW {kind} IN DATABASE {quote(database)} LIMIT {PAGE}")
    if len(found) < PAGE:
        return found
    place = f"{quote(database)}.INFORMATION_SCHEMA.SCHEMATA"
    schemas = session.query(
        f"SELECT SCHEMA_NAME FROM {place} WHERE SCHEMA_NAME <> 'INFORMATION_SCHEMA'"  # noqa: S608
    )
    return [
        row
        for schema in sorted(each["schema_name"] for each in schemas)
        for row in _pages(session, kind, qualified(database, schema))
    ]


def _pages(session: Session, kind: str, schema: str) -> Iterator[dict[str, Any]]:
    after = ""
    while True:
        page = session.query(f"SHOW {kind} IN SCHEMA {schema} LIMIT {PAGE}{after}")
        yield from page
        if len(page) < PAGE:
            return
        after = f" FROM {literal(page[-1]['name'])}"


@dataclass(frozen=True)
class AppliedText:
    """An applied object as the environment has it written down, with logical names."""

    kind: str
    name: str
    arguments: str
    hash: str
    text: str


def read_record(
    session: Session, environment: Environment
) -> tuple[str | None, tuple[AppliedText, ...]]:
    """The version, and the texts of the applied objects, in one query.

    Raises NotBootstrappedError when the tables are not there.
    """
    version, objects = (qualified(*environment.metadata, name) for name in _RECORDS)
    try:
        found = session.execute(
            f"SELECT NULL, VERSION_NUM, NULL, NULL, NULL FROM {version} "  # noqa: S608
            f"UNION ALL SELECT KIND, NAME, ARGUMENTS, HASH, TEXT FROM {objects}"
        ).rows
    except SnowflakeError as error:
        if error.number not in DOES_NOT_EXIST:
            raise
        raise NotBootstrappedError(
            f"{environment.name} has no version table that {environment.role} can read",
            why=error.why,
            next=f"run `snowlane migrate {environment.name}` first",
        ) from None
    versions = [row[1] for row in found if row[0] is None]
    applied = [AppliedText(*row) for row in found if row[0] is not None]
    return versions[0] if versions else None, tuple(applied)
