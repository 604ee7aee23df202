"""A revision that suspends or replaces a task or alert and does not resume it."""

from collections.abc import Iterator

from snowlane.lint import remedy
from snowlane.lint.facts import Facts, Statement
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.lint.statement_head import Head, read_head
from snowlane.sql.lineage_blocks import statements_in


def check(facts: Facts) -> Iterator[Problem]:
    """SUSPEND, and CREATE OR REPLACE, which suspends, without RESUME later in the revision."""
    for statement in facts.statements:
        for piece in statement.pieces:
            head = read_head(piece.text)
            if head is not None and _suspends(head) and not _is_resumed(statement, head):
                kind, name = head.kind, remedy.name(head.path)
                yield Problem(
                    statement.file,
                    statement.line,
                    f"the {kind.lower()} {name} stays suspended after this revision",
                    remedy.lines(
                        remedy.op_sql(piece.text), remedy.op_sql(f"ALTER {kind} {name} RESUME")
                    ),
                )


def _suspends(head: Head) -> bool:
    if head.kind not in ("TASK", "ALERT"):
        return False
    return (head.verb == "CREATE" and head.replaces) or (
        head.verb == "ALTER" and head.rest.at_word("SUSPEND")
    )


def _is_resumed(statement: Statement, suspended: Head) -> bool:
    for text in statement.later:
        for piece in statements_in(text).pieces:
            head = read_head(piece.text)
            is_same = head is not None and (head.verb, head.path) == ("ALTER", suspended.path)
            if head and is_same and head.rest.at_word("RESUME"):
                return True
        if "SYSTEM$TASK_DEPENDENTS_ENABLE" in text.upper() and suspended.path[-1] in text.upper():
            return True
    return False


RULE = Rule(
    "task-left-suspended",
    Severity.ERROR,
    "A task or alert that a revision suspends or replaces must be resumed by it.",
    check,
)
