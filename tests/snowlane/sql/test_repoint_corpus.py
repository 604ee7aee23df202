"""Definitions of every kind, as GET_DDL prints them and as people write them, re-pointed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from snowlane.sql.repoint import references, repoint

FOLDER = Path(__file__).parent / "repointing"
QA = {"PROD_RAW": "QA_RAW", "PROD_STAGING": "QA_STAGING", "PROD_DW": "QA_DW"}
KINDS = {
    "procedure_sql": "PROCEDURE",
    "procedure_javascript": "PROCEDURE",
    "procedure_python": "PROCEDURE",
    "procedure_java_scala": "PROCEDURE",
    "fragments": "TASK",
}
CASE = re.compile(r"^==== (?P<name>[^\[\n]*?)(?: \[(?P<doubts>.*)\])?\n", re.MULTILINE)
REPLACED = re.compile("«([^»]*)»")
STAYS, ENDS = "\u2039", "\u203a"
MARKS = str.maketrans("", "", f"«»{STAYS}{ENDS}")


@dataclass(frozen=True)
class Definition:
    """One case of a file; `marked` is its text with what is replaced and reported in marks."""

    kind: str
    marked: str
    doubts: tuple[str, ...]

    @property
    def text(self) -> str:
        return self.marked.translate(MARKS)

    @property
    def expected(self) -> str:
        replaced = REPLACED.sub(lambda match: match[1].upper().replace("PROD_", "QA_"), self.marked)
        return replaced.translate(MARKS)

    @property
    def reported(self) -> list[tuple[int, str]]:
        marks = [match.start() for match in re.finditer(STAYS, self.marked)]
        lines = [self.marked.count("\n", 0, at) + 1 for at in marks]
        return list(zip(lines, self.doubts, strict=True))


def definitions() -> dict[str, Definition]:
    found = {}
    for file in sorted(FOLDER.glob("*.txt")):
        kind = KINDS.get(file.stem, file.stem.upper().replace("_", " "))
        _, *pieces = CASE.split(file.read_text(encoding="utf-8"))
        for name, doubts, marked in zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True):
            wanted = tuple(doubts.split(", ")) if doubts else ()
            found[f"{file.stem}: {name}"] = Definition(kind, marked.strip("\n"), wanted)
    return found


DEFINITIONS = definitions()


@pytest.mark.parametrize("name", DEFINITIONS)
def test_a_definition_is_repointed(name: str) -> None:
    definition = DEFINITIONS[name]
    result = repoint(definition.text, QA, definition.kind)
    assert result.text == definition.expected
    assert [(each.line, each.doubt.name) for each in result.unresolved] == definition.reported


@pytest.mark.parametrize("name", DEFINITIONS)
def test_a_repointed_definition_refers_to_the_destination_alone(name: str) -> None:
    definition = DEFINITIONS[name]
    result = repoint(definition.text, QA, definition.kind)
    assert repoint(result.text, QA, definition.kind).text == result.text
    assert not [each for each in references(result.text, QA, definition.kind) if each.certain]
    there = references(result.text, QA.values(), definition.kind)
    assert len([each for each in there if each.certain]) == definition.marked.count("«")
