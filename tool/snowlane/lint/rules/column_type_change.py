"""A change of a column's type that Snowflake refuses, or allows only for some data."""

from collections.abc import Iterator

from snowlane.lint import remedy
from snowlane.lint.expected import is_expected_before
from snowlane.lint.facts import Facts
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.sql.lineage_changes import ChangeType
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
    table, column = remedy.name(change.table), remedy.names([change.column])
    new = f"{change.column}__NEW"
    added, retired = remedy.names([new]), remedy.names([f"{change.column}__RETIRED"])
    converted = _converted(column, old, change.type)
    lost = remedy.op_expect(
        f"SELECT {column} FROM {table} WHERE {_lost(column, old, change.type)}",
        f"{change.table[-1]}.{column} holds values that {change.type} cannot hold",
    )
    if judged.verdict is Verdict.PROBE:
        alter = f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {change.type}"
        return remedy.lines(lost, remedy.op_sql(alter))
    return remedy.lines(
        lost,
        remedy.op_sql(f"ALTER TABLE {table} ADD COLUMN {added} {change.type}"),
        remedy.op_sql(f"UPDATE {table} SET {added} = {converted} WHERE {column} IS NOT NULL"),
        remedy.op_sql(f"ALTER TABLE {table} RENAME COLUMN {column} TO {retired}"),
        remedy.op_sql(f"ALTER TABLE {table} RENAME COLUMN {added} TO {column}"),
    )


def _lost(column: str, old: str, new: str) -> str:
    """A condition for rows whose value is lost: no value at all, or decimals rounded away."""
    converted, after = _converted(column, old, new), parse_type(new)
    nothing = f"{column} IS NOT NULL AND {converted} IS NULL"
    if after is None or after.family != "NUMBER":
        return nothing
    before = parse_type(old)
    is_number = before is not None and before.family == "NUMBER"
    exact = column if is_number else f"TRY_CAST({column} AS NUMBER(38, 20))"
    return f"({nothing}) OR {exact} <> {converted}"


def _converted(column: str, old: str, new: str) -> str:
    """An expression that is null where the value does not fit: TRY_CAST takes text only."""
    before, after = parse_type(old), parse_type(new)
    if before is None or after is None or before.family == "VARCHAR":
        return f"TRY_CAST({column} AS {new})"
    return f"TRY_CAST(TO_VARCHAR({column}) AS {new})"


RULE = Rule(
    "column-type-change",
    Severity.ERROR,
    "A change of type that is not on Snowflake's list of allowed ones fails, or depends on the data.",
    check,
)
