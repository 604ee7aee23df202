"""What stands between a task's name and its body: properties, predecessors and the WHEN condition, read and judged.

Rules: docs.snowflake.com/en/sql-reference/sql/create-task. Changes nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from snowlocal.context import Context
from snowlocal.errors import compilation, missing, unsupported
from snowlocal.kinds import schedule
from snowlocal.session_statements import set_parameter
from snowlocal.tokens import Reader

# Properties in the order in which GET_DDL writes them.
PROPERTIES = (
    "WAREHOUSE", "USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE", "SCHEDULE", "CONFIG", "ALLOW_OVERLAPPING_EXECUTION",
    "USER_TASK_TIMEOUT_MS", "SUSPEND_TASK_AFTER_NUM_FAILURES", "TASK_AUTO_RETRY_ATTEMPTS",
    "USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS",
)  # fmt: skip
_NUMBERS = {
    "USER_TASK_TIMEOUT_MS": (0, 604_800_000),
    "SUSPEND_TASK_AFTER_NUM_FAILURES": (0, 1_000_000),
    "USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS": (10, 604_800),
}
_SIZES = {
    "XSMALL",
    "SMALL",
    "MEDIUM",
    "LARGE",
    "XLARGE",
    "XXLARGE",
    "X-SMALL",
    "X-LARGE",
    "2X-LARGE",
}
_CONDITION_FUNCTIONS = {"SYSTEM$GET_PREDECESSOR_RETURN_VALUE", "SYSTEM$STREAM_HAS_DATA"}
_CONDITION_WORDS = {
    "AND", "OR", "NOT", "TRUE", "FALSE", "NULL", "IS", "LIKE", "IN", "BETWEEN", "CAST", "TRY_CAST", "AS", "TO_NUMBER",
    "TO_BOOLEAN", "TO_VARCHAR", "TO_CHAR", "INT", "INTEGER", "NUMBER", "FLOAT", "BOOLEAN", "VARCHAR", "STRING",
}  # fmt: skip
_STOPS = ("AFTER", "WHEN", "AS", "FINALIZE")


@dataclass(slots=True)
class Head:
    """A task's clauses before AS; `after` holds names as written."""

    options: dict[str, Any] = field(default_factory=dict)
    after: list[tuple[str, ...]] = field(default_factory=list)
    when: str | None = None


def read(reader: Reader) -> Head:
    """Read up to AS and past it. Raises SnowflakeError."""
    found = Head()
    while not reader.accept("AS"):
        if reader.accept("AFTER"):
            found.after.extend(names(reader))
        elif reader.accept("WHEN"):
            found.when = condition(reader)
        elif reader.sees("FINALIZE"):
            raise unsupported("FINALIZE")
        elif reader.done:
            raise reader.error()
        else:
            found.options.update(reader.options(_STOPS))
    return found


def names(reader: Reader) -> list[tuple[str, ...]]:
    """Task names separated by commas."""
    found = [reader.qualified()]
    while reader.accept(","):
        found.append(reader.qualified())
    return found


def condition(reader: Reader) -> str:
    """A WHEN condition, up to the AS before the body or the end; it may call only the two system functions for it."""
    begin = reader.peek()
    if begin is None:
        raise reader.error()
    depth, end = 0, begin.start
    while (token := reader.peek()) is not None and not (depth == 0 and token.upper in ("AS", ";")):
        depth += {"(": 1, ")": -1}.get(token.upper, 0)
        end = reader.next().end
    text = reader.source[begin.start : end]
    for token in Reader(text).tokens:
        if token.kind == "name" or (
            token.kind == "word" and token.upper not in _CONDITION_FUNCTIONS | _CONDITION_WORDS
        ):
            allowed = ", ".join(sorted(_CONDITION_FUNCTIONS))
            raise compilation(
                2,
                "0A000",
                "Invalid expression for task condition expression. Only some data type conversions "
                f"and the following functions are allowed: [{allowed}].",
            )
    return text


def judge(ctx: Context, options: dict[str, Any]) -> None:
    """Judge properties and session parameters as far as they are given. Raises SnowflakeError."""
    if options.get("WAREHOUSE") and options.get("USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE"):
        raise unsupported("WAREHOUSE together with USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE")
    for key, value in options.items():
        _judge(ctx, key, value)


def _judge(ctx: Context, key: str, value: Any) -> None:
    if key == "WAREHOUSE":
        ctx.access.require(ctx.find("WAREHOUSE", (str(value),)), "USAGE")
    elif key == "SCHEDULE":
        schedule.check(value)
    elif key == "CONFIG":
        _json(value)
    elif key == "ALLOW_OVERLAPPING_EXECUTION":
        if not isinstance(value, bool):
            raise schedule.invalid(value, key)
    elif key in _NUMBERS:
        low, high = _NUMBERS[key]
        if not isinstance(value, int) or not low <= value <= high:
            raise schedule.invalid(value, key)
    elif key == "USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE":
        if str(value).upper() not in _SIZES:
            raise schedule.invalid(value, key)
    elif key == "TASK_AUTO_RETRY_ATTEMPTS":
        if value != 0:
            raise unsupported(f"TASK_AUTO_RETRY_ATTEMPTS = {value}")
    elif key in ("ERROR_INTEGRATION", "SUCCESS_INTEGRATION"):
        # This account has no integrations, so none can be named.
        raise missing("INTEGRATION", str(value))
    elif key != "COMMENT":
        set_parameter(replace(ctx.session, parameters={}), key, value)


def _json(value: Any) -> None:
    try:
        parsed = json.loads(str(value))
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise schedule.invalid(value, "CONFIG")
