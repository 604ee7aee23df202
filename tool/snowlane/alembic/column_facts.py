"""What must be true of a column before it is changed, as conditions that a block looks up itself.

A revision says what the column is; an environment where it is something else stops the change
before anything has happened, so that nothing of the column is lost on the way.
Rules: docs.snowflake.com/en/sql-reference/info-schema/columns and sql-reference/functions/get_ddl.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from snowlane.sql.names import literal, qualified
from snowlane.sql.scripting import Stop, stop_if
from snowlane.sql.type_rules import DataType

_POLICIES = "MASKING POLICY|PROJECTION POLICY"
_TAGS = "WITH TAG"


@dataclass(frozen=True)
class Expected:
    """A column as the revision says it is; None for what the change does not ask about."""

    name: str
    type: DataType
    nullable: bool | None = None
    has_default: bool | None = None
    has_comment: bool | None = None

    @property
    def condition(self) -> str:
        """The rows of INFORMATION_SCHEMA.COLUMNS that are this column."""
        wanted = [f"COLUMN_NAME = {literal(self.name)}", *_stored_as(self.type)]
        if self.nullable is not None:
            wanted.append(f"IS_NULLABLE = '{'YES' if self.nullable else 'NO'}'")
        if self.has_default is not None:
            wanted.append(f"COLUMN_DEFAULT IS {'NOT ' if self.has_default else ''}NULL")
            wanted.append("IS_IDENTITY = 'NO'")
        if self.has_comment is False:
            wanted.append("COALESCE(COMMENT, '') = ''")
        return " AND ".join(wanted)

    def __str__(self) -> str:
        said = [f"{self.name} {self.type}"]
        if self.nullable is not None:
            said.append("nullable" if self.nullable else "NOT NULL")
        if self.has_default is not None:
            said.append(f"{'a' if self.has_default else 'no'} default")
        if self.has_comment is False:
            said.append("no comment")
        return ", ".join(said)


def _stored_as(kind: DataType) -> list[str]:
    """INFORMATION_SCHEMA calls VARCHAR by another name; lengths of other types it may leave out."""
    family = "TEXT" if kind.family == "VARCHAR" else kind.family
    wanted = [f"DATA_TYPE = {literal(family)}"]
    if kind.family == "VARCHAR":
        wanted.append(f"CHARACTER_MAXIMUM_LENGTH = {kind.size[0]}")
    elif kind.family == "NUMBER":
        precision, scale = kind.size
        wanted += [f"NUMERIC_PRECISION = {precision}", f"NUMERIC_SCALE = {scale}"]
    return wanted


def unlike(table: tuple[str, ...], expected: Sequence[Expected]) -> tuple[list[str], Stop]:
    """Stop unless the table has each of these columns just so."""
    stop = Stop(
        "unlike",
        -20001,
        f"{table[-1]} is not what the revision says ({'; '.join(map(str, expected))}): compare with "
        "DESCRIBE TABLE, and correct the revision or the table",
    )
    lines = [
        f"SELECT COUNT(*) INTO :found FROM {qualified(table[0])}.INFORMATION_SCHEMA.COLUMNS",  # noqa: S608
        f"WHERE TABLE_SCHEMA = {literal(table[1])} AND TABLE_NAME = {literal(table[2])}",
        "  AND (",
        *(f"    {'OR ' if at else ''}({each.condition})" for at, each in enumerate(expected)),
        "  );",
    ]
    return [*lines, *stop_if(f"found <> {len(expected)}", stop)], stop


def marked(
    table: tuple[str, ...], column: str, *, has_policy: bool, has_tags: bool
) -> tuple[list[str], Stop]:
    """Stop when the column has a policy, tags or a key that would stay with the retired one.

    Asked of GET_DDL, which leaves out what the role may not see.
    """
    marks = [*([] if has_policy else [_POLICIES]), *([] if has_tags else [_TAGS])]
    stop = Stop(
        "marked",
        -20002,
        f"{table[-1]}.{column} has a policy, a tag or a key that the revision does not name: say "
        "masking_policy= and tags=, and drop and add the key with op.sql",
    )
    name = f'"?{re.escape(column)}"?'
    ddl = f"GET_DDL('TABLE', {literal(qualified(*table))})"
    patterns = [rf"(PRIMARY KEY|UNIQUE|FOREIGN KEY) *\(([^)]*, *)?{name}( *,[^)]*)?\)"]
    if marks:
        # A comment or default in quotes may hold any of these words.
        patterns.append(rf"\n\s*{name} ([^'\n]|'[^'\n]*')*({'|'.join(marks)})")
    matches = [f"REGEXP_LIKE({ddl}, {literal(f'.*({each}).*')}, 'is')" for each in patterns]
    lines = ["SELECT COUNT_IF(", f"  {matches[0]}", *(f"  OR {each}" for each in matches[1:])]
    return [*lines, ") INTO :found;", *stop_if("found > 0", stop)], stop
