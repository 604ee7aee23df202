"""Rewrites the logical names of a text into physical ones; all else stays byte for byte.

The mechanism is general (text, names, rule -> text, changes, questions): plans use it with the
narrow rule, re-pointing a clone is the same with a wider one.
"""

from dataclasses import dataclass

from snowlane.sql import names
from snowlane.sql.literals import UnwritableError
from snowlane.sql.name_map import NameMap
from snowlane.sql.references import (
    PLAN_RULE,
    Doubt,
    Findings,
    Question,
    Reference,
    Rule,
    Target,
    find,
    paths,
)

__all__ = ["PLAN_RULE", "Change", "Doubt", "Mapped", "NameMap", "Question", "Rule", "map_names"]


@dataclass(frozen=True)
class Change:
    """One replacement, at offsets of the original text."""

    start: int
    end: int
    line: int
    before: str
    after: str


@dataclass(frozen=True)
class Mapped:
    """The new text, what was changed in it, and what could not be judged."""

    text: str
    changes: tuple[Change, ...]
    questions: tuple[Question, ...]
    paths: tuple[tuple[str, ...], ...]


def map_names(text: str, name_map: NameMap, rule: Rule = PLAN_RULE) -> Mapped:
    """Map every reference of a SQL text by the given names.

    Raises snowlane.sql.tokens.UnreadableSqlError when the text cannot be split into tokens.
    """
    found: Findings = find(text, name_map.vocabulary, rule)
    changes: list[Change] = []
    questions = list(found.questions)
    for reference in found.references:
        try:
            changes.append(_change(text, reference, name_map))
        except UnwritableError:
            path = ".".join(reference.path)
            questions.append(Question(Doubt.UNWRITABLE, reference.line, path))
    pieces, position = [], 0
    for change in changes:
        pieces += [text[position : change.start], change.after]
        position = change.end
    pieces.append(text[position:])
    return Mapped("".join(pieces), tuple(changes), tuple(questions), tuple(paths(found)))


def _change(text: str, reference: Reference, name_map: NameMap) -> Change:
    if reference.target is Target.STAGE_URL:
        after = name_map.stages[".".join(reference.path)]
    else:
        known = name_map.databases if reference.target is Target.DATABASE else name_map.names
        stored = known[reference.path[0]]
        always = '"' + stored.replace('"', '""') + '"'
        after = always if reference.quoted else names.quote(stored)
        if reference.in_small and after != always:
            after = after.lower()
    before = text[reference.start : reference.end]
    after = reference.write(after)
    return Change(reference.start, reference.end, reference.line, before, after)
