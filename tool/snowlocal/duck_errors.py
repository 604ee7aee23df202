"""DuckDB's errors in Snowflake's numbers. Of what does not compile nothing is told in DuckDB's words; an error of
another kind that has no counterpart keeps its first line, so that nothing is hidden."""

from __future__ import annotations

import re

import duckdb
from sqlglot.dialects.snowflake import Snowflake

from snowlocal.errors import SnowflakeError, cancelled, compilation, unsupported
from snowlocal.types import from_duck

_TYPES = re.compile(r"argument types '(.+?)\((.*)\)'|function call \"(.+?)\((.*)\)\"")
_COMPARED = re.compile(r"Cannot compare values of type (.+?) and type (.+?)(?: in | - |$)")
_MIXED = re.compile(r"Cannot mix values of type (.+?) and (.+?)(?: in | - |$)")
_GROUPED = re.compile(r'column "?(.+?)"? must appear in the GROUP BY clause')
# Refusals that the translation itself writes into a query carry their number: error('100051|22012|text'), or a cast
# of such a text with one more | to an INTEGER, which cannot succeed.
_OWN = re.compile(r"(\d{6})\|(\w{5})\|(.*)")
_OWN_CAST = re.compile(r"'(\d{6})\|(\w{5})\|(.*)\|' to INT32", re.DOTALL)
# Functions of Snowflake's that sqlglot does not tell apart from somebody's own.
# docs.snowflake.com/en/sql-reference/functions-all
_SNOWFLAKES = frozenset((
    "AS_ARRAY", "AS_BINARY", "AS_BOOLEAN", "AS_CHAR", "AS_DATE", "AS_DECIMAL", "AS_DOUBLE", "AS_INTEGER", "AS_NUMBER",
    "AS_OBJECT", "AS_REAL", "AS_TIME", "AS_TIMESTAMP_LTZ", "AS_TIMESTAMP_NTZ", "AS_TIMESTAMP_TZ", "AS_VARCHAR",
    "ARRAYS_TO_OBJECT", "CONDITIONAL_CHANGE_EVENT", "CONDITIONAL_TRUE_EVENT", "IS_BINARY", "IS_BOOLEAN", "IS_CHAR",
    "IS_DATE", "IS_DATE_VALUE", "IS_DECIMAL", "IS_DOUBLE", "IS_INTEGER", "IS_OBJECT", "IS_REAL", "IS_TIME",
    "IS_TIMESTAMP_LTZ", "IS_TIMESTAMP_NTZ", "IS_TIMESTAMP_TZ", "IS_VARCHAR", "OBJECT_DELETE", "OBJECT_PICK",
    "RATIO_TO_REPORT", "REGEXP_SUBSTR_ALL", "TO_ARRAY", "TO_OBJECT", "TO_XML", "XMLGET", "PARSE_XML", "VALIDATE",
))  # fmt: skip
_NAME = re.compile(r"[A-Z_]+(?: WITH TIME ZONE)?")
_SNOWFLAKE = {
    "VARCHAR": "VARCHAR(16777216)", "STRING_LITERAL": "VARCHAR(16777216)", "INTEGER_LITERAL": "NUMBER(38,0)",
    "BIGINT": "NUMBER(38,0)", "INTEGER": "NUMBER(38,0)", "HUGEINT": "NUMBER(38,0)", "DECIMAL": "NUMBER",
    "DOUBLE": "FLOAT", "JSON": "VARIANT", "TIMESTAMP": "TIMESTAMP_NTZ(9)", "BLOB": "BINARY(8388608)",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP_LTZ(9)",
}  # fmt: skip


def translate(error: duckdb.Error) -> SnowflakeError:
    """The SnowflakeError for an error that DuckDB raised while it ran a translated statement."""
    if own := _OWN_CAST.search(str(error)):
        return SnowflakeError(int(own[1]), own[2], own[3])
    text = str(error).split("\n")[0]
    text = re.sub(r"^[\w ]+ Error: ", "", text)
    if isinstance(error, duckdb.InterruptException):
        return cancelled()
    if isinstance(error, duckdb.ConstraintException):
        column = re.search(r"NOT NULL constraint failed: \S+?\.(\S+)", text)
        if column:
            return SnowflakeError(100072, "22000", "NULL result in a non-nullable column")
        return SnowflakeError(100072, "22000", text)
    if isinstance(error, duckdb.BinderException):
        return _binder(text)
    if isinstance(error, duckdb.CatalogException):
        function = re.search(r"Function with name (\S+) does not exist", text)
        if function:
            name = function[1].upper()
            if (
                name.startswith("SYSTEM$")
                or name in Snowflake.Parser.FUNCTIONS
                or name in _SNOWFLAKES
            ):
                return unsupported(f"the function {name}")
            return compilation(2140, "42601", f"Unknown function {name}")
        return compilation(2003, "42S02", text)
    if isinstance(error, duckdb.ParserException):
        # The statement was read as Snowflake's before: it is DuckDB that has not all of it.
        return unsupported(f"a form of statement that DuckDB does not have: {text}")
    if isinstance(error, (duckdb.ConversionException, duckdb.OutOfRangeException)):
        return _conversion(text)
    if isinstance(error, duckdb.InvalidInputException):
        return _invalid(text)
    if isinstance(error, duckdb.TransactionException):
        return SnowflakeError(
            625, "57014", f"Statement was aborted by a concurrent transaction: {text}"
        )
    return SnowflakeError(100183, "XX000", text)


