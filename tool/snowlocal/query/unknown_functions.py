"""Names of functions that DuckDB has and Snowflake has not, which would otherwise be run.

Only names that sqlglot leaves as they are written; what it reads as a function of another name is not told apart.
Source: docs.snowflake.com/en/sql-reference/functions-all, which has none of these.
"""

from __future__ import annotations

_BEGINNINGS = (
    "LIST_",
    "STRUCT_",
    "PG_",
    "EPOCH_",
    "MAKE_",
    "JSON_GROUP_",
    "UUID_EXTRACT_",
    "STRING_SPLIT",
    "STR_SPLIT",
)
_NAMES = frozenset((
    "AGE", "ARRAY_AGGREGATE", "ARRAY_APPLY", "ARRAY_EXTRACT", "ARRAY_HAS_ANY", "ARRAY_TRANSFORM", "ARRAY_VALUE",
    "CURRENT_SETTING", "DATESUB", "ELEMENT_AT", "EPOCH", "FROM_HEX", "FSUM", "GENERATE_SUBSCRIPTS", "ISFINITE",
    "ISOYEAR", "JSON_ARRAY_LENGTH", "JSON_CONTAINS", "JSON_EXTRACT_STRING", "JSON_STRUCTURE", "JSON_TRANSFORM",
    "JSON_VALID", "MEAN", "NOW", "PARSE_FILENAME", "PRINTF", "RANGE", "REGEXP_MATCHES", "REGEXP_SPLIT_TO_ARRAY",
    "ROW_TO_JSON", "STRFTIME", "STRIP_ACCENTS", "STRLEN", "STRPTIME", "TIME_BUCKET", "TODAY", "TO_CENTURIES",
    "TO_DECADES", "TO_HOURS", "TO_MICROSECONDS", "TO_MILLISECONDS", "TO_MINUTES", "TO_MONTHS", "TO_SECONDS",
    "TO_WEEKS", "TO_YEARS", "TRY_STRPTIME", "URL_DECODE", "URL_ENCODE", "WEEKDAY", "YEARWEEK",
))  # fmt: skip


def only_duckdbs(name: str) -> bool:
    """Whether Snowflake has no function of this name (upper case) of its own, while DuckDB has one."""
    return name in _NAMES or name.startswith(_BEGINNINGS)
