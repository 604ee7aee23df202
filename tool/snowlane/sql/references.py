"""Finds where a text names one of the given databases, stages or account-level objects.

Works on tokens, never by text search: comments, prose in literals and look-alike prefixes are not
references. Decides where a name stands; what to write there is `snowlane.sql.mapping`'s business.
"""

from collections.abc import Iterator

from snowlane.sql.findings import (
    PLAN_RULE,
    REPOINT_RULE,
    Doubt,
    Findings,
    Question,
    Reference,
    Rule,
    Target,
    Vocabulary,
)
from snowlane.sql.search import search
from snowlane.sql.sql_search import SYSTEM_DATABASES

__all__ = [
    "PLAN_RULE",
    "REPOINT_RULE",
    "SYSTEM_DATABASES",
    "Doubt",
    "Findings",
    "Question",
    "Reference",
    "Rule",
    "Target",
    "Vocabulary",
    "find",
    "paths",
]


def find(text: str, vocabulary: Vocabulary, rule: Rule = PLAN_RULE) -> Findings:
    """Find every reference of a SQL text.

    Raises UnreadableSqlError when a literal, quoted name or comment of the text has no end.
    """
    found = search(text, vocabulary, rule)
    references = [each for each in found if isinstance(each, Reference)]
    references.sort(key=lambda reference: reference.start)
    return Findings(tuple(references), tuple(each for each in found if isinstance(each, Question)))


def paths(found: Findings) -> Iterator[tuple[str, ...]]:
    """The paths that name objects: database, schema and name, each once and in order."""
    full = (reference.path for reference in found.references)
    return iter(dict.fromkeys(path[:3] for path in full if len(path) >= 3))
