"""Two revisions that follow the same one: the history must be one line."""

from collections.abc import Iterator
from itertools import pairwise

from snowlane.lint.facts import Facts
from snowlane.lint.finding import Problem, Rule, Severity


def check(facts: Facts) -> Iterator[Problem]:
    """Every head but the first; a head is a revision that no other follows."""
    followed = {before for revision in facts.revisions for before in revision.down_revisions}
    heads = sorted(
        (each for each in facts.revisions if each.revision and each.revision not in followed),
        key=lambda each: each.revision or "",
    )
    for first, other in pairwise(heads):
        if facts.is_reported(other.file) or facts.is_reported(first.file):
            yield Problem(
                other.file if facts.is_reported(other.file) else first.file,
                _line(other.source),
                f"{other.revision} and {first.revision} ({first.file}) are both heads: the history "
                "must be one line",
                f'down_revision = "{first.revision}"',
            )


def _line(source: str) -> int | None:
    at = source.find("\ndown_revision")
    return source.count("\n", 0, at + 1) + 1 if at >= 0 else None


RULE = Rule(
    "multiple-heads",
    Severity.ERROR,
    "The history is one line: a revision follows the head that is there.",
    check,
)
