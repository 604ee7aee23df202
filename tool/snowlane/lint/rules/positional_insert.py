"""INSERT or COPY without a column list: it fills whatever columns stand where by now."""

import re
from collections.abc import Iterator

from snowlane.lint import remedy
from snowlane.lint.facts import Facts
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.sql.lineage_flows import read_statement
from snowlane.sql.lineage_query import Path
from snowlane.sql.lineage_tables import Table, Tables
from snowlane.sql.names import quote


def check(facts: Facts) -> Iterator[Problem]:
    """Positional writes into known tables; an error where the columns of the table have moved."""
    for statement in facts.statements:
        before = statement.before

        def columns_of(path: Path, tables: Tables = before) -> tuple[str, ...] | None:
            known = tables.get(path)
            return tuple(column.name for column in known.columns) if known else None

        for piece in statement.pieces:
            moved = read_statement(piece.text, columns_of, ("", ""))
            for target in sorted(moved.positional):
                # What a revision writes, it writes into the table as it was then.
                yield from _problem(statement.file, statement.line, before.get(target), moved=False)
    for each, defined in facts.reported_objects():
        if defined.identity.kind not in ("TASK", "PROCEDURE", "PIPE", "ALERT"):
            continue
        movement = facts.catalog.moved(facts.definition_of[each.file]).movement
        for target in sorted(movement.positional):
            table = facts.tables.get(target)
            moved_since = table is not None and table.was_altered
            yield from _problem(each.file, _line(each.source, target), table, moved=moved_since)


def _problem(file: str, line: int | None, table: Table | None, *, moved: bool) -> Iterator[Problem]:
    if table is None or not table.columns:
        return
    name = remedy.name(table.path)
    moves = (
        "the columns of the table have moved since it was made"
        if moved
        else "it goes wrong when the columns of the table move"
    )
    yield Problem(
        file,
        line,
        f"it writes into {name} by position: {moves}",
        f"INTO {name} ({remedy.names(column.name for column in table.columns)})",
        None if moved else Severity.WARNING,
    )


def _line(source: str, target: Path) -> int | None:
    name = re.escape(quote(target[-1]))
    found = re.search(rf"(?i)\binto\s+(?:[\w$\"]+\.)*{name}(?!\s*\.)", source)
    return source.count("\n", 0, found.start()) + 1 if found else None


RULE = Rule(
    "positional-insert",
    Severity.ERROR,
    "INSERT or COPY without a column list fills the wrong columns once a column has moved "
    "(a warning where none has).",
    check,
)
