"""A table with a stream is replaced or swapped: the stream goes stale and its rows are lost."""

from collections.abc import Iterator

from snowlane.lint import remedy
from snowlane.lint.facts import Facts, Statement
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.sql.lineage_changes import CreateTable, Path, SwapTable


def check(facts: Facts) -> Iterator[Problem]:
    """CREATE OR REPLACE and SWAP of a table under a stream that is not made anew afterwards."""
    streams = _streams(facts)
    for statement in facts.statements:
        for change in statement.changes:
            if isinstance(change, CreateTable) and change.replaces:
                touched = [change.table]
            elif isinstance(change, SwapTable):
                touched = [change.table, change.other]
            else:
                continue
            for table in touched:
                for stream in streams.get(table, []):
                    if not _is_remade(statement, stream):
                        yield _problem(statement, table, stream)


def _streams(facts: Facts) -> dict[Path, list[Path]]:
    found: dict[Path, list[Path]] = {}
    for definition in facts.definitions:
        if definition.kind == "STREAM":
            for base in sorted(definition.references):
                found.setdefault(base, []).append(definition.path)
    return found


def _is_remade(statement: Statement, stream: Path) -> bool:
    name = remedy.name(stream).upper()
    return any(
        f"STREAM {name}" in " ".join(text.upper().replace('"', "").split())
        for text in statement.later
        if text.upper().lstrip().startswith("CREATE")
    )


def _problem(statement: Statement, table: Path, stream: Path) -> Problem:
    name, base = remedy.name(stream), remedy.name(table)
    return Problem(
        statement.file,
        statement.line,
        f"the stream {name} goes stale when {base} is replaced or swapped: what it has not given "
        "out is lost, and reading it fails",
        remedy.lines(
            remedy.op_expect(
                f"SELECT 1 FROM {name}",
                f"{stream[-1]} holds rows that nobody has read: run what reads it",
            ),
            remedy.op_sql(statement.text),
            remedy.op_sql(f"CREATE OR REPLACE STREAM {name} COPY GRANTS ON TABLE {base}"),
        ),
    )


RULE = Rule(
    "stream-goes-stale",
    Severity.ERROR,
    "Replacing or swapping a table makes every stream on it stale.",
    check,
)
