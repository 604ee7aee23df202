"""A dropped or renamed schema: what is in it goes or changes its name as well.

Source: docs.snowflake.com/en/sql-reference/sql/drop-schema (CASCADE, the default, drops all objects
in it) and sql-reference/sql/alter-schema. Databases are a matter of database-in-revision.
"""

from collections.abc import Iterator

from snowlane.lint import remedy
from snowlane.lint.facts import Facts, Statement
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.lint.leftovers import line_of
from snowlane.lint.statement_head import Head, read_head
from snowlane.sql.lineage_blocks import statements_in
from snowlane.sql.lineage_changes import Path


def check(facts: Facts) -> Iterator[Problem]:
    """Tables that go unnamed with their schema, and objects that are in the schema or name it.

    A downgrade may drop what its own upgrade made. Of objects only upgrades are judged, and only
    where no later revision makes the schema again.
    """
    for statement in facts.statements:
        for piece in statement.pieces:
            head = read_head(piece.text)
            if head is None or head.kind != "SCHEMA":
                continue
            to = _renamed_to(head)
            if head.verb == "DROP":
                yield from _tables(facts, statement, head.path, piece.text)
            elif to is None:
                continue
            if statement.direction == "upgrade" and not _is_made_later(facts, statement, head.path):
                yield from _objects(facts, statement, head.path, to)


def _renamed_to(head: Head) -> Path | None:
    """The new path of ALTER SCHEMA … RENAME TO, None of anything else."""
    if head.verb != "ALTER" or not (head.rest.take("RENAME") and head.rest.take("TO")):
        return None
    to = head.rest.path()
    return (*head.path[:-1], *to) if to and len(to) == 1 else to


def _tables(facts: Facts, statement: Statement, schema: Path, text: str) -> Iterator[Problem]:
    tables = statement.tables_in(schema)
    own = next(each for each in facts.revisions if each.file == statement.file)
    undoes = statement.direction == "downgrade" and _makes(own.upgrade.statements, schema)
    if not tables or undoes:
        return
    drops = [remedy.op_sql(f"DROP TABLE {remedy.name(table)}") for table in tables]
    yield Problem(
        statement.file,
        statement.line,
        f"DROP SCHEMA {remedy.name(schema)} drops its tables as well, without naming them: "
        f"{', '.join(table[-1] for table in tables)}",
        remedy.lines(*drops, remedy.op_sql(text)),
    )


def _objects(
    facts: Facts, statement: Statement, schema: Path, to: Path | None
) -> Iterator[Problem]:
    done = f"is now called {remedy.name(to)}" if to else "is dropped"
    for each in facts.objects:
        if each.defined is None:
            continue
        identity = each.defined.identity
        named = sorted(
            path for path in each.defined.references if _is_gone(facts, path, schema, to)
        )
        found: Path = identity.path
        if _is_in(found, schema):
            how = "is in it"
        elif named:
            found, how = named[0], f"still names {remedy.name(named[0])}"
        else:
            continue
        fixed = f"{remedy.name((*to, *found[len(schema) :]))}" if to else f"{identity.as_drop};"
        yield Problem(
            statement.file,
            statement.line,
            f"{remedy.name(schema)} {done}, and {identity} {how} "
            f"({each.file}, line {line_of(each, found[-1])})",
            f"-- write in {each.file}:\n{fixed}",
        )


def _is_in(path: Path, schema: Path) -> bool:
    return path[:-1] == schema


def _is_gone(facts: Facts, path: Path, schema: Path, to: Path | None) -> bool:
    """Whether a path named what was in the schema and is not there any more.

    What a renamed schema held is known by its old name.
    """
    return _is_in(path, schema) and (to is not None or path not in facts.tables)


def _is_made_later(facts: Facts, statement: Statement, schema: Path) -> bool:
    files = [each.file for each in facts.revisions]
    later = facts.revisions[files.index(statement.file) + 1 :]
    return any(_makes(each.upgrade.statements, schema) for each in later)


def _makes(texts: tuple[str, ...], schema: Path) -> bool:
    heads = (read_head(piece.text) for text in texts for piece in statements_in(text).pieces)
    return any(
        head is not None and (head.verb, head.kind, head.path) == ("CREATE", "SCHEMA", schema)
        for head in heads
    )


RULE = Rule(
    "drop-schema",
    Severity.ERROR,
    "Dropping or renaming a schema does so to all that is in it: its tables are dropped by name "
    "first, and objects that are in it or name it fail.",
    check,
)
