"""The rules by which Snowflake lets a column change. Pure: judges, changes nothing.

Source: docs.snowflake.com/en/sql-reference/sql/alter-table-column, "Usage notes".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from snowlocal.errors import compilation
from snowlocal.types import DataType, parse_type


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column as the catalog keeps it. `default` is SQL as written; `added` says it came with ALTER TABLE ADD COLUMN;
    `identity` holds start, step and the name of the DuckDB sequence behind AUTOINCREMENT; `sequence` is the catalog
    id of the sequence whose NEXTVAL is the default."""

    name: str
    type: str
    nullable: bool = True
    default: str | None = None
    identity: dict[str, Any] | None = None
    comment: str = ""
    collation: str | None = None
    added: bool = False
    sequence: int | None = None

    @property
    def data_type(self) -> DataType:
        """The type, parsed."""
        return parse_type(self.type)

    def as_details(self) -> dict[str, Any]:
        """The JSON form."""
        # Not dataclasses.asdict, which copies what is never changed: a clone asks this of every column.
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class TypeChange:
    """A change that Snowflake allows. `probe` is the new type where every value must first be seen to fit."""

    new: DataType
    probe: bool = False
    notes: tuple[str, ...] = field(default=())


def judge(column: TableColumn, new: DataType, collation: str | None) -> TypeChange:
    """Whether `column` may become `new` in place.

    Raises SnowflakeError 040050 (shorter VARCHAR), 040052 (scale), 002108 (any other pair), as Snowflake words them.
    """
    old = column.data_type
    text = f"cannot change column {column.name} from type {old.short} to {new.short}"
    if old.base != new.base:
        raise compilation(2108, "22000", text)
    if old.base == "TEXT":
        assert old.length is not None
        assert new.length is not None
        if column.collation != collation:
            raise compilation(
                2108,
                "22000",
                f"{text} because changing the collation of a column is not supported.",
            )
        if new.length < old.length:
            raise compilation(
                40050,
                "22000",
                f"{text} because reducing the byte-length of varchar is not supported.",
            )
        return TypeChange(new)
    if old.base == "NUMBER":
        assert old.precision is not None
        assert new.precision is not None
        if old.scale != new.scale:
            raise compilation(
                40052, "22000", f"{text} because changing the scale of a number is not supported."
            )
        return TypeChange(new, probe=new.precision < old.precision)
    if old != new:
        raise compilation(2108, "22000", text)
    return TypeChange(new)
