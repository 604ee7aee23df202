"""USE, ALTER SESSION, SET and UNSET in a revision: what they set outlives the statement.

It stays in force for whatever the same session runs next, and is lost where a deployment is gone on
with in another one. Source: docs.snowflake.com/en/sql-reference/sql/use, sql-reference/sql/set and
sql-reference/sql/alter-session.
"""

from collections.abc import Iterator

from snowlane.lint import remedy
from snowlane.lint.facts import Facts
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.sql.lineage_cursor import Cursor
from snowlane.sql.tokens import tokenize

_OF_THE_ENVIRONMENT = ("ROLE", "SECONDARY", "WAREHOUSE")


def check(facts: Facts) -> Iterator[Problem]:
    """Every statement, also one of a block, that changes the session."""
    for statement in facts.statements:
        for piece in statement.pieces:
            cursor = Cursor(piece.text, tokenize(piece.text))
            verb = cursor.take_any("USE", "SET", "UNSET")
            if verb is None and not (cursor.take("ALTER") and cursor.take("SESSION")):
                continue
            yield Problem(
                statement.file,
                statement.line,
                f"{verb or 'ALTER SESSION'} changes the session: it stays in force for the "
                "statements behind it, and is lost when a deployment goes on in another session",
                f"pass  # {_instead(verb, cursor)}",
            )


def _instead(verb: str | None, cursor: Cursor) -> str:
    """What to do without it, in words."""
    if verb is None:
        return "say it where it matters, such as the format in TO_DATE(…, 'YYYY-MM-DD')"
    if verb in ("SET", "UNSET"):
        return "write the value itself, or one block that holds it as a variable of DECLARE"
    if cursor.at_word(*_OF_THE_ENVIRONMENT):
        what = "warehouse" if cursor.at_word("WAREHOUSE") else "role"
        return f"the {what} of a deployment is the one in envs/ENV.toml"
    cursor.take_any("DATABASE", "SCHEMA")
    path = cursor.path()
    shown = f"{remedy.name(path)}.…" if path else "DATABASE.SCHEMA.…"
    return f"write full names in the statements: {shown}"


RULE = Rule(
    "session-state",
    Severity.ERROR,
    "USE, ALTER SESSION, SET and UNSET outlive their statement: full names and values need no session.",
    check,
)
