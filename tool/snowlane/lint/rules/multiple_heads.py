"""Two revisions that follow the same one: the history must be one line."""

from collections.abc import Iterator
from itertools import pairwise

from snowlane.lint.facts import Facts, RevisionFile
from snowlane.lint.finding import Problem, Rule, Severity


def check(facts: Facts) -> Iterator[Problem]:
    """Every line of revisions but the first, where it leaves the line before it.

    A line that no finding is wanted about was there first, else the one whose head has the first
    file by name, since files are named by their time.
    """
    heads = sorted(facts.heads, key=lambda each: (facts.is_reported(each.file), each.file))
    known = {each.revision: each for each in facts.revisions if each.revision}
    for first, other in pairwise(heads):
        start = _start(known, first, other)
        file = start if facts.is_reported(start.file) else other
        yield Problem(
            file.file,
            _line(file.source),
            f"{other.revision} and {first.revision} ({first.file}) are both heads: the history "
            "must be one line",
            f'down_revision = "{first.revision}"',
        )


def _start(
    known: dict[str, RevisionFile], first: RevisionFile, other: RevisionFile
) -> RevisionFile:
    """The earliest revision of the line that ends in `other` and is not part of the one of `first`."""
    shared: set[str] = set()
    left = [first.revision or ""]
    while left:
        if (at := left.pop()) not in shared:
            shared.add(at)
            left += known[at].down_revisions if at in known else ()
    start, passed = other, {other.revision or ""}
    while own := [
        known[each]
        for each in start.down_revisions
        if each in known and each not in shared | passed
    ]:
        start = own[0]
        passed.add(start.revision or "")
    return start


def _line(source: str) -> int | None:
    at = source.find("\ndown_revision")
    return source.count("\n", 0, at + 1) + 1 if at >= 0 else None


RULE = Rule(
    "multiple-heads",
    Severity.ERROR,
    "The history is one line: a revision follows the head that is there.",
    check,
)
