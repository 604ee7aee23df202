"""Names of objects: how they are written, quoted and completed. Knows nothing of which objects there are."""

from __future__ import annotations

import re
from dataclasses import dataclass

from snowlocal.errors import SnowflakeError

_PLAIN = re.compile(r"[A-Z_][A-Z0-9_$]*\Z")


def quote(name: str) -> str:
    """`name` as SQL must write it: bare where Snowflake would fold it to itself, else in double quotes."""
    return name if _PLAIN.match(name) else '"' + name.replace('"', '""') + '"'


def dotted(*parts: str | None) -> str:
    """A qualified name from its parts, each quoted where needed; None and '' are left out."""
    return ".".join(quote(part) for part in parts if part)


@dataclass(frozen=True, slots=True)
class Name:
    """A full name. `arguments` is the argument types of a procedure or function, as '(VARCHAR, NUMBER)'."""

    database: str | None
    schema: str | None
    name: str
    arguments: str | None = None

    def __str__(self) -> str:
        return dotted(self.database, self.schema, self.name) + (self.arguments or "")


def complete(
    parts: tuple[str, ...], database: str | None, schema: str | None, verb: str = "SELECT"
) -> Name:
    """A name of one to three parts in the session's current `database` and `schema`.

    Raises SnowflakeError 090105 or 090106 where the session has no current database or schema to complete it with.
    """
    if len(parts) > 3:
        raise SnowflakeError(1003, "42000", f"SQL compilation error:\ntoo many parts: {parts}")
    name = parts[-1]
    given_schema = parts[-2] if len(parts) > 1 else None
    given_database = parts[-3] if len(parts) > 2 else None
    if given_database is None and database is None:
        raise SnowflakeError(
            90105,
            "22000",
            f"Cannot perform {verb}. This session does not have a current database. "
            "Call 'USE DATABASE', or use a qualified name.",
        )
    if given_schema == "":  # db..name means the schema PUBLIC
        given_schema = "PUBLIC"
    if given_schema is None and schema is None:
        raise SnowflakeError(
            90106,
            "22000",
            f"Cannot perform {verb}. This session does not have a current schema. "
            "Call 'USE SCHEMA', or use a qualified name.",
        )
    return Name(given_database or database, given_schema or schema, name)
