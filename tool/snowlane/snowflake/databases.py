"""Reads which databases an account has, whose they are, and how much of their data is their own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from snowlane.snowflake.session import Session
from snowlane.sql.names import literal, qualified

# SHOW fails for more rows than this (docs.snowflake.com/en/sql-reference/sql/show-databases).
_MOST = 10_000


@dataclass(frozen=True)
class Database:
    """A database as SHOW tells of it; `created_at` is in UTC without a zone."""

    name: str
    owner: str
    created_at: datetime
    comment: str = ""
    is_transient: bool = False


def read_databases(session: Session, names: Iterable[str]) -> dict[str, Database]:
    """Those of the named databases that there are and the role can see. Raises SnowflakeError.

    Asks for exactly these names: LIKE ignores case and takes `_` for any letter
    (docs.snowflake.com/en/sql-reference/sql/show-databases).
    """
    found = {}
    for name in names:
        for row in session.query(f"SHOW DATABASES STARTS WITH {literal(name)}"):
            if row["name"] == name:
                found[name] = _database(row)
    return found


def read_all_databases(session: Session) -> dict[str, Database]:
    """All databases that the role can see, as many as one SHOW tells. Raises SnowflakeError."""
    rows = session.query(f"SHOW DATABASES LIMIT {_MOST}")
    return {str(row["name"]): _database(row) for row in rows}


def _database(row: Mapping[str, Any]) -> Database:
    return Database(
        str(row["name"]),
        str(row["owner"] or ""),
        _utc(row["created_on"]),
        str(row["comment"] or ""),
        "TRANSIENT" in str(row["options"] or ""),
    )


def read_own_bytes(session: Session, databases: Iterable[str]) -> dict[str, int]:
    """The bytes of each database that it shares with no other, in one query. Raises SnowflakeError.

    Empty where the role sees none: only ACCOUNTADMIN sees rows of TABLE_STORAGE_METRICS
    (docs.snowflake.com/en/sql-reference/info-schema/table_storage_metrics).
    """
    parts = [
        "SELECT TABLE_CATALOG, SUM(ACTIVE_BYTES) "  # noqa: S608
        f"FROM {qualified(each, 'INFORMATION_SCHEMA', 'TABLE_STORAGE_METRICS')} "
        f"WHERE TABLE_CATALOG = {literal(each)} AND TABLE_DROPPED IS NULL GROUP BY TABLE_CATALOG"
        for each in databases
    ]
    if not parts:
        return {}
    return {name: int(size or 0) for name, size in session.execute(" UNION ALL ".join(parts)).rows}


def _utc(moment: Any) -> datetime:
    assert isinstance(moment, datetime)
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
