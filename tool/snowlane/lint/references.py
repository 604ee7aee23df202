"""Where the texts of revisions and objects name databases, for the rules about names."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from snowlane.lint.facts import Facts
from snowlane.sql.references import Findings, Reference, Rule, Vocabulary, find
from snowlane.sql.tokens import UnreadableSqlError


@dataclass(frozen=True)
class Text:
    """A SQL text of a revision or object; `first_line` is where it begins in its file.

    `exact` says that lines within the text are lines of the file.
    """

    file: str
    first_line: int | None
    text: str
    exact: bool

    def line(self, within: int) -> int | None:
        """The line of the file for a line of the text."""
        return within if self.exact else self.first_line


def texts(facts: Facts) -> Iterator[Text]:
    """All reported SQL: statements of both directions, and object files as they stand."""
    for statement in facts.statements:
        yield Text(statement.file, statement.line, statement.text, exact=False)
    for each, _ in facts.reported_objects():
        yield Text(each.file, 1, each.source, exact=True)


def searched(
    facts: Facts, databases: Collection[str], rule: Rule
) -> Iterator[tuple[Text, Findings]]:
    """Each text with what it names; a text that cannot be split into tokens is left out."""
    for text in texts(facts):
        try:
            yield text, find(text.text, Vocabulary(databases), rule)
        except UnreadableSqlError:
            continue


def written(text: str, reference: Reference) -> str:
    """The reference's path as far as it is written in the text."""
    return ".".join(part for part in reference.path if part) or text
