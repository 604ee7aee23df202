"""A three-part name in a database that no environment file maps: a plan refuses it."""

from collections.abc import Iterator
from difflib import get_close_matches

from snowlane.lint import remedy
from snowlane.lint.facts import Facts
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.lint.references import searched
from snowlane.sql.names import parse_path
from snowlane.sql.references import PLAN_RULE, Doubt


def check(facts: Facts) -> Iterator[Problem]:
    """Every name outside the map that is not the database of an environment."""
    logical = sorted(facts.name_map.databases)
    for text, found in searched(facts, facts.name_map.databases.keys(), PLAN_RULE):
        for question in found.questions:
            path = parse_path(question.text)
            if question.doubt is not Doubt.OUTSIDE or not path or path[0] in facts.physical:
                continue
            near = get_close_matches(path[0], logical, n=1, cutoff=0) or [path[0]]
            yield Problem(
                text.file,
                text.line(question.line),
                f"{question.text} is in a database that no environment file maps; the logical "
                f"databases are {', '.join(logical)}",
                remedy.name((near[0], *path[1:])),
            )


RULE = Rule(
    "unmapped-database",
    Severity.ERROR,
    "A name begins with a database that [databases] of the environment files does not know.",
    check,
)
