"""An index: standard tables of Snowflake have none."""

import ast
from collections.abc import Iterator

from snowlane.lint import remedy
from snowlane.lint.facts import Facts, Statement
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.lint.python_source import argument, calls, constant
from snowlane.lint.statement_head import read_head
from snowlane.sql.lineage_cursor import Cursor
from snowlane.sql.names import parse_path
from snowlane.sql.tokens import tokenize

_WHY = "standard tables of Snowflake have no indexes; clustering is what speeds up reads"


def check(facts: Facts) -> Iterator[Problem]:
    """op.create_index, index=True, and CREATE INDEX on a table that is not hybrid."""
    for revision in facts.reported_revisions():
        for called, call in calls(revision.source):
            if called == "op.create_index":
                yield Problem(revision.file, call.lineno, _WHY, _clustering(call))
            elif called == "op.drop_index":
                yield Problem(revision.file, call.lineno, _WHY, "pass")
            elif called.endswith("Column") and _is_true(argument(call, 99, "index")):
                yield Problem(revision.file, call.lineno, _WHY, "index=False")
    for statement in facts.statements:
        head = read_head(statement.text)
        if head is not None and head.kind == "INDEX":
            yield from _in_sql(statement)


def _is_true(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is True


def _clustering(call: ast.Call) -> str:
    table = constant(argument(call, 1, "table_name")) or "TABLE"
    schema = constant(argument(call, 99, "schema")) or "DB.SCHEMA"
    listed = argument(call, 2, "columns")
    columns = [constant(each) for each in listed.elts] if isinstance(listed, ast.List) else []
    keys = ", ".join(column for column in columns if column) or "COLUMN"
    path = parse_path(f"{schema}.{table}")
    name = remedy.name(path) if path else f"{schema}.{table}"
    return remedy.op_sql(f"ALTER TABLE {name} CLUSTER BY ({keys})")


def _in_sql(statement: Statement) -> Iterator[Problem]:
    cursor = Cursor(statement.text, tokenize(statement.text))
    while not cursor.ended and not cursor.take("ON"):
        cursor.skip()
    table = cursor.path()
    known = statement.before.get(table) if table else None
    if table and not (known and known.is_hybrid):
        keys = cursor.inside().text_left
        clustered = f"ALTER TABLE {remedy.name(table)} CLUSTER BY ({keys})"
        yield Problem(statement.file, statement.line, _WHY, remedy.op_sql(clustered))


RULE = Rule(
    "index-on-table",
    Severity.ERROR,
    "Standard tables have no indexes: cluster the table instead.",
    check,
)
