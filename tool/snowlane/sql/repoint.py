"""Re-points a definition from the databases of one environment to those of another.

Pure: text in, text and findings out. Where a text names a database is the business of
`snowlane.sql.references`; this is its widest rule, applied to one object of a clone.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from snowlane.sql.mapping import Change, NameMap, map_names
from snowlane.sql.references import REPOINT_RULE, Doubt, Question, Rule, Vocabulary, find
from snowlane.sql.tokens import UnreadableSqlError

# Kinds whose definitions hold no code: a literal there is a delimiter, a URL or a value, and names
# something only when it is a full path, such as the name of a format.
_WITHOUT_CODE = frozenset({"TAG", "STAGE", "SEQUENCE", "FILE FORMAT"})
# A table's literals are what goes into its rows, such as a column's default: data that no code reads
# as a name, and that cannot be changed either.
_OF_DATA = frozenset({"TABLE"})


@dataclass(frozen=True)
class Repointed:
    """The new text, what was changed in it, and what a person must look at, in order of place."""

    text: str
    changes: tuple[Change, ...]
    unresolved: tuple[Question, ...]


@dataclass(frozen=True)
class Found:
    """One place that refers, or may refer, to a database that was looked for.

    `text` is the path as stored names; `doubt` says why a place is not certain.
    """

    line: int
    text: str
    certain: bool
    doubt: Doubt | None = None


def repoint(text: str, mapping: Mapping[str, str], kind: str) -> Repointed:
    """Replace every reference to a source database by its destination.

    `text` is what GET_DDL or SHOW gives for an object, or a part of it; `mapping` goes from stored
    source to stored destination names; `kind` is the object's kind as SHOW and GET_DDL call it.
    Raises nothing: what cannot be read comes back as it was, and as unresolved.
    """
    databases = {source: target for source, target in mapping.items() if source != target}
    try:
        mapped = map_names(text, NameMap(databases), _rule(kind))
    except (UnreadableSqlError, RecursionError) as error:
        return Repointed(text, (), (_unreadable(error),))
    return Repointed(mapped.text, mapped.changes, _in_order(mapped.questions))


def references(text: str, databases: Collection[str], kind: str) -> tuple[Found, ...]:
    """Every place of a text that refers to one of the databases, or may do so; in order of lines."""
    try:
        found = find(text, Vocabulary(frozenset(databases)), _rule(kind))
    except (UnreadableSqlError, RecursionError) as error:
        question = _unreadable(error)
        return (Found(question.line, question.text, certain=False, doubt=question.doubt),)
    certain = [Found(each.line, ".".join(each.path), certain=True) for each in found.references]
    doubtful = [
        Found(each.line, each.text, certain=False, doubt=each.doubt) for each in found.questions
    ]
    return tuple(sorted(certain + doubtful, key=lambda each: each.line))


def _rule(kind: str) -> Rule:
    if kind in _OF_DATA:
        return replace(REPOINT_RULE, literals_are_data=True)
    return replace(REPOINT_RULE, shortest_literal=3) if kind in _WITHOUT_CODE else REPOINT_RULE


def _unreadable(error: UnreadableSqlError | RecursionError) -> Question:
    if isinstance(error, UnreadableSqlError):
        return Question(Doubt.UNREADABLE, error.line, str(error))
    return Question(Doubt.UNREADABLE, 1, "strings lie too deep in one another")


def _in_order(questions: tuple[Question, ...]) -> tuple[Question, ...]:
    return tuple(sorted(questions, key=lambda question: (question.line, question.start)))
