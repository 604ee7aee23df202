"""A column changes its type under a stream: the backfill is in the stream, row by row."""

from collections.abc import Iterator

from snowlane.lint import remedy
from snowlane.lint.exchange import Exchange, exchanges
from snowlane.lint.facts import Facts
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.sql.context import path_at
from snowlane.sql.lineage_blocks import statements_in
from snowlane.sql.lineage_changes import Path
from snowlane.sql.tokens import tokenize


def check(facts: Facts) -> Iterator[Problem]:
    """Every stream on a table whose column is exchanged, unless it is said to be empty before."""
    for exchange in exchanges(facts):
        for stream in _streams(facts, exchange.table):
            if _is_expected_empty(exchange, stream):
                continue
            name = remedy.name(stream)
            yield Problem(
                exchange.statement.file,
                exchange.statement.line,
                f"the stream {name} gets a DELETE and an INSERT of every row that the backfill of "
                f"{remedy.name(exchange.table, exchange.column)} touches: who reads it must take "
                "them as corrections",
                remedy.op_expect(
                    f"SELECT 1 FROM {name}",
                    f"{stream[-1]} holds rows that nobody has read: run what reads it",
                ),
            )


def _streams(facts: Facts, table: Path) -> Iterator[Path]:
    for definition in facts.definitions:
        if definition.kind == "STREAM" and table in definition.references:
            words = [token.raw.upper() for token in tokenize(definition.text)]
            # Only rows that came are in such a stream, and an update brings none.
            if "APPEND_ONLY" not in words or words[words.index("APPEND_ONLY") + 2] != "TRUE":
                yield definition.path


def _is_expected_empty(exchange: Exchange, stream: Path) -> bool:
    return any(
        "RAISE" in text.upper() and any(_names(piece.text, stream) for piece in pieces)
        for text in exchange.statement.earlier
        for pieces in [statements_in(text).pieces]
    )


def _names(text: str, path: Path) -> bool:
    tokens = tokenize(text)
    return any(
        path_at(tokens, at).parts == path for at, token in enumerate(tokens) if token.is_name
    )


RULE = Rule(
    "backfill-in-stream",
    Severity.WARNING,
    "The backfill of a changed type shows each row in the streams on its table.",
    check,
)
