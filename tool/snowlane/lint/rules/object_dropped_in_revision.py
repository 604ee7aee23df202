"""A revision drops an object that a file still makes: it stays missing.

An object is applied when its file changes, and the record of what was applied says that this one has
not. What goes by its file's tombstone is taken out of the record as well.
"""

from collections.abc import Iterator

from snowlane.errors import RefusedError
from snowlane.lint.facts import Facts, Statement
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.lint.statement_head import read_head
from snowlane.objects.source import Identity, read_tombstone
from snowlane.sql.lineage_blocks import statements_in


def check(facts: Facts) -> Iterator[Problem]:
    """Every DROP in an upgrade of what an object file defines and the revision does not make again."""
    files = {each.defined.identity: each.file for each in facts.objects if each.defined}
    for statement in facts.upgrades:
        for piece in statement.pieces:
            dropped = _dropped(facts, piece.text)
            if dropped is None or dropped not in files or _is_made_again(statement, dropped):
                continue
            file = files[dropped]
            yield Problem(
                statement.file,
                statement.line,
                f"{dropped} is dropped here while {file} still makes it: it stays missing, since a "
                "file that has not changed is not applied again",
                f"-- write in {file}:\n{dropped.as_drop};",
            )


def _dropped(facts: Facts, text: str) -> Identity | None:
    """What a DROP takes away, where object files can make it."""
    if text[:4].upper() != "DROP":
        return None
    try:
        return read_tombstone("", text, facts.name_map).identity
    except RefusedError:
        return None


def _is_made_again(statement: Statement, dropped: Identity) -> bool:
    heads = (
        read_head(piece.text) for text in statement.later for piece in statements_in(text).pieces
    )
    return any(
        head is not None and (head.verb, head.path) == ("CREATE", dropped.path) for head in heads
    )


RULE = Rule(
    "object-dropped-in-revision",
    Severity.ERROR,
    "An object that a revision drops and a file still makes stays missing: its tombstone drops it.",
    check,
)
