"""What a revision asks of one column, turned into an exchange of two columns with its losses.

Says which condition means that a value is lost, on the way to a new type and on the way back.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from snowlane.alembic.arguments import filled_in
from snowlane.alembic.exchange import Exchange, Loss
from snowlane.errors import RefusedError
from snowlane.sql.conversion import Conversion
from snowlane.sql.names import qualified, quote
from snowlane.sql.type_rules import DataType


@dataclass(frozen=True)
class Asked:
    """A column that shall have another type: `old` is what it has, `new` what it shall have."""

    table: tuple[str, str, str]
    column: str
    old: DataType
    new: DataType
    retired: str
    nullable: bool

    @property
    def fresh(self) -> str:
        """The name that the other column has until it gets that of the column."""
        return f"{self.column}__NEW"

    @property
    def alter(self) -> str:
        """How a statement about its table begins."""
        return f"ALTER TABLE {qualified(*self.table)}"

    @property
    def short(self) -> str:
        """Table and column for messages."""
        return f"{self.table[-1]}.{self.column}"


@dataclass(frozen=True)
class OnLoss:
    """What becomes of lost values: refuse, quarantine (by `key`) or accept (for a `reason`)."""

    choice: str = "refuse"
    reason: str = ""
    key: tuple[str, ...] = ()

    def refuse_contradictions(self, asked: Asked) -> None:
        """Raise RefusedError where the arguments do not go together."""
        if self.choice == "accept" and not self.reason.strip():
            raise RefusedError(
                f"values of {asked.short} are not given up without a reason",
                next='say why nobody needs them: on_loss="accept", reason="…"',
            )
        if self.choice == "quarantine" and not self.key:
            raise RefusedError(
                f"nothing tells the quarantined rows of {asked.short} apart",
                next='name the columns that do: on_loss="quarantine", key=("file_name", …)',
            )
        if self.choice == "quarantine" and not asked.nullable:
            raise RefusedError(
                f"{asked.short} is NOT NULL: a quarantined row would have no value in it",
                next="give a conversion that always has a value, or correct the rows first",
            )


def changed(
    asked: Asked, found: Conversion, on_loss: OnLoss, *, empty: str, fills_all: bool
) -> Exchange:
    """A new column takes the place of the old one, which stays under its retired name.

    `empty` is what becomes of empty text, "loss" or "null". `fills_all` says that a row without a
    value is converted too.
    """
    column, fresh = quote(asked.column), quote(asked.fresh)
    value = filled_in(found.expression, column)
    is_text = asked.old.family == "VARCHAR" and asked.new.family != "VARCHAR"
    has_value = f"TRIM({column}) <> ''" if is_text and empty == "null" else f"{column} IS NOT NULL"
    unfit = Loss(
        "unfit",
        f"{asked.short} holds {found.unfit}",
        f"{has_value} AND {value} IS NULL",
        f"{has_value} AND {fresh} IS NULL",
    )
    losses = [unfit]
    if found.cuts is not None:
        before, after = (filled_in(found.cuts, column, each) for each in (value, fresh))
        losses.append(Loss("cut_short", f"{asked.short} holds {found.cut}", before, after))
    return _exchange(
        asked,
        on_loss,
        losses,
        names=(asked.fresh, asked.retired),
        value=value,
        backfill="TRUE" if fills_all else f"{column} IS NOT NULL",
        behind=f"{fresh} IS DISTINCT FROM {value}",
    )


def restored(asked: Asked, back: Conversion, made: Conversion, on_loss: OnLoss) -> Exchange:
    """The retired column takes its place back, brought up to date.

    `back` converts what came or changed since; `made` tells those rows, for there the value is not
    what the change made of the retired one.
    """
    column, retired = quote(asked.column), quote(asked.retired)
    value = filled_in(back.expression, column)
    differs = f"{filled_in(made.expression, retired)} IS DISTINCT FROM {column}"
    returns = f"{filled_in(made.expression, value)} IS DISTINCT FROM {column}"
    loss = Loss("unfit", f"{asked.short} holds {back.unfit}", f"{differs} AND {returns}", differs)
    return _exchange(
        asked,
        on_loss,
        [loss],
        names=(asked.retired, asked.fresh),
        value=value,
        backfill=differs,
        behind=differs,
    )


def _exchange(
    asked: Asked,
    on_loss: OnLoss,
    losses: Sequence[Loss],
    *,
    names: tuple[str, str],
    value: str,
    backfill: str,
    behind: str,
) -> Exchange:
    return Exchange(
        table=asked.table,
        column=asked.column,
        old=asked.old,
        new=asked.new,
        filled=names[0],
        left=names[1],
        value=value,
        backfill=backfill,
        behind=behind,
        losses=tuple(losses),
        nullable=asked.nullable,
        stops=on_loss.choice == "refuse",
        quarantine=on_loss.key if on_loss.choice == "quarantine" else (),
        accepted=on_loss.reason if on_loss.choice == "accept" else "",
    )
