"""EXECUTE ALERT, the history of alerts, and SYSTEM$SEND_EMAIL. `kinds/alert.py` defines alerts.

Rules: docs.snowflake.com/en/sql-reference/sql/execute-alert, …/functions/alert_history,
…/stored-procedures/system_send_email.
"""

from __future__ import annotations

from typing import Any

from snowlocal import runs
from snowlocal.account import Account
from snowlocal.catalog import Entry, now
from snowlocal.context import Context
from snowlocal.dispatch import Dispatcher, Failure
from snowlocal.errors import compilation, missing
from snowlocal.kinds import alert
from snowlocal.result import Result, status, table
from snowlocal.table_functions import Arguments, limit, moment
from snowlocal.tokens import Reader

HISTORY_COLUMNS = (
    ("NAME", "text"),
    ("DATABASE_NAME", "text"),
    ("SCHEMA_NAME", "text"),
    ("CONDITION", "text"),
    ("CONDITION_QUERY_ID", "text"),
    ("ACTION", "text"),
    ("ACTION_QUERY_ID", "text"),
    ("STATE", "text"),
    ("SQL_ERROR_CODE", "text"),
    ("SQL_ERROR_MESSAGE", "text"),
    ("SCHEDULED_TIME", "timestamp_ltz"),
    ("COMPLETED_TIME", "timestamp_ltz"),
    ("SCHEDULED_FROM", "text"),
)


def execute(ctx: Context, reader: Reader) -> Result:
    """EXECUTE ALERT name: evaluate its condition once and, where it holds, run its action; answers at once.

    Raises 002003, 003001 without OPERATE or OWNERSHIP, 091089 where the owner may not run alerts.
    """
    parts = reader.qualified()
    reader.finish()
    with ctx.account.lock:
        entry = ctx.find("ALERT", parts)
        ctx.access.require(entry, "OPERATE", "OWNERSHIP")
        alert.require_runnable(ctx.catalog, entry)
        name = ctx.catalog.name_of(entry)
    number = runs.begin(
        ctx.account,
        "ALERT",
        state="SCHEDULED",
        alert=entry.id,
        owner=entry.owner,
        name=name.name,
        database_name=name.database,
        schema_name=name.schema,
        condition=entry.details["condition"],
        action=entry.details["action"],
        scheduled_time=now(),
    )
    account = ctx.account
    runs.start(f"alert {account.directory} {entry.id}", True, lambda: _run(account, entry, number))
    return status("Statement executed successfully.")


def _run(account: Account, entry: Entry, number: int) -> None:
    session = runs.session(account, entry, number, entry.details["options"])
    runs.update(account, number, state="EXECUTING")
    dispatcher = Dispatcher(account)
    ended: dict[str, Any] = {"state": "CONDITION_FAILED"}
    try:
        with session.lock:
            asked = dispatcher.run(session, entry.details["condition"])
            ended = {"state": "CONDITION_FALSE", "condition_query_id": asked.query_id}
            if asked.result.count:
                ended["state"] = "ACTION_FAILED"
                acted = dispatcher.run(session, entry.details["action"])
                ended |= {"state": "TRIGGERED", "action_query_id": acted.query_id}
    except Failure as failure:
        key = "action_query_id" if ended["state"] == "ACTION_FAILED" else "condition_query_id"
        ended |= {key: failure.query_id, **runs.failure(failure.error)}
    except Exception as error:  # a fault of this program must not leave the run open
        ended |= runs.failure(error)
    finally:
        account.close_session(session)
    runs.update(account, number, **ended, completed_time=now())


def history(ctx: Context, arguments: Arguments) -> Result:
    """ALERT_HISTORY(…): runs of alerts that the role owns or monitors, newest first, limited before any WHERE."""
    begin = moment(arguments, "SCHEDULED_TIME_RANGE_START")
    end = moment(arguments, "SCHEDULED_TIME_RANGE_END")
    wanted = arguments.get("ALERT_NAME")
    name = Reader(str(wanted)).qualified()[-1] if wanted else None
    rows = [
        _row(record)
        for record in runs.read(ctx.account, "ALERT")
        if name in (None, record["name"])
        and (begin is None or record["scheduled_time"] >= begin)
        and (end is None or record["scheduled_time"] <= end)
        and _visible(ctx, record)
    ]
    return table(HISTORY_COLUMNS, rows[: limit(arguments)])


def _visible(ctx: Context, record: dict[str, Any]) -> bool:
    access = ctx.access
    if record["owner"] in access.roles or "ACCOUNTADMIN" in access.roles:
        return True
    entry = ctx.catalog.maybe(record["alert"])
    return entry is not None and access.has(entry, "MONITOR", "OPERATE")


def _row(record: dict[str, Any]) -> dict[str, Any]:
    return {key: record.get(key.lower()) for key, _ in HISTORY_COLUMNS} | {
        "SQL_ERROR_CODE": record.get("error_code"),
        "SQL_ERROR_MESSAGE": record.get("error_message"),
        "SCHEDULED_FROM": "EXECUTE ALERT",
    }


def send_email(ctx: Context, arguments: list[Any]) -> None:
    """CALL SYSTEM$SEND_EMAIL('integration', 'to', 'subject', 'body' [, 'mime type']).

    Raises 000938 or 000939 for another number of arguments, 001044 for other types, and 002003 for the integration:
    this account has no notification integrations.
    """
    name = "SYSTEM$SEND_EMAIL"
    if len(arguments) < 4:
        raise compilation(
            938,
            "22023",
            f"error line 1 at position 5\nnot enough arguments for function [{name}], expected 4, got {len(arguments)}",
        )
    if len(arguments) > 5:
        raise compilation(
            939,
            "22023",
            f"error line 1 at position 5\ntoo many arguments for function [{name}] expected 5, got {len(arguments)}",
        )
    if not all(isinstance(a, str) for a in arguments):
        raise compilation(1044, "42P13", f"Invalid argument types for function '{name}'")
    raise missing("INTEGRATION", arguments[0])
