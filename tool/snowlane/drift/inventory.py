"""What an environment holds, or should hold: tables and all other things, by physical path.

Both sides of a comparison are one of these. Knows neither accounts nor revisions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from snowlane.sql.lineage_changes import Path
from snowlane.sql.lineage_tables import Table


@dataclass(frozen=True, order=True)
class Key:
    """What a thing is: `arguments` is `(VARCHAR, NUMBER)` for procedures and functions, else ""."""

    path: Path
    kind: str
    arguments: str = ""


@dataclass(frozen=True)
class Thing:
    """A schema, stage, file format, sequence or object, taken apart for comparing.

    `aspects` are its properties by name; `text` is the statement that makes it, where it is known.
    """

    key: Key
    aspects: Mapping[str, str] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True, order=True)
class NotFollowed:
    """A statement whose effect on tables and things is not known; `where` names its revision."""

    where: str
    statement: str
    why: str


@dataclass(frozen=True)
class Inventory:
    """Tables and things, and the statements whose effect is missing from them."""

    tables: Mapping[Path, Table] = field(default_factory=dict)
    things: Mapping[Key, Thing] = field(default_factory=dict)
    not_followed: tuple[NotFollowed, ...] = ()
