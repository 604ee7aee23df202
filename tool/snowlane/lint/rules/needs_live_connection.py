"""A revision that asks the database: it cannot be shown, linted or rehearsed before it runs."""

import ast
from collections.abc import Iterator

from snowlane.lint import remedy
from snowlane.lint.facts import Facts
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.lint.python_source import calls, constant

_ASKS = ("op.get_bind", "get_bind", "sa.inspect", "sqlalchemy.inspect", "inspect")
_QUERIES = ("SELECT", "WITH", "SHOW", "DESC")


def check(facts: Facts) -> Iterator[Problem]:
    """get_bind, inspect, and what is executed on them."""
    for revision in facts.reported_revisions():
        for called, call in calls(revision.source):
            if called in _ASKS:
                yield Problem(
                    revision.file,
                    call.lineno,
                    f"{called}() needs a live connection, and a revision is rendered without one",
                    _instead(revision.source, call),
                )


def _instead(source: str, asked: ast.Call) -> str:
    """op.sql of what is executed on the connection, or a check of the data for a query."""
    for _, call in calls(source):
        is_execution = isinstance(call.func, ast.Attribute) and call.func.attr == "execute"
        if is_execution and call.lineno >= asked.lineno and call.args:
            text = constant(call.args[0])
            if text and text.strip().upper().startswith(_QUERIES):
                return remedy.op_expect(" ".join(text.split()), "say what is wrong with the data")
            if text:
                return remedy.op_sql(text)
    return remedy.op_expect("SELECT 1 WHERE FALSE", "say what is wrong with the data")


RULE = Rule(
    "needs-live-connection",
    Severity.ERROR,
    "A revision that asks the database cannot be planned: use op.sql and op.expect.",
    check,
)
