"""Where a revision puts one column in the place of another: what op.change_column_type renders to.

Found by its two renames in one statement, so that the same written by hand counts as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from snowlane.lint.facts import Facts, Statement
from snowlane.sql.lineage_changes import Path, RenameColumn


@dataclass(frozen=True)
class Exchange:
    """The statement in which `column` of `table` becomes another column."""

    statement: Statement
    table: Path
    column: str


def exchanges(facts: Facts) -> Iterator[Exchange]:
    """The exchanges that are not yet history: one of the two columns is there for a way back."""
    for statement in facts.statements:
        renames = [each for each in statement.certain_changes if isinstance(each, RenameColumn)]
        for left, taken in pairwise(renames):
            if (left.table, left.column) != (taken.table, taken.to):
                continue
            known = facts.tables.get(left.table)
            if known and any(known.column(name) for name in (left.to, taken.column)):
                yield Exchange(statement, left.table, left.column)
