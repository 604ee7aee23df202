"""A revision that pauses a pipe and does not let it run again."""

from collections.abc import Iterator

from snowlane.lint import remedy
from snowlane.lint.facts import Facts
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.lint.statement_head import Head, read_head


def check(facts: Facts) -> Iterator[Problem]:
    """PIPE_EXECUTION_PAUSED = TRUE without FALSE later in the revision."""
    for statement in facts.statements:
        head = read_head(statement.text)
        if head is None or _paused(head) != "TRUE":
            continue
        later = (read_head(text) for text in statement.later)
        if any(each and each.path == head.path and _paused(each) == "FALSE" for each in later):
            continue
        name = remedy.name(head.path)
        yield Problem(
            statement.file,
            statement.line,
            f"the pipe {name} stays paused after this revision, and files wait",
            remedy.lines(
                remedy.op_sql(statement.text),
                remedy.op_sql(f"ALTER PIPE {name} SET PIPE_EXECUTION_PAUSED = FALSE"),
            ),
        )


def _paused(head: Head) -> str:
    if head.kind != "PIPE" or head.verb != "ALTER":
        return ""
    words = [token.raw.upper() for token in head.rest.tokens]
    if "PIPE_EXECUTION_PAUSED" not in words:
        return ""
    return words[-1]


RULE = Rule(
    "pipe-left-paused",
    Severity.ERROR,
    "A pipe that a revision pauses must run again at its end.",
    check,
)
