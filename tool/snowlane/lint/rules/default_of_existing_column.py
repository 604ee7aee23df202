"""The default of a column that is there: Snowflake neither adds nor changes one."""

from collections.abc import Iterator

from snowlane.lint import remedy
from snowlane.lint.facts import Facts
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.sql.lineage_changes import SetDefault


def check(facts: Facts) -> Iterator[Problem]:
    """SET DEFAULT but for a sequence, and DROP DEFAULT of a column that ALTER TABLE added."""
    for statement in facts.statements:
        for change in statement.changes:
            if not isinstance(change, SetDefault):
                continue
            table, column = remedy.name(change.table), remedy.names([change.column])
            known = statement.before.get(change.table)
            if change.default is not None and "NEXTVAL" not in change.default.upper():
                yield Problem(
                    statement.file,
                    statement.line,
                    f"the default of {table}.{column} cannot be set: Snowflake neither adds nor "
                    "changes the default of a column that is there",
                    remedy.op_sql(
                        f"UPDATE {table} SET {column} = {change.default} WHERE {column} IS NULL"
                    ),
                )
            elif change.default is None and known and change.column in known.appended:
                yield Problem(
                    statement.file,
                    statement.line,
                    f"the default of {table}.{column} cannot be dropped: it came with ALTER TABLE "
                    "ADD COLUMN",
                    "pass",
                )


RULE = Rule(
    "default-of-existing-column",
    Severity.ERROR,
    "The default of a column that is there cannot be set, nor dropped when ADD COLUMN brought it.",
    check,
)
