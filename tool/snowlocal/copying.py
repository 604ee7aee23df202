"""COPY INTO <table>: finds the files, has them loaded, puts in the rows and writes the load history in one transaction.

Pipes use the same way with a history of their own. Source: docs.snowflake.com/en/sql-reference/sql/copy-into-table.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from snowlocal import file_formats, loads, transactions
from snowlocal.catalog import Entry, now
from snowlocal.columns import TableColumn
from snowlocal.context import Context
from snowlocal.copy_statement import CopyStatement, OnError, parse
from snowlocal.errors import SnowflakeError, cancelled, invalid_identifier, unsupported
from snowlocal.loading import Outcome, RowError, Target, check_single_column, load
from snowlocal.query.transformation import Transformation
from snowlocal.result import Column, Result, status
from snowlocal.staged import Location, StagedFile, files, folder, locate, matching, staged
from snowlocal.storage import columns_of
from snowlocal.tokens import Reader

_COLUMNS = (
    ("file", "text"), ("status", "text"), ("rows_parsed", "fixed"), ("rows_loaded", "fixed"),
    ("error_limit", "fixed"), ("errors_seen", "fixed"), ("first_error", "text"), ("first_error_line", "fixed"),
    ("first_error_character", "fixed"), ("first_error_column_name", "text"),
)  # fmt: skip
HISTORY_COLUMNS = (
    ("FILE_NAME", "text"), ("STAGE_LOCATION", "text"), ("LAST_LOAD_TIME", "timestamp_ltz"), ("ROW_COUNT", "fixed"),
    ("ROW_PARSED", "fixed"), ("FILE_SIZE", "fixed"), ("FIRST_ERROR_MESSAGE", "text"),
    ("FIRST_ERROR_LINE_NUMBER", "fixed"), ("FIRST_ERROR_CHARACTER_POS", "fixed"),
    ("FIRST_ERROR_COLUMN_NAME", "text"), ("ERROR_COUNT", "fixed"),
    ("ERROR_LIMIT", "fixed"), ("STATUS", "text"), ("TABLE_CATALOG_NAME", "text"), ("TABLE_SCHEMA_NAME", "text"),
    ("TABLE_NAME", "text"), ("PIPE_CATALOG_NAME", "text"), ("PIPE_SCHEMA_NAME", "text"), ("PIPE_NAME", "text"),
    ("PIPE_RECEIVED_TIME", "timestamp_ltz"), ("FIRST_COMMIT_TIME", "timestamp_ltz"),
)  # fmt: skip
_STATUS = {
    "LOADED": "Loaded",
    "PARTIALLY_LOADED": "Partially loaded",
    "LOAD_FAILED": "Load failed",
}
_CONCURRENT = (
    "If you are running a copy command, please make sure files are not deleted when they are being loaded or files "
    "are not being loaded into two different tables concurrently with auto purge option."
)
_CAUSES = (
    "There are several potential causes. The file might not exist. The required credentials may be missing or "
    "invalid. "
)


@dataclass(frozen=True, slots=True)
class Plan:
    """A COPY with its names resolved."""

    statement: CopyStatement
    table: Entry
    location: Location
    columns: list[TableColumn]
    spec: dict[str, Any]


def copy(ctx: Context, reader: Reader) -> Result:
    """Run COPY INTO <table>; the answer has a row a file, or says that there was none to load."""
    ctx.account.grammar.check(ctx.text)
    statement = parse(ctx.text)
    if statement.purge and ctx.session.transaction is not None:
        raise unsupported("COPY PURGE = TRUE inside a transaction")
    with ctx.account.lock:
        plan = resolve(ctx, statement)
    chosen, missing = _chosen(ctx, plan)
    outcomes = run(ctx, plan, chosen, None)
    outcomes += [_missing(plan, name) for name in missing]
    if statement.purge:
        for outcome in outcomes:
            if outcome.file is not None and outcome.status == "LOADED":
                # As on Snowflake, a file that cannot be removed is no error.
                with suppress(OSError):
                    outcome.file.path.unlink()
    return _answer(statement, outcomes)


def resolve(ctx: Context, statement: CopyStatement) -> Plan:
    """Find table, stage and file format, and check what the role may do. Raises 002003, 003001, 000904, 002019."""
    table = ctx.find("TABLE", statement.table, verb="COPY")
    ctx.access.require(table, "INSERT")
    location = locate(ctx, statement.location, "READ")
    columns = columns_of(table)
    if statement.columns is not None:
        named = {c.name: c for c in columns}
        for name in statement.columns:
            if name not in named:
                raise invalid_identifier(name)
        columns = [named[name] for name in statement.columns]
    spec = _spec(ctx, statement.file_format, location.stage)
    plan = Plan(statement, table, location, columns, spec)
    check_single_column(_target(plan))
    return plan


def _spec(ctx: Context, given: dict[str, Any] | None, stage: Entry) -> dict[str, Any]:
    """The statement's file format, or the stage's; the options of the two do not mix."""
    chosen = given or stage.details["file_format"] or {"TYPE": "CSV"}
    if "FORMAT_NAME" not in chosen:
        return file_formats.complete(chosen)
    parts = tuple(chosen["FORMAT_NAME"])
    if given is None and len(parts) == 1:
        home = ctx.catalog.name_of(stage)
        parts = (home.database or "", home.schema or "", parts[0])
    entry = ctx.find("FILE FORMAT", parts)
    ctx.access.require(entry, "USAGE")
    return file_formats.complete(entry.details["spec"])


def _target(plan: Plan) -> Target:
    transformation = None
    statement = plan.statement
    if statement.select is not None:
        transformation = Transformation(statement.select, statement.width, plan.columns)
    name = plan.table.name
    return Target(name, plan.columns, plan.spec, statement.truncate, transformation)


# -- which files


def _chosen(ctx: Context, plan: Plan) -> tuple[list[StagedFile], list[str]]:
    """The files that the statement means, and the names in FILES that are not there.

    Raises 091016 for a missing one unless ON_ERROR tolerates it; a PATTERN beside FILES counts for nothing.
    """
    statement = plan.statement
    if statement.files is None:
        found = files(ctx.account, plan.location)
        return matching(found, statement.pattern, whole=True), []
    stage, root = plan.location.stage, folder(ctx.account, plan.location.stage)
    prefix = plan.location.path
    if prefix and not prefix.endswith("/"):
        prefix += "/"
    chosen: list[StagedFile] = []
    missing: list[str] = []
    for name in statement.files:
        relative = prefix + name
        inside = ".." not in relative.split("/") and not relative.startswith("/")
        if inside and (root / relative).is_file():
            chosen.append(staged(stage, root, root / relative))
        else:
            missing.append(relative)
    if missing and (statement.on_error is None or statement.on_error.kind == "ABORT_STATEMENT"):
        raise SnowflakeError(91016, "22000", f"{_not_found(plan, missing[0])} {_CONCURRENT}")
    return chosen, missing


def _not_found(plan: Plan, relative: str) -> str:
    return f"Remote file '@{plan.location.stage.name}/{relative}' was not found."


def _missing(plan: Plan, relative: str) -> Outcome:
    text = f"{_not_found(plan, relative)} {_CAUSES}{_CONCURRENT}"
    limit = (plan.statement.on_error or OnError("SKIP_FILE")).error_limit(0)
    first = RowError(SnowflakeError(100112, "22000", text))
    stage = plan.location.stage
    root = folder_name(stage) + relative
    return Outcome(None, root, "LOAD_FAILED", error_limit=limit, errors=1, first=first)


def folder_name(stage: Entry) -> str:
    """What the shown names of a stage's files begin with."""
    return str(stage.details["url"] or f"{stage.name.lower()}/")


