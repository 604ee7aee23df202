"""A name in double quotes with small letters: it must be quoted everywhere from then on."""

from collections.abc import Iterator

from snowlane.lint import remedy
from snowlane.lint.facts import Facts
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.sql.lineage_changes import AddColumn, Column, CreateTable


def check(facts: Facts) -> Iterator[Problem]:
    """Columns of a revision that SQLAlchemy or the author put in quotes, and small letters in them."""
    for statement in facts.upgrades:
        for change in statement.changes:
            columns: tuple[Column, ...] = ()
            if isinstance(change, CreateTable):
                columns = change.columns
            elif isinstance(change, AddColumn):
                columns = (change.column,)
            for column in columns:
                if column.is_quoted and column.name != column.name.upper():
                    yield Problem(
                        statement.file,
                        statement.line,
                        f'the column "{column.name}" of {remedy.name(change.table)} has small letters '
                        "in quotes, so every query must quote it too",
                        _plain(column.name),
                    )


def _plain(name: str) -> str:
    """`orderId` as order_id; a reserved word with an underscore behind it."""
    plain = "".join(f"_{each.lower()}" if each.isupper() else each for each in name).strip("_")
    return plain if plain != name else f"{name}_"


RULE = Rule(
    "quoted-mixed-case",
    Severity.WARNING,
    "Quoted names with small letters must be quoted in every query.",
    check,
)
