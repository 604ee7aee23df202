"""The bracketed column names of CREATE VIEW and its like: names, comments and marks, without types."""

from __future__ import annotations

from dataclasses import dataclass, field

from snowlocal import marks
from snowlocal.errors import compilation
from snowlocal.marks import Marks
from snowlocal.tokens import Reader


@dataclass
class RelationColumns:
    """Names in order, None where no brackets stand; comments by name, and marks."""

    names: list[str] | None = None
    comments: dict[str, str] = field(default_factory=dict)
    marks: list[Marks] = field(default_factory=list)

    def named(self, found: list[str]) -> list[str]:
        """The names of a query's columns: those given, else the query's own. Raises 002019 and 002025."""
        if self.names is not None and len(self.names) != len(found):
            raise compilation(
                2019,
                "42601",
                f"View definition declares {len(self.names)} column(s), but the query produces {len(found)}.",
            )
        shown = self.names or found
        double = sorted({name for name in shown if shown.count(name) > 1})
        if double:
            raise compilation(2025, "42S21", f"duplicate column name '{double[0]}'")
        return shown


def read_columns(reader: Reader) -> RelationColumns:
    """The brackets at the reader's place, if any stand there. Raises 001003 for types and whatever else."""
    found = RelationColumns()
    if not reader.accept("("):
        return found
    found.names = []
    while not reader.accept(")"):
        name = reader.identifier()
        found.names.append(name)
        found.marks.append(Marks(name))
        while not reader.sees(",") and not reader.sees(")"):
            if reader.accept("COMMENT"):
                found.comments[name] = reader.string()
            elif not marks.accept(reader, found.marks[-1]):
                raise reader.error()
        reader.accept(",")
    return found
