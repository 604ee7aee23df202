"""Reads from an account what a restore point keeps and what a rollback would change.

Decides nothing. Rules: docs.snowflake.com/en/sql-reference/info-schema/tables, sql/show-streams,
functions/system_pipe_status.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from snowlane.config.environment import Environment
from snowlane.pipeline.rows import task_state
from snowlane.restore.facts import Account, Relation, Stream
from snowlane.restore.point import Grant, KeptObject
from snowlane.restore.records import definitions
from snowlane.restore.touched import Path, Target
from snowlane.snowflake.session import Session
from snowlane.sql.names import literal, parse_path, qualified

_PLURALS = {
    "MASKING POLICY": "MASKING POLICIES",
    "ROW ACCESS POLICY": "ROW ACCESS POLICIES",
    "FUNCTION": "USER FUNCTIONS",
}
_ARGUMENTS = re.compile(r"\((.*)\) RETURN")
_ALWAYS_READ = ("STREAM", "TASK", "PIPE", "ALERT")
_WITH_STATE = {"RUNNING": True, "PAUSED": False}


def read_account(
    session: Session,
    environment: Environment,
    *,
    paths: Iterable[Path],
    targets: Iterable[Target],
    whole_schemas: Iterable[Path] = (),
) -> Account:
    """What is there at these paths and of these kinds, and what runs in the environment.

    `whole_schemas` are read with all that is in them, whatever its kind. Raises SnowflakeError.
    """
    databases = sorted(environment.databases.values())
    whole = frozenset(whole_schemas)
    targets = frozenset(targets)
    schemas = {path[:2] for path in paths} | {target.path[:2] for target in targets} | whole
    kinds = {target.kind for target in targets} | set(_ALWAYS_READ)
    if whole:
        kinds |= {"PROCEDURE", "FUNCTION", "SEQUENCE", "FILE FORMAT", "STAGE", "VIEW"}
    found: list[KeptObject] = []
    rows: dict[str, list[dict[str, Any]]] = {kind: [] for kind in _ALWAYS_READ}
    all_schemas: set[Path] = set()
    for database in databases:
        for row in session.query(f"SHOW SCHEMAS IN DATABASE {qualified(database)}"):
            all_schemas.add((database, str(row["name"])))
        for kind in sorted(kinds - {"TABLE", "SCHEMA"}):
            if kind not in _ALWAYS_READ and not _is_about(kind, database, targets, whole):
                continue
            plural = _PLURALS.get(kind, f"{kind}S")
            shown = session.query(f"SHOW {plural} IN DATABASE {qualified(database)}")
            found += [_object(kind, row) for row in shown]
            rows.get(kind, []).extend(shown)
    found += [
        KeptObject("SCHEMA", target.path)
        for target in targets
        if target.kind == "SCHEMA" and target.path in all_schemas
    ]
    return Account(
        relations=read_relations(session, schemas & all_schemas),
        objects=tuple(each for each in found if _is_wanted(each, targets, whole)),
        schemas=frozenset(all_schemas),
        streams=tuple(_stream(row) for row in rows["STREAM"]),
        tasks={_full_name(row): task_state(row) for row in rows["TASK"]},
        pipes=_pipes(session, [_full_name(row) for row in rows["PIPE"]]),
        alerts={_full_name(row): row["state"] == "started" for row in rows["ALERT"]},
    )


def _is_about(kind: str, database: str, targets: frozenset[Target], whole: frozenset[Path]) -> bool:
    return any(path[0] == database for path in whole) or any(
        target.kind == kind and target.path[0] == database for target in targets
    )


def _is_wanted(found: KeptObject, targets: frozenset[Target], whole: frozenset[Path]) -> bool:
    """Streams and tasks are all wanted: which of them hang on a table or task is not known here."""
    return found.kind in ("STREAM", "TASK") or found.target in targets or found.path[:2] in whole


def _object(kind: str, row: dict[str, Any]) -> KeptObject:
    arguments = ""
    if kind in ("PROCEDURE", "FUNCTION"):
        matched = _ARGUMENTS.search(str(row["arguments"]))
        # An argument with a default is shown as DEFAULT and its type.
        arguments = f"({matched.group(1).replace('DEFAULT ', '')})" if matched else "()"
    # GET_DDL leaves out the comment of a view only.
    comment = str(row.get("comment") or "") if kind == "VIEW" else ""
    return KeptObject(kind, _path(row), arguments, str(row.get("owner") or ""), comment)


def _path(row: dict[str, Any]) -> Path:
    database = row.get("database_name") or row.get("catalog_name")
    return str(database), str(row["schema_name"]), str(row["name"])


def _full_name(row: dict[str, Any]) -> str:
    return qualified(*_path(row))


def _stream(row: dict[str, Any]) -> Stream:
    path = parse_path(str(row["table_name"] or ""))
    table = path if path and len(path) == 3 else None
    return Stream(_path(row), table, is_stale=str(row["stale"]).lower() == "true")


def read_relations(session: Session, schemas: set[Path]) -> dict[Path, Relation]:
    """The tables and views of some schemas, which need not be there. Raises SnowflakeError."""
    found: dict[Path, Relation] = {}
    for database in sorted({path[0] for path in schemas}):
        listed = ", ".join(literal(path[1]) for path in sorted(schemas) if path[0] == database)
        rows = session.query(
            "SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, TABLE_OWNER, IS_TRANSIENT, IS_DYNAMIC, "  # noqa: S608
            "IS_HYBRID, IS_ICEBERG, RETENTION_TIME, ROW_COUNT, CREATED "
            f"FROM {qualified(database, 'INFORMATION_SCHEMA', 'TABLES')} "
            f"WHERE TABLE_SCHEMA IN ({listed})"
        )
        for row in rows:
            relation = _relation(database, row)
            found[relation.path] = relation
    return found


def _relation(database: str, row: dict[str, Any]) -> Relation:
    kind = str(row["table_type"])
    for special in ("dynamic", "hybrid", "iceberg"):
        if row[f"is_{special}"] == "YES":
            kind = f"{special} table".upper()
    return Relation(
        (database, str(row["table_schema"]), str(row["table_name"])),
        kind,
        str(row["created"]),
        str(row["table_owner"] or ""),
        row["is_transient"] == "YES",
        None if row["retention_time"] is None else int(row["retention_time"]),
        None if row["row_count"] is None else int(row["row_count"]),
    )


def _pipes(session: Session, names: list[str]) -> dict[str, bool]:
    if not names:
        return {}
    calls = ", ".join(f"SYSTEM$PIPE_STATUS({literal(name)})" for name in names)
    answers = session.execute(f"SELECT {calls}").rows[0]
    states = {
        name: json.loads(answer).get("executionState")
        for name, answer in zip(names, answers, strict=True)
    }
    return {name: _WITH_STATE[state] for name, state in states.items() if state in _WITH_STATE}


def with_data(session: Session, account: Account, tables: set[Path]) -> Account:
    """The account with its streams on these tables asked whether rows wait in them."""
    asked = [each for each in account.streams if each.table in tables and not each.is_stale]
    if not asked:
        return account
    calls = ", ".join(f"SYSTEM$STREAM_HAS_DATA({literal(qualified(*each.path))})" for each in asked)
    answers = session.execute(f"SELECT {calls}").rows[0]
    told = {each.path: bool(yes) for each, yes in zip(asked, answers, strict=True)}
    streams = (replace(each, has_data=told.get(each.path, False)) for each in account.streams)
    return replace(account, streams=tuple(streams))


def with_grants(session: Session, objects: Iterable[KeptObject]) -> tuple[KeptObject, ...]:
    """The objects with the grants on them, one request each."""
    return tuple(replace(each, grants=_grants(session, each)) for each in objects)


def _grants(session: Session, granted: KeptObject) -> tuple[Grant, ...]:
    rows = session.query(f"SHOW GRANTS ON {granted.kind} {granted.full_name}")
    return tuple(
        Grant(
            str(row["privilege"]),
            str(row["granted_to"]).replace("_", " "),
            str(row["grantee_name"]),
            str(row["grant_option"]).lower() == "true",
        )
        for row in rows
        if row["privilege"] != "OWNERSHIP"
    )


def read_definitions(
    session: Session, names: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """GET_DDL of objects that are there, by kind and full name."""
    found: dict[tuple[str, str], str] = {}
    for query in definitions(names):
        for kind, name, text in session.execute(query).rows:
            found[kind, name] = str(text)
    return found


def server_time(session: Session) -> datetime:
    """The account's clock, in UTC."""
    at = session.execute("SELECT SYSDATE()").rows[0][0]
    if not isinstance(at, datetime):
        raise TypeError(f"SYSDATE() answered {at!r}")
    return at
