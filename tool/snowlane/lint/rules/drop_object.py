"""A tombstone of an object that another object still names."""

from collections.abc import Iterator

from snowlane.lint.facts import Facts
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.lint.leftovers import line_of


def check(facts: Facts) -> Iterator[Problem]:
    """Every object that names what a tombstone drops and no other file makes."""
    made = {each.defined.identity.path for each in facts.objects if each.defined}
    for tombstone in facts.objects:
        dropped = tombstone.drops
        if dropped is None or dropped.path in made:
            continue
        for each in facts.objects:
            if each.defined is None or dropped.path not in each.defined.references:
                continue
            identity, line = each.defined.identity, line_of(each, dropped.name)
            here = facts.is_reported(each.file)
            yield Problem(
                each.file if here else tombstone.file,
                line if here else 1,
                f"{identity} names {dropped} ({each.file}, line {line}), which "
                f"{tombstone.file} drops",
                f"-- write in {each.file}:\n{identity.as_drop};",
            )


RULE = Rule(
    "drop-object",
    Severity.ERROR,
    "Objects that still name a dropped object fail.",
    check,
)
