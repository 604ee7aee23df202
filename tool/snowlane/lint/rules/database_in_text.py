"""A full name inside a longer literal: it stays as it is, in every environment."""

from collections.abc import Iterator

from snowlane.lint.facts import Facts
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.lint.references import searched
from snowlane.sql.references import PLAN_RULE, Doubt
from snowlane.sql.tokens import Kind, tokenize


def check(facts: Facts) -> Iterator[Problem]:
    """Every full name that is only part of a literal."""
    for text, found in searched(facts, facts.name_map.databases.keys(), PLAN_RULE):
        for question in found.questions:
            if question.doubt is Doubt.IN_TEXT:
                mark = _mark_around(text.text, question.start)
                yield Problem(
                    text.file,
                    text.line(question.line),
                    f"{question.text} stands inside a longer literal, where it is not mapped to the "
                    "environment's database",
                    f"{mark} || '{question.text}' || {mark}",
                )


def _mark_around(text: str, place: int) -> str:
    """What the literal at a place is closed by."""
    inside = (each for each in tokenize(text) if each.start <= place < each.end)
    return "$$" if any(each.kind is Kind.BODY for each in inside) else "'"


RULE = Rule(
    "database-in-text",
    Severity.WARNING,
    "A full name that is part of a longer literal is not mapped.",
    check,
)
