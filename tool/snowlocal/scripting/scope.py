"""What the names of a running block stand for.

Holds values; neither evaluates nor runs anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from snowlocal.scripting import nodes
from snowlocal.scripting.executor import Rows

BUILT_IN = frozenset(
    {"SQLCODE", "SQLERRM", "SQLSTATE", "SQLROWCOUNT", "SQLFOUND", "SQLNOTFOUND", "SQLID"}
)
"""Names that every block has without declaring them."""


@dataclass
class Variable:
    """A value and the type that assignments are converted to."""

    value: object
    type: str | None = None


@dataclass(frozen=True)
class Record:
    """The row a FOR loop stands on, by column name."""

    fields: dict[str, object]


@dataclass
class Cursor:
    """A cursor; `rows` is None while it is closed, `at` the row that the next FETCH takes."""

    declaration: nodes.CursorDeclaration
    rows: Rows | None = None
    at: int = 0


@dataclass
class Resultset:
    """A resultset; `rows` is None until it is filled."""

    rows: Rows | None = None


@dataclass(frozen=True, eq=False)
class UserException:
    """A declared exception: the declaration itself is what handlers compare."""

    name: str
    number: int
    message: str


Cell: TypeAlias = Variable | Record | Cursor | Resultset | UserException


@dataclass
class Scope:
    """The names of one block, and those around it."""

    outer: Scope | None = None
    names: dict[str, Cell] = field(default_factory=dict)

    def find(self, name: str) -> Cell | None:
        """The innermost thing of that name."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        return None

    def inner(self) -> Scope:
        """A scope inside this one."""
        return Scope(self)
