"""A revision that makes, changes or drops a database: databases are made by bootstrap."""

from collections.abc import Iterator

from snowlane.lint.facts import Facts
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.lint.statement_head import read_head


def check(facts: Facts) -> Iterator[Problem]:
    """CREATE, ALTER, DROP and UNDROP DATABASE."""
    for statement in facts.statements:
        for piece in statement.pieces:
            head = read_head(piece.text)
            if head is not None and head.kind == "DATABASE":
                yield Problem(
                    statement.file,
                    statement.line,
                    f"{head.verb} DATABASE does not belong into a revision: the databases of an "
                    "environment are those of its file, and bootstrap makes them",
                    "pass  # snowlane bootstrap ENV makes the databases of envs/ENV.toml",
                )


RULE = Rule(
    "database-in-revision",
    Severity.ERROR,
    "Databases are made by `snowlane bootstrap`, never by a revision.",
    check,
)