# -- loading


def run(ctx: Context, plan: Plan, chosen: list[StagedFile], pipe: Entry | None) -> list[Outcome]:
    """Load files that were not loaded before, in the open transaction or one of their own; for `pipe` by its history.

    COPYs into one table wait for each other, so that two never load the same file.
    """
    session = ctx.session
    alone = session.transaction is None and session.autocommit
    if session.transaction is None:
        transactions.begin(ctx)
    try:
        timeout = float(session.parameters.get("LOCK_TIMEOUT", 43200))
        # The negative id is the table's place among COPYs; DML on it does not wait for that.
        ctx.account.locks.acquire(-plan.table.id, session.id, timeout, session.cancel.is_set)
        outcomes = _load_all(ctx, plan, chosen, pipe)
        _insert(ctx, plan, outcomes)
        _remember(ctx, plan, outcomes, pipe)
    except BaseException:
        if alone:
            transactions.rollback(ctx)
        raise
    if alone:
        transactions.commit(ctx)
    return outcomes


def _load_all(
    ctx: Context, plan: Plan, chosen: list[StagedFile], pipe: Entry | None
) -> list[Outcome]:
    statement = plan.statement
    default = OnError("SKIP_FILE") if pipe is not None else OnError("ABORT_STATEMENT")
    rule = statement.on_error or default
    with transactions.reading(ctx):
        by_name = loads.by_pipe(ctx.session.duck, pipe.id) if pipe is not None else set()
        known = loads.by_table(ctx.session.duck, plan.table.id) if pipe is None else set()
    target = _target(plan)
    outcomes: list[Outcome] = []
    size = 0
    for file in chosen:
        if not statement.force and (file.address in by_name or _known(file, known)):
            if statement.files is not None:
                outcomes.append(_skipped(file))
            continue
        if ctx.session.cancel.is_set():
            raise cancelled()
        if statement.size_limit is not None and size > statement.size_limit:
            break
        outcomes.append(load(ctx, file, target, rule, pipe is not None))
        size += outcomes[-1].size
    return outcomes


