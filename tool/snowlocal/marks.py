"""What a column definition says of tags and policies, read before it is known whether they are there. Finds them and
puts them on.

Source: docs.snowflake.com/en/sql-reference/sql/create-table and …/create-view, "Optional parameters".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from snowlocal import attachments, policies, tags
from snowlocal.context import Context
from snowlocal.tokens import Reader


@dataclass
class Marks:
    """The marks of one column: the text inside its TAG (…), its masking policy and the columns after USING."""

    column: str
    tags: str = ""
    mask: tuple[str, ...] = ()
    using: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class RowAccess:
    """[WITH] ROW ACCESS POLICY policy ON (columns) of a CREATE."""

    policy: tuple[str, ...]
    columns: list[str]


def accept(reader: Reader, marks: Marks) -> bool:
    """Read a mark at the reader's place into `marks`; False where none stands there."""
    if reader.accept("WITH", "TAG") or reader.accept("TAG"):
        marks.tags = reader.parenthesised()
        return True
    if reader.accept("WITH", "MASKING", "POLICY") or reader.accept("MASKING", "POLICY"):
        marks.mask, marks.using = policies.read_mask(reader)
        return True
    return False


def accept_rows(reader: Reader) -> RowAccess | None:
    """The row access policy at the reader's place in a CREATE, moved past; None where none stands there."""
    words = ("ROW", "ACCESS", "POLICY")
    if not reader.accept("WITH", *words) and not reader.accept(*words):
        return None
    parts = reader.qualified()
    reader.expect("ON")
    return RowAccess(parts, policies.read_columns(reader))


def put(
    ctx: Context,
    name: str,
    details: attachments.Details,
    marks: Iterable[Marks],
    rows: RowAccess | None = None,
) -> attachments.Details:
    """The details of the table or view `name` with its marks. Raises 002003, 003001, and for what does not fit."""
    for one in marks:
        if one.tags:
            reader = Reader(one.tags)
            values = tags.read_values(ctx, reader)
            reader.finish()
            tags.require_apply(ctx, set(values))
            details = attachments.with_tags(details, values, one.column)
            tags.check_quota(details, one.column)
        if one.mask:
            details = policies.masked(ctx, name, details, one.column, one.mask, one.using)
    if rows is not None:
        details = policies.with_rows(ctx, name, details, rows.policy, rows.columns)
    return details
