"""Holds columns to the case of their names, which DuckDB does not look at: "id" is another column than ID.

Only what is sure is refused: a name that no relation of the statement has as it is written, that one has in another
case, and that the statement itself gives to nothing.
Source: docs.snowflake.com/en/sql-reference/identifiers-syntax, "Double-quoted identifiers".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlglot import exp

from snowlocal.errors import invalid_identifier
from snowlocal.names import dotted
from snowlocal.query.kinds import FLATTENED
from snowlocal.query.parse import folded

_OUTER = "outer"
# Names that functions take as words; sqlglot reads some as columns.
_PARTS = frozenset((
    "YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND", "NANOSECOND",
    "DATE", "DAYOFWEEK", "DAYOFWEEKISO", "DAYOFYEAR", "WEEKISO", "YEAROFWEEK", "YEAROFWEEKISO", "EPOCH", "EPOCH_SECOND",
    "EPOCH_MILLISECOND",
))  # fmt: skip
# What makes columns of its own whose names nothing tells.
_UNKNOWN = (exp.Unnest, exp.Pivot, exp.MatchRecognize)


@dataclass
class Scope:
    """The columns of the relations that one statement, view or body names; not `closed` where some are not known."""

    names: set[str] = field(default_factory=set)
    closed: bool = True

    def add(self, names: Iterable[str]) -> None:
        """Take in the columns of a relation."""
        self.names.update(names)

    def check(self, tree: exp.Expr, columns: list[exp.Column]) -> None:
        """Raise 000904 for one of `columns`, which the tree named before it was resolved, in another case only."""
        if not self.closed:
            return
        odd = [column for column in columns if folded(column.this) not in self.names]
        if not odd or tree.find(*_UNKNOWN) is not None:
            return
        known = self.names | _given(tree)
        plain = {name.upper() for name in known}
        for column in odd:
            name = folded(column.this)
            if name in known or name.upper() not in plain:
                continue
            if not column.meta.get(_OUTER) and not is_word(column, name):
                raise invalid_identifier(dotted(*_written(column)))


def outer(node: exp.Expr) -> exp.Expr:
    """Mark the columns of an argument: where it is put into a body they are not the body's to judge."""
    for column in node.find_all(exp.Column):
        column.meta[_OUTER] = True
    return node


def _given(tree: exp.Expr) -> set[str]:
    """The names that the statement itself gives, to columns or to anything."""
    found: set[str] = set()
    for node in tree.find_all(exp.Alias, exp.TableAlias, exp.Explode, exp.Values):
        if isinstance(node, exp.TableAlias):
            found.update(folded(column) for column in node.args.get("columns") or ())
        elif isinstance(node, exp.Explode):
            found.update(name for name, _ in FLATTENED)
        elif isinstance(node, exp.Values):
            first = node.expressions[0] if node.expressions else None
            width = len(first.expressions) if isinstance(first, exp.Tuple) else 1
            found.update(f"COLUMN{at}" for at in range(1, width + 1))
        else:
            found.add(folded(node.args["alias"]))
    return found


def is_word(column: exp.Column, name: str) -> bool:
    """Whether what the tree has as a column of this name is a word that a function takes, like DATE_PART's YEAR."""
    return isinstance(column.parent, exp.Func) and not column.table and name in _PARTS


def _written(column: exp.Column) -> list[str]:
    table = column.args.get("table")
    return [*([folded(table)] if table is not None else []), folded(column.this)]