def _known(file: StagedFile, known: set[tuple[str, str]]) -> bool:
    try:
        return bool(known) and (file.address, file.md5) in known
    except OSError:
        return False  # gone or not readable: loading it will say so


def _skipped(file: StagedFile) -> Outcome:
    first = RowError(SnowflakeError(0, "00000", "File was loaded before."))
    return Outcome(file, file.shown, "LOAD_SKIPPED", error_limit=None, errors=1, first=first)


def _insert(ctx: Context, plan: Plan, outcomes: list[Outcome]) -> None:
    from snowlocal.query.dml import insert_arrow

    tables = [o.rows for o in outcomes if o.rows is not None and o.rows.num_rows]
    if tables:
        names = [c.name for c in plan.columns]
        insert_arrow(ctx, plan.table, names, pa.concat_tables(tables))


def _remember(ctx: Context, plan: Plan, outcomes: list[Outcome], pipe: Entry | None) -> None:
    at = now()
    stage = plan.location.stage
    where = stage.details["url"] or ctx.catalog.text_of(stage)
    made = [
        loads.Load(
            table_id=plan.table.id,
            pipe_id=pipe.id if pipe is not None else None,
            address=o.file.address,
            md5=o.digest,
            file_name=o.file.relative,
            stage_location=where,
            loaded_at=at,
            received_at=at if pipe is not None else None,
            file_size=o.size,
            status=o.status,
            row_count=o.loaded,
            row_parsed=o.parsed,
            error_count=o.errors,
            error_limit=o.error_limit,
            first_error=o.first.error.message if o.first else None,
            first_error_line=o.first.line if o.first else None,
            first_error_character=o.first.character if o.first else None,
            first_error_column=o.first.column if o.first else None,
        )
        for o in outcomes
        if o.file is not None and o.status != "LOAD_SKIPPED"
    ]
    if made:
        loads.record(ctx.session.duck, made)
        assert ctx.session.transaction is not None
        ctx.session.transaction.writes.append(lambda: loads.record(ctx.session.duck, made))


# -- answers


def _answer(statement: CopyStatement, outcomes: list[Outcome]) -> Result:
    if not outcomes:
        return status("Copy executed with 0 files processed.")
    shown = [o for o in outcomes if not statement.failed_only or o.status != "LOADED"]
    rows = [
        (
            o.shown,
            o.status,
            o.parsed,
            o.loaded,
            o.error_limit,
            o.errors,
            o.first.error.message if o.first else None,
            o.first.line if o.first else None,
            o.first.character if o.first else None,
            o.first.column if o.first else None,
        )
        for o in shown
    ]
    columns = tuple(Column(name, kind) for name, kind in _COLUMNS)
    return Result(columns, rows, affected=sum(o.loaded for o in outcomes))


def history_rows(ctx: Context, table: Entry | None) -> list[dict[str, Any]]:
    """The loads of a table, or of all tables, as rows of COPY_HISTORY, the newest first."""
    duck = ctx.account.duck.cursor()
    try:
        found = loads.all_of(duck, table.id if table is not None else None)
    finally:
        duck.close()
    return [_history_row(ctx, load_row) for load_row in found]


def _history_row(ctx: Context, row: Mapping[str, Any]) -> dict[str, Any]:
    table = ctx.catalog.maybe(row["table_id"])
    pipe = ctx.catalog.maybe(row["pipe_id"]) if row["pipe_id"] is not None else None
    table_name = ctx.catalog.name_of(table) if table is not None else None
    pipe_name = ctx.catalog.name_of(pipe) if pipe is not None else None
    return {
        "FILE_NAME": row["file_name"],
        "STAGE_LOCATION": row["stage_location"],
        "LAST_LOAD_TIME": row["loaded_at"],
        "ROW_COUNT": row["row_count"],
        "ROW_PARSED": row["row_parsed"],
        "FILE_SIZE": row["file_size"],
        "FIRST_ERROR_MESSAGE": row["first_error"],
        "FIRST_ERROR_LINE_NUMBER": row["first_error_line"],
        "FIRST_ERROR_CHARACTER_POS": row["first_error_character"],
        "FIRST_ERROR_COLUMN_NAME": row["first_error_column"],
        "ERROR_COUNT": row["error_count"],
        "ERROR_LIMIT": row["error_limit"],
        "STATUS": _STATUS.get(row["status"], row["status"]),
        "TABLE_CATALOG_NAME": table_name.database if table_name else None,
        "TABLE_SCHEMA_NAME": table_name.schema if table_name else None,
        "TABLE_NAME": table_name.name if table_name else None,
        "PIPE_CATALOG_NAME": pipe_name.database if pipe_name else None,
        "PIPE_SCHEMA_NAME": pipe_name.schema if pipe_name else None,
        "PIPE_NAME": pipe_name.name if pipe_name else None,
        "PIPE_RECEIVED_TIME": row["received_at"],
        "FIRST_COMMIT_TIME": row["loaded_at"],
    }
