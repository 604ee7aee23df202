"""CREATE OR REPLACE without COPY GRANTS: who could use the object no longer can."""

from collections.abc import Iterator

from snowlane.lint import remedy
from snowlane.lint.facts import Facts
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.lint.statement_head import Head, read_head
from snowlane.objects.copy_grants import WITH_COPY_GRANTS


def check(facts: Facts) -> Iterator[Problem]:
    """Every replacement of a kind that has the clause but does not use it."""
    for statement in facts.statements:
        yield from _missing(statement.file, statement.line, statement.text, is_revision=True)
    for each, defined in facts.reported_objects():
        line = each.source.count("\n", 0, each.source.find(defined.text)) + 1
        yield from _missing(each.file, line, defined.text, is_revision=False)


def _missing(file: str, line: int | None, text: str, *, is_revision: bool) -> Iterator[Problem]:
    head = read_head(text)
    if head is None or not head.replaces or head.kind not in WITH_COPY_GRANTS:
        return
    if head.kind != "STREAM" and head.rest.at("("):
        head.rest.inside()
    at = head.rest.position
    if _has_clause(head):
        return
    first, last = head.rest.tokens[0], head.rest.tokens[at - 1]
    fixed = text[first.start : last.end] + "\nCOPY GRANTS"
    shown = None if line is None else line + text.count("\n", 0, first.start)
    yield Problem(
        file,
        line if is_revision else shown,
        f"replacing the {head.kind.lower()} {remedy.name(head.path)} takes away all grants on it",
        remedy.op_sql(fixed + text[last.end :]) if is_revision else fixed,
    )


def _has_clause(head: Head) -> bool:
    cursor = head.rest
    while not cursor.ended:
        if cursor.take_any("COPY", "IGNORE"):
            if cursor.take("GRANTS"):
                return True
        elif cursor.take("EXECUTE"):
            cursor.take("AS")
        elif cursor.take("AS"):
            return False
        else:
            cursor.skip()
    return False


RULE = Rule(
    "copy-grants-missing",
    Severity.ERROR,
    "CREATE OR REPLACE without COPY GRANTS takes away the grants on the object.",
    check,
)
