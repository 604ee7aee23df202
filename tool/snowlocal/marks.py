"""What a column definition says of tags, read before it is known whether they are there. Finds them and puts them on.

Source: docs.snowflake.com/en/sql-reference/sql/create-table and …/create-view, "Optional parameters".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from snowlocal import attachments, tags
from snowlocal.context import Context
from snowlocal.tokens import Reader


@dataclass
class Marks:
    """The marks of one column: the text inside its TAG (…)."""

    column: str
    tags: str = ""

    @property
    def empty(self) -> bool:
        """Whether the definition says nothing of the kind."""
        return not self.tags


def accept(reader: Reader, marks: Marks) -> bool:
    """Read a mark at the reader's place into `marks`; False where none stands there."""
    if reader.accept("WITH", "TAG") or reader.accept("TAG"):
        marks.tags = reader.parenthesised()
        return True
    return False


def put(ctx: Context, details: attachments.Details, marks: Iterable[Marks]) -> attachments.Details:
    """The details of a table or view with the marks of its columns. Raises 002003 and 003001."""
    for one in marks:
        if one.tags:
            reader = Reader(one.tags)
            values = tags.read_values(ctx, reader)
            reader.finish()
            tags.require_apply(ctx, set(values))
            details = attachments.with_tags(details, values, one.column)
            tags.check_quota(details, one.column)
    return details
