"""What a search for names is asked, and what it answers: rules, references and questions.

Plain data, so that finding and rewriting need not know one another.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from snowlane.sql.literals import Write


class Doubt(Enum):
    """Why a place cannot be judged, or must not stand as it is."""

    OUTSIDE = "names a database outside the map"
    ALIAS = "is an alias or a table's name equal to that of a database"
    TWO_PARTS = "could be a schema or an alias and its column"
    IN_TEXT = "stands inside a longer literal"
    PIECES = "is a name built from pieces"
    CUT = "may go on in another string"
    PATTERN = "is a pattern that matches a database"
    DATA = "may be a value and not a name"
    CASE = "differs from a database only in the case of its letters"
    UNREADABLE = "cannot be split into tokens"
    UNWRITABLE = "stands where the new name cannot be written"


@dataclass(frozen=True)
class Rule:
    """How far a search goes.

    `shortest` is the number of parts from which a path names a database by its form alone, and
    `shortest_literal` the same for a literal that as a whole is a path. `sql_in_strings` also reads
    literals that begin like SQL text. `is_thorough` reads every string as the code that it is part
    of, glued together as it will be, and asks about names that are built from pieces; it does not
    ask about databases that are not looked for. With `literals_are_data` no code reads the text's
    literals: they are values, and asked about, but for the name of a file format.
    """

    shortest: int = 3
    shortest_literal: int = 3
    sql_in_strings: bool = False
    is_thorough: bool = False
    literals_are_data: bool = False


PLAN_RULE = Rule()
REPOINT_RULE = Rule(shortest_literal=1, sql_in_strings=True, is_thorough=True)


@dataclass(frozen=True)
class Vocabulary:
    """The stored names to look for: databases, account-level names, and stages by full path."""

    databases: Collection[str]
    names: Collection[str] = ()
    stages: Collection[str] = ()


class Target(Enum):
    """What a reference names."""

    DATABASE = "database"
    NAME = "account-level name"
    STAGE_URL = "stage URL"


@dataclass(frozen=True)
class Reference:
    """One place that names something: `start` and `end` span what a mapping would replace.

    `path` is the whole dotted path in stored names; `write` writes a text the way the place needs
    it; `quoted` says that the name stood in double quotes, `in_small` that it is a literal of its
    own in small letters, which may be compared with a value in small letters.
    """

    target: Target
    start: int
    end: int
    line: int
    path: tuple[str, ...]
    write: Write
    quoted: bool = False
    in_small: bool = False


@dataclass(frozen=True)
class Question:
    """One place that could not be judged; `text` is what stands there, `start` its offset."""

    doubt: Doubt
    line: int
    text: str
    start: int = 0


@dataclass(frozen=True)
class Findings:
    """All references in order of place, and all questions."""

    references: tuple[Reference, ...]
    questions: tuple[Question, ...]
