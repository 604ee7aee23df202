"""A revision whose upgrade or downgrade cannot be turned into statements."""

from collections.abc import Iterator

from snowlane.lint.facts import Facts
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.lint.rules import index_on_table, needs_live_connection
from snowlane.sql.references import find
from snowlane.sql.tokens import UnreadableSqlError


def check(facts: Facts) -> Iterator[Problem]:
    """Every refusal that no other rule explains."""
    explained = {
        problem.file
        for rule in (index_on_table, needs_live_connection)
        for problem in rule.check(facts)
    }
    for revision in facts.reported_revisions():
        for rendered in (revision.upgrade, revision.downgrade):
            refusal = rendered.refusal
            if refusal is not None and revision.file not in explained:
                why = f": {refusal.why}" if refusal.why else ""
                yield Problem(
                    revision.file, refusal.line, f"{refusal.what}{why}", f"# {refusal.remedy}"
                )
    for statement in facts.statements:
        try:
            # As a plan reads it, with the code inside it.
            find(statement.text, facts.name_map.vocabulary)
        except UnreadableSqlError as error:
            yield Problem(
                statement.file, statement.line, str(error), "# close what is open in the statement"
            )


RULE = Rule(
    "revision-does-not-render",
    Severity.ERROR,
    "A revision must become statements without asking the database.",
    check,
)
