"""What streams read: a log of the rows that DML inserted and deleted, kept beside each table that has a stream.

Rows are logged in the DML's own transaction, numbered by version; writers of such a table hold its lock until
they commit,
so that versions are in commit order. A stream's offset is a version. Rule: docs.snowflake.com/en/user-
guide/streams-intro.
"""

from __future__ import annotations

from dataclasses import replace

import duckdb

from snowlocal.catalog import Entry
from snowlocal.change import Change
from snowlocal.session import Session
from snowlocal.storage import columns_of, duck_name, quoted

# What a stream shows besides its table's columns.
METADATA_COLUMNS = ("METADATA$ACTION", "METADATA$ISUPDATE", "METADATA$ROW_ID")


def log_name(table: Entry) -> str:
    """The DuckDB table that holds a table's log."""
    return f'main."log_{table.id}"'


def track(change: Change, table: Entry) -> Entry:
    """Begin to log a table's changes; a tracked table stays as it is."""
    if table.details.get("tracked"):
        return table
    body = ", ".join(f"{quoted(c.name)} {c.data_type.duck}" for c in columns_of(table))
    change.run(
        f"CREATE TABLE {log_name(table)} ({body}, _version BIGINT, _action VARCHAR, _update BOOLEAN, _row VARCHAR)"
    )
    return change.put(replace(table, details={**table.details, "tracked": True}))


def version(duck: duckdb.DuckDBPyConnection, table: Entry) -> int:
    """The newest version that the connection sees; 0 before the first change."""
    sql = f"SELECT coalesce(max(_version), 0) FROM {log_name(table)}"  # noqa: S608 (an id)
    return int(duck.execute(sql).fetchall()[0][0])


def offset(session: Session, stream: Entry) -> int:
    """The version up to which a stream was consumed, as committed."""
    sql = "SELECT version FROM _local.stream_offsets WHERE stream = ?"
    found = session.duck.execute(sql, [stream.id]).fetchall()
    return int(found[0][0]) if found else 0


def set_offset(change: Change, stream_id: int, at: int) -> None:
    """Set a stream's offset, when it is made."""
    change.run("INSERT OR REPLACE INTO _local.stream_offsets VALUES (?, ?)", [stream_id, at])


def net(table: Entry, since: int, until: int, append_only: bool) -> str:
    """DuckDB SQL of the rows that a stream shows after version `since` and up to `until`, which is where reading it
    moves it to: what cancels out is left out.

    Columns: the table's, METADATA$ACTION, METADATA$ISUPDATE, METADATA$ROW_ID.
    """
    names = ", ".join(quoted(c.name) for c in columns_of(table))
    log = log_name(table)
    within = f"_version > {int(since)} AND _version <= {int(until)}"
    # S608: names are quoted column names, the versions are numbers.
    if append_only:
        return (
            f'SELECT {names}, \'INSERT\' AS "METADATA$ACTION", FALSE AS "METADATA$ISUPDATE",'  # noqa: S608
            f' _row AS "METADATA$ROW_ID" FROM {log}'
            f" WHERE {within} AND _action = 'INSERT' AND NOT _update"
        )
    # A row counts +1 when inserted and -1 when deleted; equal rows of opposite sign cancel, oldest first.
    signed = (
        f"SELECT {names}, _action, _update, _row, "  # noqa: S608
        f" row_number() OVER (PARTITION BY {names}, _action ORDER BY _version) AS _n,"
        f" count(*) FILTER (_action = 'INSERT') OVER (PARTITION BY {names}) AS _ins,"
        f" count(*) FILTER (_action = 'DELETE') OVER (PARTITION BY {names}) AS _del"
        f" FROM {log} WHERE {within}"
    )
    left = (
        f"SELECT {names}, _action, _update, _row,"  # noqa: S608
        " count(*) OVER (PARTITION BY _row) AS _pair"
        f" FROM ({signed}) AS s WHERE (_action = 'INSERT' AND _n > _del) OR (_action = 'DELETE' AND _n > _ins)"
    )
    return (
        f'SELECT {names}, _action AS "METADATA$ACTION", (_update AND _pair > 1) AS "METADATA$ISUPDATE",'  # noqa: S608
        f' _row AS "METADATA$ROW_ID" FROM ({left}) AS l'
    )


class Recorder:
    """Logs what one DML statement does to a tracked table; made before the statement, finished after it."""

    def __init__(self, duck: duckdb.DuckDBPyConnection, table: Entry, only_inserts: bool) -> None:
        self._duck = duck
        self._table = table
        self._only_inserts = only_inserts
        # S608 below: names are ids and quoted column names.
        if only_inserts:
            found = duck.execute(f"SELECT max(rowid) FROM {duck_name(table)}").fetchall()  # noqa: S608
            self._last = -1 if found[0][0] is None else int(found[0][0])
        else:
            duck.execute(
                f"CREATE OR REPLACE TEMP TABLE _before AS SELECT rowid AS _row, * FROM {duck_name(table)}"  # noqa: S608
            )

    def finish(self, is_update: bool) -> None:
        """Write the statement's rows to the log under the next version."""
        names = ", ".join(quoted(c.name) for c in columns_of(self._table))
        # ALTER TABLE … ADD COLUMN puts new columns behind the log's own: rows go in by name.
        into = f"{names}, _version, _action, _update, _row"
        log, storage = log_name(self._table), duck_name(self._table)
        at = version(self._duck, self._table) + 1
        if self._only_inserts:
            self._duck.execute(
                f"INSERT INTO {log} ({into}) SELECT {names}, {at}, 'INSERT', FALSE, '{at}-' || rowid"  # noqa: S608
                f" FROM {storage} WHERE rowid > {self._last}"
            )
            return
        self._duck.execute(
            f"CREATE OR REPLACE TEMP TABLE _after AS SELECT rowid AS _row, * FROM {storage}"  # noqa: S608
        )
        for action, new, old in (("DELETE", "_before", "_after"), ("INSERT", "_after", "_before")):
            flag = "TRUE" if is_update else "FALSE"
            self._duck.execute(
                f"INSERT INTO {log} ({into}) SELECT {names}, {at}, '{action}', {flag}, '{at}-' || _row"  # noqa: S608
                f" FROM (SELECT * FROM temp.{new} EXCEPT ALL SELECT * FROM temp.{old}) AS d"
            )
        self._duck.execute("DROP TABLE temp._before")
        self._duck.execute("DROP TABLE temp._after")


def alter_log(change: Change, table: Entry, clause: str) -> None:
    """Carry an ALTER of the table's columns over to its log; `clause` is DuckDB's, after ALTER TABLE name."""
    if table.details.get("tracked"):
        change.run(f"ALTER TABLE {log_name(table)} {clause}")


def forget(change: Change, table: Entry) -> None:
    """Remove a table's log for good."""
    change.run(f"DROP TABLE IF EXISTS {log_name(table)}")
