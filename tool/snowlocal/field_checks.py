"""From a file's field to a column's value: the DuckDB expressions that convert it, and what to say where they cannot.

Pure: writes expressions and messages, runs nothing. Rules: docs.snowflake.com/en/sql-reference/data-type-conversion
and …/sql-reference/date-time-input-output.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from snowlocal.columns import TableColumn
from snowlocal.errors import SnowflakeError
from snowlocal.types import MAX_TEXT, DataType

_TRUE = "'true', 't', 'yes', 'y', 'on', '1'"
_FALSE = "'false', 'f', 'no', 'n', 'off', '0'"
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")
_NUMBER_SQL = r"'\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*'"
_DATES = ("%d-%b-%Y", "%m/%d/%Y")
_TIMESTAMPS = ("%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%a, %d %b %Y %H:%M:%S %z")
# Snowflake's elements of date formats, the longest first, and strptime's.
_ELEMENTS = (
    ("YYYY", "%Y"), ("HH24", "%H"), ("HH12", "%I"), ("MON", "%b"), ("MMMM", "%B"), ("TZHTZM", "%z"),
    ("TZH:TZM", "%z"), ("TZH", "%z"), ("FF9", "%n"), ("FF6", "%f"), ("FF3", "%g"), ("FF", "%f"), ("YY", "%y"),
    ("MM", "%m"), ("DD", "%d"), ("DY", "%a"), ("MI", "%M"), ("SS", "%S"), ("AM", "%p"), ("PM", "%p"),
)  # fmt: skip


def value(text: str, column: TableColumn, spec: Mapping[str, Any], truncate: bool) -> str:
    """The DuckDB expression of a column's value from `text`, which gives a string; NULL where it does not fit."""
    kind = column.data_type
    duck = kind.duck
    if kind.base == "TEXT":
        short = truncate and kind.length is not None and kind.length < MAX_TEXT
        return f"left({text}, {kind.length})" if short else text
    if kind.base == "NUMBER":
        return f"CASE WHEN regexp_full_match({text}, {_NUMBER_SQL}) THEN TRY_CAST({text} AS {duck}) END"
    if kind.base == "BOOLEAN":
        word = f"lower({text})"
        return f"CASE WHEN {word} IN ({_TRUE}) THEN TRUE WHEN {word} IN ({_FALSE}) THEN FALSE END"
    if kind.base == "BINARY":
        return f"CASE WHEN regexp_full_match({text}, '([0-9A-Fa-f]{{2}})*') THEN unhex({text}) END"
    if kind.base == "DATE":
        return _moment(text, duck, str(spec.get("DATE_FORMAT", "AUTO")), _DATES)
    if kind.base == "TIME":
        return _moment(text, duck, str(spec.get("TIME_FORMAT", "AUTO")), ())
    if kind.base.startswith("TIMESTAMP"):
        return _moment(text, duck, str(spec.get("TIMESTAMP_FORMAT", "AUTO")), _TIMESTAMPS + _DATES)
    return f"TRY_CAST({text} AS {duck})"


def _moment(text: str, duck: str, written: str, others: tuple[str, ...]) -> str:
    if written.upper() != "AUTO":
        return f"CAST(TRY_STRPTIME({text}, {_literal(strptime(written))}) AS {duck})"
    tried = [f"TRY_CAST({text} AS {duck})"]
    if duck == "DATE":
        tried.append(f"CAST(TRY_CAST({text} AS TIMESTAMP) AS DATE)")
    tried += [f"CAST(TRY_STRPTIME({text}, {_literal(f)}) AS {duck})" for f in others]
    return f"coalesce({', '.join(tried)})"


def strptime(written: str) -> str:
    """A Snowflake date format as strptime's: 'DD.MM.YYYY' is '%d.%m.%Y'."""
    found, rest = "", written
    while rest:
        match = next(((n, p) for n, p in _ELEMENTS if rest.upper().startswith(n)), None)
        if match is None:
            found += "" if rest[0] == '"' else "%%" if rest[0] == "%" else rest[0]
            rest = rest[1:]
        else:
            found += match[1]
            rest = rest[len(match[0]) :]
    return found


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def refusal(column: TableColumn, given: Any, empty: bool) -> SnowflakeError:
    """Why `given` does not fit the column. `empty` says that the field was empty and not enclosed."""
    kind = column.data_type
    if given is None:
        return _null(empty)
    if kind.base == "TEXT":
        return SnowflakeError(
            100074,
            "54000",
            f"User character length limit ({kind.length}) exceeded by string '{given}'",
        )
    return SnowflakeError(*_unrecognised(kind, str(given)))


def _null(empty: bool) -> SnowflakeError:
    text = "NULL result in a non-nullable column"
    if not empty:
        return SnowflakeError(100072, "22000", text)
    hint = "Use quotes if an empty field should be interpreted as an empty string instead of a null"
    return SnowflakeError(100088, "22000", f"{text}. {hint}")


def _unrecognised(kind: DataType, given: str) -> tuple[int, str, str]:
    if kind.base == "NUMBER":
        if _NUMBER.fullmatch(given):
            return 100039, "22003", f"Numeric value '{given}' is out of range"
        return 100038, "22018", f"Numeric value '{given}' is not recognized"
    if kind.base == "FLOAT":
        return 100038, "22018", f"Numeric value '{given}' is not recognized"
    if kind.base == "BOOLEAN":
        return 100037, "22018", f"Boolean value '{given}' is not recognized"
    if kind.base == "DATE":
        return 100040, "22007", f"Date '{given}' is not recognized"
    if kind.base == "TIME":
        return 100108, "22007", f"Time '{given}' is not recognized"
    if kind.base == "BINARY":
        text = f"The following string is not a legal hex-encoded value: '{given}'"
        return 100115, "22000", text
    if kind.base.startswith("TIMESTAMP"):
        return 100035, "22007", f"Timestamp '{given}' is not recognized"
    return 100069, "22P02", f"Error parsing JSON: {given}"
