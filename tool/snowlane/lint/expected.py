"""Whether a revision checks its data before a statement that depends on it."""

from snowlane.lint.facts import Statement
from snowlane.sql.context import path_at
from snowlane.sql.lineage_blocks import statements_in
from snowlane.sql.lineage_changes import Path
from snowlane.sql.tokens import tokenize


def is_expected_before(statement: Statement, table: Path, column: str) -> bool:
    """Whether an earlier op.expect of the revision, or a block like it, asks about the column.

    So may the block that the statement itself is.
    """
    return any(
        _raises(text)
        and any(_asks(piece.text, table, column) for piece in statements_in(text).pieces)
        for text in (*statement.earlier, statement.text)
    )


def _asks(text: str, table: Path, column: str) -> bool:
    return text.upper().startswith(("SELECT", "WITH")) and _names(text, table, column)


def _raises(text: str) -> bool:
    return "RAISE" in text.upper()


def _names(text: str, table: Path, column: str) -> bool:
    tokens = tokenize(text)
    named = {token.name for token in tokens if token.is_name}
    return column in named and any(
        path_at(tokens, at).parts == table for at, token in enumerate(tokens) if token.is_name
    )
