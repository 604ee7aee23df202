"""Every statement of the platform is Snowflake's: judged by a grammar that others keep."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlfluff.core import FluffConfig, Linter

from snowlane.alembic.history import load_history
from snowlane.alembic.render import render
from snowlane.sample.history import lay_out
from snowlane.sql.mapping import NameMap, map_names

PROJECT = Path(__file__).parents[2]
OBJECTS = sorted((PROJECT / "migrations" / "objects").rglob("*.sql"))
HISTORY = load_history(PROJECT, PROJECT / "alembic.ini")
UP = {each.id: each for each in render(HISTORY, None, HISTORY.head)}
DOWN = {each.id: each for each in render(HISTORY, HISTORY.head, None)}


@pytest.fixture(scope="module")
def linter() -> Linter:
    return Linter(config=FluffConfig(overrides={"dialect": "snowflake", "templater": "raw"}))


def refused(linter: Linter, text: str) -> Iterator[str]:
    """What the grammar cannot read in a text and in the body of a procedure.

    The blocks of op.expect declare an exception, which the grammar does not know.
    """
    tree = linter.parse_string(text).tree
    assert tree is not None
    yield from (part.raw for part in tree.recursive_crawl("unparsable"))
    if "$$" in text and not text.startswith("EXECUTE IMMEDIATE"):
        yield from refused(linter, text.split("$$")[1].strip())


@pytest.mark.parametrize("revision", UP)
def test_a_revision_renders_to_statements_that_the_grammar_reads(
    revision: str, linter: Linter
) -> None:
    statements = [*UP[revision].statements, *DOWN[revision].statements]
    assert [problem for text in statements for problem in refused(linter, text)] == []


@pytest.mark.parametrize("revision", UP)
def test_a_revision_has_a_downgrade(revision: str) -> None:
    assert DOWN[revision].statements


@pytest.mark.parametrize("file", OBJECTS, ids=lambda file: file.stem)
def test_an_object_is_one_statement_that_the_grammar_reads(file: Path, linter: Linter) -> None:
    assert list(refused(linter, file.read_text())) == []


@pytest.mark.parametrize("revision", UP)
def test_the_objects_of_an_earlier_revision_are_read_too(
    revision: str, linter: Linter, tmp_path: Path
) -> None:
    lay_out(PROJECT, tmp_path, revision)
    texts = {file.read_text() for file in (tmp_path / "migrations" / "objects").rglob("*.sql")}
    changed = texts - {file.read_text() for file in OBJECTS}
    assert bool(changed) == (revision != HISTORY.head)
    assert [problem for text in changed for problem in refused(linter, text)] == []
    assert max(file.stem[:13] for file in (tmp_path / "migrations").rglob("*.py")) == revision


@pytest.mark.parametrize("file", OBJECTS, ids=lambda file: file.stem)
def test_an_object_stands_in_the_folder_of_its_schema_and_kind(file: Path) -> None:
    database, schema, kind, _ = file.relative_to(PROJECT / "migrations" / "objects").parts
    name = f"{kind.removesuffix('s')} {database}.{schema}.{file.stem}".upper()
    assert f"CREATE OR REPLACE {name}" in file.read_text()


@pytest.mark.parametrize("file", OBJECTS, ids=lambda file: file.stem)
def test_every_database_that_an_object_names_is_mapped(file: Path) -> None:
    assert unmapped(file.read_text()) == []


@pytest.mark.parametrize("revision", UP)
def test_every_database_that_a_revision_names_is_mapped(revision: str) -> None:
    statements = [*UP[revision].statements, *DOWN[revision].statements]
    assert [unmapped(text) for text in statements] == [[] for _ in statements]


def unmapped(text: str) -> list[str]:
    """Logical names that mapping leaves in a text, and those it is not sure of."""
    mapped = map_names(text, NameMap({"RAW": "R1", "STAGING": "S1", "DW": "D1"}))
    left = [name for name in ("RAW", "STAGING", "DW") if f"{name}." in mapped.text]
    return left + [question.text for question in mapped.questions]
