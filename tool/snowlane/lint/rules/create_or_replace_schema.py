"""CREATE OR REPLACE SCHEMA in a revision: all that is in the old schema goes.

Source: docs.snowflake.com/en/sql-reference/sql/create-schema, usage notes (OR REPLACE drops the
schema that is there). Databases are a matter of database-in-revision.
"""

from collections.abc import Iterator

from snowlane.lint import remedy
from snowlane.lint.facts import Facts
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.lint.statement_head import read_head
from snowlane.sql.tokens import tokenize


def check(facts: Facts) -> Iterator[Problem]:
    """Every CREATE OR REPLACE SCHEMA, in both directions."""
    for statement in facts.statements:
        for piece in statement.pieces:
            head = read_head(piece.text)
            if head is None or head.kind != "SCHEMA" or not head.replaces:
                continue
            tables = ", ".join(table[-1] for table in statement.tables_in(head.path))
            known = f" ({tables})" if tables else ""
            yield Problem(
                statement.file,
                statement.line,
                f"CREATE OR REPLACE SCHEMA {remedy.name(head.path)} drops the schema that is there "
                f"with all that is in it: its tables{known} and their rows, its views and code, and "
                "the grants on them",
                remedy.op_sql(_if_not_exists(piece.text)),
            )


def _if_not_exists(text: str) -> str:
    """The statement without OR REPLACE; it makes the schema only where it is not there."""
    tokens = tokenize(text)
    kind = next(token for token in tokens if token.word("SCHEMA"))
    before = text[tokens[2].end : kind.end]
    return f"{text[: tokens[0].end]}{before} IF NOT EXISTS{text[kind.end :]}"


RULE = Rule(
    "create-or-replace-schema",
    Severity.ERROR,
    "CREATE OR REPLACE SCHEMA drops the schema that is there, with all that is in it.",
    check,
)
