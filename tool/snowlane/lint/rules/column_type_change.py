"""A change of a column's type that Snowflake refuses, or allows only for some data."""

from collections.abc import Iterator

from snowlane.lint import remedy
from snowlane.lint.expected import is_expected_before
from snowlane.lint.facts import Facts
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.sql.conversion import derived, example
from snowlane.sql.lineage_changes import ChangeType
from snowlane.sql.names import stored
from snowlane.sql.type_rules import Judgement, Verdict, judge_change, parse_type


def check(facts: Facts) -> Iterator[Problem]:
    """Every change of type but those that Snowflake lists as allowed for all data."""
    for statement in facts.statements:
        for change in statement.changes:
            if not isinstance(change, ChangeType):
                continue
            known = statement.column(change.table, change.column)
            old = known.type if known else ""
            judged = judge_change(old, change.type)
            if judged.verdict in (Verdict.SAME, Verdict.ALTER):
                continue
            if judged.verdict is Verdict.PROBE and is_expected_before(
                statement, change.table, change.column
            ):
                continue
            yield Problem(
                statement.file,
                statement.line,
                _problem(change, judged),
                _instead(change, old, judged),
            )


def _problem(change: ChangeType, judged: Judgement) -> str:
    column = remedy.name(change.table, change.column)
    number = f" (Snowflake refuses it: {judged.number:06d})" if judged.number else ""
    return f"{column} to {change.type}: {judged.why}{number}"


def _instead(change: ChangeType, old: str, judged: Judgement) -> str:
    database, schema, table = change.table
    before, after = parse_type(old), parse_type(change.type)
    lines = [
        "op.change_column_type(",
        f'    "{_argument(table)}",',
        f'    "{_argument(change.column)}",',
        f'    "{change.type}",',
        f'    old_type="{old or "…"}",',
        f'    schema="{remedy.name((database, schema))}",',
    ]
    is_guess = before is None or after is None or derived(before, after) is None
    if judged.verdict is Verdict.REFUSED and after is not None and is_guess:
        lines.append(f'    conversion="{example(after)}",')
    return remedy.lines(*lines, ")")


def _argument(name: str) -> str:
    """A stored name as a revision gives it to an operation."""
    return name.lower() if stored(name.lower()) == name else name


RULE = Rule(
    "column-type-change",
    Severity.ERROR,
    "A change of type that is not on Snowflake's list of allowed ones fails, or depends on the data.",
    check,
)
