"""What a rule finds, and what a rule is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snowlane.lint.facts import Facts


class Severity(Enum):
    """Whether a finding stops a deployment."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Problem:
    """One thing a rule found: where, what is wrong, and the text to paste instead.

    `line` counts from 1 and is None where it is not known. `severity` is set where this case is
    less, or more, than the rule's own.
    """

    file: str
    line: int | None
    problem: str
    remedy: str
    severity: Severity | None = None


@dataclass(frozen=True)
class Rule:
    """One lint: its name in code, file and output, what it is about, and how it is found."""

    name: str
    severity: Severity
    summary: str
    check: Callable[["Facts"], Iterator[Problem]]


@dataclass(frozen=True)
class Finding:
    """A problem with the name of the rule that found it."""

    rule: str
    severity: Severity
    file: str
    line: int | None
    problem: str
    remedy: str
