"""A number column with a string as default: what `server_default="0"` becomes."""

from collections.abc import Iterator

from snowlane.lint import remedy
from snowlane.lint.facts import Facts, Statement
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.lint.literal import literal_kind
from snowlane.sql.lineage_changes import AddColumn, Column, CreateTable, Path
from snowlane.sql.type_rules import parse_type

_NO_STRINGS = ("NUMBER", "FLOAT", "BOOLEAN", "DECFLOAT")


def check(facts: Facts) -> Iterator[Problem]:
    """Every number or boolean column whose default is a string literal."""
    for statement in facts.statements:
        for change in statement.changes:
            if isinstance(change, AddColumn):
                yield from _problem(statement, change.table, change.column)
            elif isinstance(change, CreateTable):
                for column in change.columns:
                    yield from _problem(statement, change.table, column)


def _problem(statement: Statement, table: Path, column: Column) -> Iterator[Problem]:
    kind = parse_type(column.type)
    if column.default is None or kind is None or kind.family not in _NO_STRINGS:
        return
    if literal_kind(column.default) == "string":
        value = column.default.strip("'")
        yield Problem(
            statement.file,
            statement.line,
            f"the default of {remedy.name(table, column.name)} is the string {column.default}, and "
            f"the column is a {kind} (002023)",
            f'server_default=sa.text("{value}")',
        )


RULE = Rule(
    "string-default-on-number",
    Severity.ERROR,
    'server_default="0" renders a string, which a number column refuses: use sa.text("0").',
    check,
)
