"""An upgrade without its downgrade: the way back is a restore point only."""

from collections.abc import Iterator

from snowlane.lint import remedy
from snowlane.lint.facts import Facts, Statement
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.lint.statement_head import read_head
from snowlane.sql.lineage_changes import AddColumn, Change, CreateTable, RenameColumn, RenameTable

_WAIVER = "# snowlane: allow downgrade-missing: what the upgrade removes is kept nowhere"


def check(facts: Facts) -> Iterator[Problem]:
    """Every revision that does something and undoes nothing."""
    for revision in facts.reported_revisions():
        refused = revision.downgrade.refusal is not None
        if not revision.upgrade.statements or revision.downgrade.statements or refused:
            continue
        line = revision.source.count("\n", 0, revision.source.find("def downgrade")) + 1
        statements = [each for each in facts.upgrades if each.file == revision.file]
        undone = [text for each in reversed(statements) for text in _undo(each)]
        yield Problem(
            revision.file,
            line,
            "the downgrade is empty, and the upgrade is not: `migrate --to` an earlier revision "
            "would only move the version",
            remedy.lines(*(remedy.op_sql(text) for text in undone)) if undone else _WAIVER,
        )


def _undo(statement: Statement) -> list[str]:
    undone = [text for change in reversed(statement.changes) if (text := _reverse(change))]
    head = read_head(statement.text)
    if head and head.verb == "CREATE" and not undone and head.kind != "TABLE":
        undone.append(f"DROP {head.kind} {remedy.name(head.path)}")
    return undone


def _reverse(change: Change) -> str:
    table = remedy.name(change.table)
    match change:
        case CreateTable():
            return f"DROP TABLE {table}"
        case AddColumn():
            return f"ALTER TABLE {table} DROP COLUMN {remedy.names([change.column.name])}"
        case RenameColumn():
            old, new = remedy.names([change.column]), remedy.names([change.to])
            return f"ALTER TABLE {table} RENAME COLUMN {new} TO {old}"
        case RenameTable():
            return f"ALTER TABLE {remedy.name(change.to)} RENAME TO {table}"
    return ""


RULE = Rule(
    "downgrade-missing",
    Severity.ERROR,
    "A revision that cannot be undone says so, with its reason.",
    check,
)
