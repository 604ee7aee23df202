"""The mark that ties a test to a statement about Snowflake. Knows no account, nor how a statement is tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import pytest

Test = TypeVar("Test", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Fact:
    """A statement about Snowflake.

    `section` is one of 1 column changes, 2 type changes, 3 clones, 4 commit, undo and locks, 5 dependencies,
    6 maintenance, 7 the runbook, 8 sign-in and requests. `source` is a page of the manual ("D: …"), "tried" on the
    client's side, or "mem" or "inf" for memory and inference. `beyond` names what the local account refuses by name,
    so that the fact can be tried on a real account only.
    """

    section: str
    statement: str
    source: str
    beyond: str | None = None

    @property
    def risky(self) -> bool:
        """Whether the fact rests on memory or inference."""
        return self.source in ("mem", "inf")

    def as_property(self) -> dict[str, Any]:
        """The JSON form, for the test's report."""
        return asdict(self)


def fact(
    section: str, statement: str, source: str, *, beyond: str | None = None
) -> Callable[[Test], Test]:
    """Mark a test as the trial of one fact; the statement and its source become the test's docstring."""

    def marked(test: Test) -> Test:
        test.__doc__ = f"{statement} ({source})"
        marked_test: Test = pytest.mark.fact(Fact(section, statement, source, beyond))(test)
        return marked_test

    return marked


def fact_of(item: pytest.Item) -> Fact | None:
    """The fact that a test tries."""
    marker = item.get_closest_marker("fact")
    found: Fact | None = marker.args[0] if marker else None
    return found
