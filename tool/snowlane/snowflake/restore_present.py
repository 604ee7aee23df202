"""Reads what became of a restore point's tables and objects since: rows, files, definitions.

Decides nothing. Rules: docs.snowflake.com/en/sql-reference/functions/copy_history (14 days),
functions/policy_references (for the owner of a table; policies that come by a tag, too), functions/get_ddl
(#UNKNOWN_POLICY) and sql-reference/constructs/group-by.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from snowlane.config.environment import Environment
from snowlane.errors import SnowflakeError
from snowlane.restore.contents import WITHOUT_DEFINITION
from snowlane.restore.facts import Account, LoadedFile, Present, RowChange
from snowlane.restore.point import (
    TEXTS_TABLE,
    Content,
    KeptTable,
    RestorePoint,
    schema_of,
)
from snowlane.restore.touched import Path, Target
from snowlane.snowflake.restore_facts import read_account, read_definitions, with_data
from snowlane.snowflake.session import Session
from snowlane.sql.attachments import policies_of
from snowlane.sql.names import literal, qualified, quote

Progress = Callable[[str], None]
_FILES_AT_ONCE = 50
_TABLES_AT_ONCE = 50
# What is asked about is also what has a definition of its own.
_NO_TEXT = WITHOUT_DEFINITION | {"SCHEMA", "TABLE"}


def read_present(
    session: Session,
    environment: Environment,
    points: Sequence[RestorePoint],
    content: Content,
    progress: Progress,
) -> Present:
    """What is there now of all that the points hold; `content` is what they hold together.

    Counts the rows of every kept table that is still there: this reads them. Raises SnowflakeError.
    """
    tables = (*content.tables, *content.metadata)
    account = read_account(
        session,
        environment,
        paths=(*(each.path for each in tables), *content.absent),
        targets=(*content.written, *(Target(each.kind, each.path) for each in content.objects)),
        whole_schemas=_written_schemas(content),
    )
    account = with_data(session, account, {each.path for each in content.tables})
    there = [each for each in tables if each.path in account.relations]
    columns = _columns(session, [*(each.clone for each in tables), *(each.path for each in there)])
    governed = _governed(session, [each for each in content.tables if each in there])
    changes = {}
    for table in there:
        if table.path in governed:
            # What the role reads of them is not what they hold.
            changes[table.path] = RowChange(None, None)
            continue
        progress(f"comparing {qualified(*table.path)} with its clone")
        changes[table.path] = _row_change(session, table, columns)
    return Present(
        account=account,
        was=_texts(session, environment, points),
        now=read_definitions(session, _names_now(content, account)),
        columns={clone: tuple(name for name, _ in found) for clone, found in columns.items()},
        changes=changes,
        granted_otherwise=_granted_otherwise(
            session, [each for each in content.tables if each in there]
        ),
        governed=governed,
        files=_files(session, points, [each for each in content.tables if each in there]),
    )


def _written_schemas(content: Content) -> set[Path]:
    return {each.path for each in content.written if each.kind == "SCHEMA"}


def _names_now(content: Content, account: Account) -> list[tuple[str, str]]:
    """All whose definitions are compared; a stale stream is made anew whatever it says."""
    stale = {each.path for each in account.streams if each.is_stale}
    kept = {(each.kind, each.full_name) for each in content.objects}
    on_tables = {each.path for each in account.streams if each.table}
    tables = [
        ("TABLE", qualified(*each.path))
        for each in content.tables
        if each.path in account.relations and account.relations[each.path].can_be_cloned
    ]
    objects = [
        (each.kind, each.full_name)
        for each in account.objects
        if each.kind not in _NO_TEXT
        and each.path not in stale
        and ((each.kind, each.full_name) in kept or each.path in on_tables)
    ]
    return tables + objects


def _texts(
    session: Session, environment: Environment, points: Sequence[RestorePoint]
) -> dict[tuple[str, str], str]:
    """The definitions that the points keep; of several the oldest counts."""
    found: dict[tuple[str, str], str] = {}
    for point in points:
        table = qualified(environment.metadata[0], schema_of(point.id), TEXTS_TABLE)
        for kind, name, text in session.execute(f"SELECT KIND, NAME, TEXT FROM {table}").rows:  # noqa: S608
            found.setdefault((str(kind), str(name)), str(text))
    return found


def _columns(session: Session, paths: Iterable[Path]) -> dict[Path, list[tuple[str, str]]]:
    """Names and types of the columns of tables, in order; one query a database."""
    wanted = set(paths)
    found: dict[Path, list[tuple[str, str]]] = {}
    for database in sorted({path[0] for path in wanted}):
        schemas = sorted({path[1] for path in wanted if path[0] == database})
        rows = session.execute(
            "SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, DATA_TYPE "  # noqa: S608
            f"FROM {qualified(database, 'INFORMATION_SCHEMA', 'COLUMNS')} "
            f"WHERE TABLE_SCHEMA IN ({', '.join(literal(each) for each in schemas)}) "
            "ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION"
        ).rows
        for schema, name, column, data_type in rows:
            path = (database, str(schema), str(name))
            if path in wanted:
                found.setdefault(path, []).append((str(column), str(data_type)))
    return found


def _granted_otherwise(session: Session, tables: Sequence[KeptTable]) -> frozenset[Path]:
    """The tables whose grants differ from those of their clones; one query a database."""
    grants: dict[Path, set[tuple[str, ...]]] = {}
    paths = {path for table in tables for path in (table.path, table.clone)}
    for database in sorted({path[0] for path in paths}):
        schemas = sorted({path[1] for path in paths if path[0] == database})
        rows = session.execute(
            "SELECT TABLE_SCHEMA, TABLE_NAME, PRIVILEGE_TYPE, GRANTEE, IS_GRANTABLE "  # noqa: S608
            f"FROM {qualified(database, 'INFORMATION_SCHEMA', 'TABLE_PRIVILEGES')} "
            f"WHERE TABLE_SCHEMA IN ({', '.join(literal(each) for each in schemas)}) "
            "AND PRIVILEGE_TYPE <> 'OWNERSHIP'"
        ).rows
        for schema, name, *grant in rows:
            grants.setdefault((database, str(schema), str(name)), set()).add(tuple(grant))
    return frozenset(
        table.path for table in tables if grants.get(table.path) != grants.get(table.clone)
    )


def _governed(session: Session, tables: Sequence[KeptTable]) -> frozenset[Path]:
    """The tables that have a policy, or whose clones have one, on a column or on their rows."""
    owners = {path: table.path for table in tables for path in (table.path, table.clone)}
    return frozenset(owners[path] for path in _with_policies(session, list(owners)))


def _with_policies(session: Session, paths: Sequence[Path]) -> list[Path]:
    """Those of some tables that have policies; halved where the role owns one of them not."""
    if not paths:
        return []
    if len(paths) > _TABLES_AT_ONCE:
        some, rest = paths[:_TABLES_AT_ONCE], paths[_TABLES_AT_ONCE:]
        return _with_policies(session, some) + _with_policies(session, rest)
    queries = (
        f"SELECT {position}, COUNT(*) FROM TABLE({qualified(path[0], 'INFORMATION_SCHEMA')}."  # noqa: S608
        f"POLICY_REFERENCES(REF_ENTITY_NAME => {literal(qualified(*path))}, "
        "REF_ENTITY_DOMAIN => 'TABLE'))"
        for position, path in enumerate(paths)
    )
    try:
        rows = session.execute(" UNION ALL ".join(queries)).rows
    except SnowflakeError as error:
        # Without a number nothing was refused: the way to the account broke.
        if not error.number:
            raise
        if len(paths) == 1:
            # It does not own the table; what the definition says of policies is for all to see.
            key = ("TABLE", qualified(*paths[0]))
            return [paths[0]] if policies_of(read_definitions(session, [key])[key]) else []
        middle = len(paths) // 2
        return _with_policies(session, paths[:middle]) + _with_policies(session, paths[middle:])
    return [paths[int(position)] for position, count in rows if count]


def _row_change(
    session: Session, table: KeptTable, columns: dict[Path, list[tuple[str, str]]]
) -> RowChange:
    """Rows that only one of a table and its clone has, repeated rows counted as often."""
    now = columns.get(table.path, [])
    common = ", ".join(
        quote(name) for name, kind in columns.get(table.clone, []) if (name, kind) in now
    )
    if not common:
        return RowChange(None, None)
    sides = " UNION ALL ".join(
        f"SELECT {common}, {side} AS SNOWLANE_SIDE FROM {qualified(*path)}"  # noqa: S608
        for path, side in ((table.path, 1), (table.clone, -1))
    )
    try:
        added, missing = session.execute(
            "SELECT COALESCE(SUM(GREATEST(N, 0)), 0), COALESCE(SUM(GREATEST(-N, 0)), 0) FROM "  # noqa: S608
            f"(SELECT SUM(SNOWLANE_SIDE) AS N FROM ({sides}) GROUP BY {common})"
        ).rows[0]
    except SnowflakeError:
        # A GEOGRAPHY column, for one, cannot be grouped: then nobody can say what was written.
        return RowChange(None, None)
    return RowChange(int(added), int(missing))


def _files(
    session: Session, points: Sequence[RestorePoint], tables: Sequence[KeptTable]
) -> tuple[LoadedFile, ...]:
    """Files loaded into the tables since each was cloned."""
    taken = {schema_of(point.id): point.taken_at for point in points}
    queries = [_files_query(table, taken[table.clone[1]]) for table in tables]
    paths = {qualified(*table.path): table.path for table in tables}
    found = []
    for start in range(0, len(queries), _FILES_AT_ONCE):
        query = " UNION ALL ".join(queries[start : start + _FILES_AT_ONCE])
        for name, file, rows, at in session.execute(query).rows:
            found.append(LoadedFile(paths[name], str(file), int(rows or 0), str(at)))
    return tuple(sorted(found, key=lambda each: (each.table, each.loaded_at, each.file)))


def _files_query(table: KeptTable, since: datetime) -> str:
    name = literal(qualified(*table.path))
    start = literal(since.isoformat(sep=" ") + " +0000")
    database = qualified(table.path[0], "INFORMATION_SCHEMA")
    return (
        f"SELECT {name}, FILE_NAME, ROW_COUNT, TO_VARCHAR(LAST_LOAD_TIME) FROM TABLE("  # noqa: S608
        f"{database}.COPY_HISTORY(TABLE_NAME => {name}, START_TIME => {start}::TIMESTAMP_TZ))"
    )
