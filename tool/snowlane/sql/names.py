"""Identifiers and literals: parsing, validating and quoting them, in this one place.

Rules: docs.snowflake.com/en/sql-reference/identifiers-syntax. Knows no statement and no account.
"""

import re

MAX_LENGTH = 255

_UNQUOTED = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*")
_CANONICAL = re.compile(r"[A-Z_][A-Z0-9_$]*")
_PART = re.compile(r'"(?:[^"]|"")*"|[A-Za-z_][A-Za-z0-9_$]*')

# docs.snowflake.com/en/sql-reference/reserved-keywords: what cannot be a name unquoted.
_RESERVED = frozenset(
    """ACCOUNT ALL ALTER AND ANY AS BETWEEN BY CASE CAST CHECK COLUMN CONNECT CONNECTION CONSTRAINT
    CREATE CROSS CURRENT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER DATABASE DELETE
    DISTINCT DROP ELSE EXISTS FALSE FOLLOWING FOR FROM FULL GRANT GROUP GSCLUSTER HAVING ILIKE IN
    INCREMENT INNER INSERT INTERSECT INTO IS ISSUE JOIN LATERAL LEFT LIKE LOCALTIME LOCALTIMESTAMP
    MINUS NATURAL NOT NULL OF ON OR ORDER ORGANIZATION QUALIFY REGEXP REVOKE RIGHT RLIKE ROW ROWS
    SAMPLE SCHEMA SELECT SET SOME START TABLE TABLESAMPLE THEN TO TRIGGER TRUE TRY_CAST UNION UNIQUE
    UPDATE USING VALUES VIEW WHEN WHENEVER WHERE WITH""".split()  # noqa: SIM905
)


def fold(part: str) -> str:
    """The name Snowflake stores for one written part: upper case unless it is in double quotes."""
    if part.startswith('"'):
        return part[1:-1].replace('""', '"')
    return part.upper()


def stored(name: str) -> str:
    """The name Snowflake stores for one that a revision gives to Alembic.

    As in all of Alembic's operations: small letters stand for a name without quotes, which is
    stored in capitals, and anything else is meant exactly.
    """
    is_plain = name == name.lower() and problem_with(name) is None
    return name.upper() if is_plain else name


def quote(name: str) -> str:
    """Write a stored name so that Snowflake reads back exactly it; quoted only where needed."""
    if _CANONICAL.fullmatch(name) and name not in _RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def qualified(*parts: str) -> str:
    """Join stored names with dots, each quoted where needed."""
    return ".".join(quote(part) for part in parts)


def parse_path(text: str) -> tuple[str, ...] | None:
    """The stored names of a dotted path such as `RAW.BRONZE."Odd name"`.

    None when the text as a whole is not a path. An empty part (`DB..T`) comes back as "".
    """
    parts: list[str] = []
    position = 0
    while True:
        match = _PART.match(text, position)
        if match:
            parts.append(fold(match.group()))
            position = match.end()
        elif parts and text[position : position + 1] == ".":
            parts.append("")
        else:
            return None
        if position == len(text):
            return tuple(parts)
        if text[position] != ".":
            return None
        position += 1


def problem_with(name: str) -> str | None:
    """Why a name cannot be that of an account-level object or database, or None when it can.

    Stricter than Snowflake on purpose: names that need quotes everywhere invite mistakes.
    """
    if not name:
        return "it is empty"
    if len(name) > MAX_LENGTH:
        return f"it has {len(name)} characters and Snowflake takes at most {MAX_LENGTH}"
    if not _UNQUOTED.fullmatch(name):
        return "a name is a letter or underscore, then letters, digits, underscores or dollar signs"
    if name.upper() in _RESERVED:
        return "it is a reserved word of Snowflake"
    return None


def literal(text: str) -> str:
    """A string literal; backslashes are escapes in Snowflake, so they are doubled too."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
