"""One column takes the place of another in a single request, after its values were converted.

Text only: what is exchanged comes in as facts, the statements of each step go out. Two operations
use it: a changed type, and the way back to the column that the change retired.
Rules: docs.snowflake.com/en/sql-reference/sql/alter-table and alter-table-column.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from snowlane.sql.names import literal, qualified, quote
from snowlane.sql.scripting import Stop, block, stop_if, undone_by
from snowlane.sql.type_rules import DataType


@dataclass(frozen=True)
class Loss:
    """Values that would be lost: how a count of them is called, and a sentence about them.

    `before` is the condition while nothing is filled, `after` the one once the column is.
    """

    counted: str
    says: str
    before: str
    after: str


@dataclass(frozen=True)
class Exchange:
    """The column `filled` gets the values of `column` and then its name.

    `column` is called `left` from then on. `value` is what a row of `filled` shall hold, `backfill`
    the condition of the rows that are filled first, `behind` that of those which still lack it.
    `quarantine` names the columns that tell rows apart where lost values are kept aside.
    """

    table: tuple[str, str, str]
    column: str
    old: DataType
    new: DataType
    filled: str
    left: str
    value: str
    backfill: str
    behind: str
    losses: tuple[Loss, ...]
    nullable: bool
    quarantine: tuple[str, ...] = ()
    stops: bool = True
    accepted: str = ""

    @cached_property
    def name(self) -> str:
        """The table's full name as SQL takes it."""
        return qualified(*self.table)

    @property
    def short(self) -> str:
        """Table and column in words: shorter than a path, which a plan would take for a name."""
        return f"{self.table[-1]}.{self.column}"

    @cached_property
    def quarantine_table(self) -> str:
        """Where lost values are kept aside."""
        name = f"{self.table[-1]}__{self.column}__QUARANTINE"
        return qualified(*self.table[:-1], name)

    @cached_property
    def _stops(self) -> tuple[Stop, ...]:
        found = [
            Stop(each.counted, -20003 - at, f"{each.says}: correct or remove those rows")
            for at, each in enumerate(self.losses)
            if self.stops
        ]
        if not self.nullable:
            says = f"{self.short} is NOT NULL, and {self.new} would have rows without a value"
            found.append(Stop("no_value", -20009, says))
        return tuple(found)

    def look_first(self, facts: Sequence[str], stops: Sequence[Stop]) -> str:
        """Stop before anything has changed: on what `facts` finds, then on values that are lost."""
        conditions = [each.before for each in self.losses] if self.stops else []
        if not self.nullable:
            conditions.append(f"{self.value} IS NULL")
        declared = [*(stop.declaration for stop in (*stops, *self._stops)), "found INTEGER;"]
        body = [*facts, *self._counted(conditions)]
        return block([*declared, *self._counters], body, f"{self._title}: look before it begins")

    def fill(self) -> str:
        """Convert what is there; this may take long, and the table is read and written meanwhile."""
        return "\n".join(self._update(self.backfill))

    def keep_aside(self) -> list[str]:
        """Make the table for lost values; nothing unless they are quarantined."""
        if not self.quarantine:
            return []
        return [
            f"CREATE TABLE IF NOT EXISTS {self.quarantine_table} AS\n"
            f"SELECT {self._keys}, TO_VARCHAR({quote(self.column)}) AS OLD_VALUE,\n"
            "  CAST(NULL AS VARCHAR) AS CHANGE, CAST(NULL AS VARCHAR) AS REASON,\n"
            "  CURRENT_TIMESTAMP() AS QUARANTINED_AT\n"
            f"FROM {self.name} WHERE FALSE"
        ]

    def cut_over(self) -> str:
        """Catch up, stop or keep aside what would be lost, exchange the names: one statement.

        What fails before the first name changes leaves a table that the same statement goes on
        from; when the second cannot change, the first is taken back.
        """
        column, filled, left = quote(self.column), quote(self.filled), quote(self.left)
        alter = f"ALTER TABLE {self.name}"
        conditions = [each.after for each in self.losses] if self.stops else []
        if not self.nullable:
            conditions.append(f"{filled} IS NULL")
        update, where = self._update(self.behind)
        body = [update, f"{where};", *self._counted(conditions), *self._kept_aside()]
        if self.accepted:
            body.append(f"-- Values may be lost: {self.accepted}")
        if not self.nullable:
            body += [
                f"{alter} ALTER COLUMN {filled} SET NOT NULL;",
                f"{alter} ALTER COLUMN {column} DROP NOT NULL;",
            ]
        body += [
            f"{alter} RENAME COLUMN {column} TO {left};",
            *undone_by(
                f"{alter} RENAME COLUMN {filled} TO {column}",
                f"{alter} RENAME COLUMN {left} TO {column}",
            ),
            f"RETURN {literal(f'{self.short} is {self.new}')};",
        ]
        declared = [*(stop.declaration for stop in self._stops), *self._counters]
        return block(declared, body, f"{self._title}: catch up, check, rename")

    @property
    def _title(self) -> str:
        return f"{self.short} becomes {self.new}"

    @property
    def _keys(self) -> str:
        return ", ".join(quote(key) for key in self.quarantine)

    @property
    def _counters(self) -> list[str]:
        return [f"{stop.name}_rows INTEGER;" for stop in self._stops]

    def _counted(self, conditions: Sequence[str]) -> list[str]:
        """Count the rows of each condition in one pass over the table and stop on the first found."""
        if not conditions:
            return []
        rows = [f"{stop.name}_rows" for stop in self._stops]
        lines = ["SELECT"]
        lines += [
            f"  COUNT_IF({each}){',' if at < len(conditions) else ''}"
            for at, each in enumerate(conditions, start=1)
        ]
        lines += [f"INTO {', '.join(f':{each}' for each in rows)}", f"FROM {self.name};"]
        for stop, counter in zip(self._stops, rows, strict=True):
            lines += stop_if(f"{counter} > 0", stop)
        return lines

    def _update(self, condition: str) -> tuple[str, str]:
        setting = f"{quote(self.filled)} = {self.value}"
        return f"UPDATE {self.name} SET {setting}", f"WHERE {condition}"  # noqa: S608

    def _kept_aside(self) -> list[str]:
        """Replaces what an earlier try of the same change kept."""
        if not self.quarantine:
            return []
        change = literal(f"{self.old} to {self.new}")
        reasons = [f"WHEN {each.after} THEN {literal(each.says)}" for each in self.losses]
        lost = " OR ".join(f"({each.after})" for each in self.losses)
        return [
            f"DELETE FROM {self.quarantine_table} WHERE CHANGE = {change};",  # noqa: S608
            f"INSERT INTO {self.quarantine_table} ({self._keys}, OLD_VALUE, CHANGE, REASON, "
            "QUARANTINED_AT)",
            f"SELECT {self._keys}, TO_VARCHAR({quote(self.column)}), {change},",
            f"  CASE {' '.join(reasons)} END,",
            "  CURRENT_TIMESTAMP()",
            f"FROM {self.name} WHERE {lost};",
        ]
