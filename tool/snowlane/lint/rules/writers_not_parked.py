"""A column changes its type while tasks and pipes write the table."""

from collections.abc import Iterator

from snowlane.lint import remedy
from snowlane.lint.exchange import Exchange, exchanges
from snowlane.lint.facts import Facts
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.lint.statement_head import read_head
from snowlane.sql.lineage_blocks import statements_in
from snowlane.sql.lineage_changes import Path
from snowlane.sql.lineage_objects import Definition


def check(facts: Facts) -> Iterator[Problem]:
    """Every exchange of columns with the writers of its table that nothing parks before it."""
    for exchange in exchanges(facts):
        parked = set(_parked(exchange))
        writers = [
            each
            for each in facts.catalog.definitions
            if each.kind in ("TASK", "PIPE") and _writes(facts, each, exchange.table, set())
        ]
        left = [each for each in writers if not _is_parked(facts, each, parked)]
        if left:
            names = [_name(each) for each in left]
            roots = [root for each in writers for root in _before(facts, each) or [each]]
            written = ", ".join(f'"{_name(each)}"' for each in dict.fromkeys(roots))
            yield Problem(
                exchange.statement.file,
                exchange.statement.line,
                f"{remedy.name(exchange.table, exchange.column)} changes its type while "
                f"{' and '.join(names)} may write the table: what is written between the two "
                "renames fails",
                f"writers=[{written}]",
            )


def _name(writer: Definition) -> str:
    return f"{writer.kind.lower()} {remedy.name(writer.path)}"


def _parked(exchange: Exchange) -> Iterator[Path]:
    for text in exchange.statement.earlier:
        for piece in statements_in(text).pieces:
            head = read_head(piece.text)
            if head is None or head.verb != "ALTER":
                continue
            words = [token.raw.upper() for token in head.rest.tokens]
            paused = "PIPE_EXECUTION_PAUSED" in words and words[-1] == "TRUE"
            if head.rest.at_word("SUSPEND") or paused:
                yield head.path


def _is_parked(facts: Facts, writer: Definition, parked: set[Path]) -> bool:
    """A task does not start while the root of its graph is parked."""
    roots = _before(facts, writer)
    return writer.path in parked or (bool(roots) and all(each.path in parked for each in roots))


def _before(facts: Facts, task: Definition) -> list[Definition]:
    """The roots of the graph that a task is a child in; none for a root or another kind."""
    waiting, seen, roots = [task], {task.path}, []
    while waiting:
        each = waiting.pop()
        before = [
            other
            for other in facts.catalog.definitions
            if other.kind == "TASK" and other.path in each.references and other.path != each.path
        ]
        if not before and each is not task:
            roots.append(each)
        waiting += [other for other in before if other.path not in seen]
        seen |= {other.path for other in before}
    return roots


def _writes(facts: Facts, definition: Definition, table: Path, seen: set[Path]) -> bool:
    """Whether an object writes a table, or a procedure that it calls does."""
    if definition.path in seen:
        return False
    seen.add(definition.path)
    movement = facts.catalog.moved(definition).movement
    if any(place.path == table for place in movement.writes):
        return True
    return any(
        _writes(facts, called, table, seen)
        for called in facts.catalog.definitions
        if called.kind == "PROCEDURE" and called.path in movement.calls
    )


RULE = Rule(
    "writers-not-parked",
    Severity.ERROR,
    "Tasks and pipes that write a table are parked while a column of it changes its type.",
    check,
)