def _binder(text: str) -> SnowflakeError:
    column = (
        re.search(r'Referenced column "(.+?)" (?:not found|was not found)', text)
        or re.search(r"Referenced update column (.+?) not found", text)
        or re.search(r'does not have a column with name "(.+?)"', text)
    )
    if column:
        return compilation(
            904, "42000", f"error line 1 at position 0\ninvalid identifier '{column[1]}'"
        )
    table = re.search(r'Referenced table "(.+?)" not found', text)
    if table:
        return compilation(
            904, "42000", f"error line 1 at position 0\ninvalid identifier '{table[1]}'"
        )
    ambiguous = re.search(r'Ambiguous reference to column name "(.+?)"', text)
    if ambiguous:
        return compilation(2028, "42601", f"ambiguous column name '{ambiguous[1]}'")
    types = _TYPES.search(text)
    if types:
        return _wrong_types(types[1] or types[3], types[2] or types[4])
    compared = _COMPARED.search(text)
    if compared:
        return _wrong_types("=", f"{compared[1]}, {compared[2]}")
    mixed = _MIXED.search(text)
    if mixed:
        shown = f"of type [{_shown(mixed[2])}] into expected type [{_shown(mixed[1])}]"
        return compilation(1065, "22023", f"Can not convert parameter {shown}")
    grouped = _GROUPED.search(text)
    if grouped:
        return compilation(979, "42601", f"[{grouped[1]}] is not a valid group by expression")
    if text.startswith("Set operations can only apply to expressions with the same number"):
        return compilation(
            1789, "42601", "invalid number of result columns for set operator input branches"
        )
    return unsupported("an expression that does not fit the types of what it is given")


def _wrong_types(function: str, types: str) -> SnowflakeError:
    shown = f"Invalid argument types for function '{function.upper()}': ({_shown(types)})"
    return compilation(1044, "42P13", f"error line 1 at position 0\n{shown}")


def _shown(types: str) -> str:
    """DuckDB's names of types as Snowflake writes them in its errors."""
    return _NAME.sub(lambda found: _SNOWFLAKE.get(found[0], found[0]), types)


def _conversion(text: str) -> SnowflakeError:
    never = re.search(r"Unimplemented type for cast \((.+) -> (.+?)\)(?: |$)", text)
    if never:
        return _no_cast(never[1], never[2])
    wide = re.search(
        r"(?:Casting value|Could not cast value|Type \w+ with value) [\"']?([^\s\"']+)[\"']? ", text
    )
    if wide:
        return SnowflakeError(100039, "22003", f"Numeric value '{wide[1]}' is out of range")
    value = re.search(
        r"(?:Could not convert string|(?:invalid )?\w+ field (?:format|value out of range):) ['\"](.*?)['\"]",
        text,
    )
    shown = value[1] if value else ""
    lowered = text.lower()
    if "timestamp" in lowered:
        return SnowflakeError(100035, "22007", f"Timestamp '{shown}' is not recognized")
    if "date" in lowered and "decimal" not in lowered:
        return SnowflakeError(100040, "22007", f"Date '{shown}' is not recognized")
    if lowered.startswith("time field"):
        return SnowflakeError(100108, "22007", f"Time '{shown}' is not recognized")
    if "bool" in lowered:
        return SnowflakeError(100037, "22018", f"Boolean value '{shown}' is not recognized")
    if value:
        return SnowflakeError(100038, "22018", f"Numeric value '{shown}' is not recognized")
    if "json" in lowered:
        return SnowflakeError(100069, "22P02", f"Error parsing JSON: {text}")
    return SnowflakeError(100039, "22003", f"Numeric value is out of range: {text}")


def _no_cast(given: str, wanted: str) -> SnowflakeError:
    """001007: a cast between two types, in DuckDB's names, that no value can pass."""
    try:
        one, other = str(from_duck(given)), str(from_duck(wanted))
    except SnowflakeError as unknown:
        return unknown
    name = other.partition("(")[0]
    return compilation(
        1007, "22023", f"invalid type [CAST({one} AS {other})] for parameter 'TO_{name}'"
    )


def _invalid(text: str) -> SnowflakeError:
    if own := _OWN.search(text):
        return SnowflakeError(int(own[1]), own[2], own[3])
    if "MERGE INTO command cannot affect the same target row" in text:
        return SnowflakeError(100090, "42P18", "Duplicate row detected during DML action")
    if text.startswith("Malformed JSON"):
        return SnowflakeError(100069, "22P02", f"Error parsing JSON: {text}")
    if text.startswith("More than one row returned by a subquery"):
        return SnowflakeError(90150, "22000", "Single-row subquery returns more than one row.")
    return SnowflakeError(100183, "XX000", text)
