"""The statements that make a restore point, write it down, and drop it. Pure: facts in, SQL out.

Rules: docs.snowflake.com/en/sql-reference/sql/create-clone (AT; COPY GRANTS takes the grants of the
source where nothing is replaced) and sql-reference/functions/get_ddl.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from snowlane.config.environment import Environment
from snowlane.objects.kinds import ddl_word
from snowlane.plan.state_tables import DEPLOYMENTS_TABLE, RESTORE_POINTS_TABLE, state_table
from snowlane.restore.point import TEXTS_TABLE, Content, KeptTable, schema_of, to_json
from snowlane.sql.names import literal, qualified

# A statement of Snowflake's is at most 1 MB; a clone's names take less than 2 kB of it.
_AT_ONCE = 200


def points_table(environment: Environment) -> str:
    """The table that lists an environment's restore points."""
    return state_table(environment, RESTORE_POINTS_TABLE)


def begin_point(
    environment: Environment,
    point: str,
    *,
    deployment: str,
    revision: str | None,
    taken_at: datetime,
    days: int,
) -> str:
    """Write down that a point is being made, so that its remains are found if it is broken off.

    Its bundle is the one that was deployed last.
    """
    deployments = state_table(environment, DEPLOYMENTS_TABLE)
    bundle = (
        f"(SELECT MAX(BUNDLE) FROM {deployments} WHERE NUMBER = "  # noqa: S608
        f"(SELECT MAX(NUMBER) FROM {deployments} WHERE OUTCOME = 'done'))"
    )
    at = f"{literal(taken_at.isoformat(sep=' '))}::TIMESTAMP_NTZ"
    values = [literal(point), literal(deployment), literal(revision) if revision else "NULL"]
    values += [bundle, at, f"DATEADD('day', {int(days)}, {at})", "NULL"]
    return (
        f"INSERT INTO {points_table(environment)} (ID, DEPLOYMENT_ID, REVISION, BUNDLE, TAKEN_AT, "
        f"EXPIRES_AT, CONTENT) SELECT {', '.join(values)}"
    )


def complete_point(environment: Environment, point: str, content: Content) -> str:
    """Write down what a point holds; only then can it be restored."""
    return (
        f"UPDATE {points_table(environment)} SET CONTENT = {literal(to_json(content))} "  # noqa: S608
        f"WHERE ID = {literal(point)}"
    )


def make_schemas(point: str, databases: Iterable[str]) -> list[str]:
    """The schemas of a point's clones."""
    comment = literal(f"snowlane restore point {point}")
    return [
        f"CREATE SCHEMA {qualified(database, schema_of(point))} COMMENT = {comment}"
        for database in databases
    ]


def make_clones(
    tables: Sequence[KeptTable], taken_at: datetime, without_past: frozenset[tuple[str, ...]]
) -> list[str]:
    """Blocks of clones, all at one instant; `taken_at` is in UTC.

    A table without Time Travel (retention 0) is cloned as it is.
    """
    at = f" AT (TIMESTAMP => {literal(taken_at.isoformat(sep=' ') + ' +0000')}::TIMESTAMP_TZ)"
    clones = [
        f"CREATE {'TRANSIENT ' if table.is_transient else ''}TABLE {qualified(*table.clone)} "
        f"CLONE {qualified(*table.path)}{'' if table.path in without_past else at} COPY GRANTS;"
        for table in tables
    ]
    blocks = ["BEGIN\n" + "\n".join(some) + "\nEND" for some in _chunks(clones)]
    return [f"EXECUTE IMMEDIATE {literal(block)}" for block in blocks]


def make_texts(metadata_database: str, point: str, names: Sequence[tuple[str, str]]) -> list[str]:
    """The table of definitions, filled by the account itself; `names` are kinds and full names."""
    table = qualified(metadata_database, schema_of(point), TEXTS_TABLE)
    statements = [f"CREATE TABLE {table} (KIND VARCHAR, NAME VARCHAR, TEXT VARCHAR)"]
    return statements + [f"INSERT INTO {table} {query}" for query in definitions(names)]


def definitions(names: Sequence[tuple[str, str]]) -> list[str]:
    """Queries for kind, full name and definition of objects that are there."""
    rows = [
        f"SELECT {literal(kind)}, {literal(name)}, "
        f"GET_DDL({literal(ddl_word(kind))}, {literal(name)}, TRUE)"
        for kind, name in names
    ]
    return [" UNION ALL ".join(some) for some in _chunks(rows)]


def _chunks(items: Sequence[str]) -> list[Sequence[str]]:
    return [items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE)]


def drop_point(environment: Environment, point: str, databases: Iterable[str]) -> list[str]:
    """Drop a point's clones, then its record."""
    drops = [
        f"DROP SCHEMA IF EXISTS {qualified(database, schema_of(point))}" for database in databases
    ]
    forget = f"DELETE FROM {points_table(environment)} WHERE ID = {literal(point)}"  # noqa: S608
    return [*drops, forget]
