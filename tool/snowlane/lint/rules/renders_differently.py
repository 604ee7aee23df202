"""A revision that renders to other statements the next time, by a clock, by chance or by a set."""

from collections.abc import Iterator
from itertools import zip_longest

from snowlane.lint import remedy
from snowlane.lint.facts import Facts, Rendered
from snowlane.lint.finding import Problem, Rule, Severity

_SHOWN = 200


def check(facts: Facts) -> Iterator[Problem]:
    """The first statement of each reported revision that was another one when it was rendered again.

    A deployment that stopped half-way knows by its text what ran, and a rehearsal what it tried.
    """
    for revision in facts.reported_revisions():
        for direction, rendered in (
            ("upgrade", revision.upgrade),
            ("downgrade", revision.downgrade),
        ):
            if rendered.otherwise is not None and facts.only in (None, direction):
                yield _problem(revision.file, direction, rendered, rendered.otherwise)


def _problem(file: str, direction: str, rendered: Rendered, other: tuple[str, ...]) -> Problem:
    pairs = zip_longest(rendered.statements, other)
    at, (now, then) = next((at, pair) for at, pair in enumerate(pairs) if pair[0] != pair[1])
    line = rendered.lines[at] if at < len(rendered.lines) else None
    problem = (
        f"statement {at + 1} of the {direction} is another one each time it is rendered: "
        f"{_shown(now)} may be {_shown(then)} the next time"
    )
    advice = (
        "# let Snowflake make the value, UUID_STRING() or CURRENT_DATE(), take a set by sorted(…),",
        "# or write down what it is now:",
    )
    return Problem(
        file, line, problem, remedy.lines(*advice, remedy.op_sql(now) if now else "pass")
    )


def _shown(text: str | None) -> str:
    return " ".join(text.split())[:_SHOWN] if text else "nothing"


RULE = Rule(
    "renders-differently",
    Severity.ERROR,
    "A revision renders to the same statements each time: what ran of one that stopped is known by them.",
    check,
)
