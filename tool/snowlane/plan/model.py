"""A plan as data: stages of exact statements. It knows neither their sources nor who runs them."""

import hashlib
from dataclasses import dataclass
from enum import Enum
from functools import cached_property


class StageKind(Enum):
    """What a stage does."""

    UPGRADE = "upgrade"
    DOWNGRADE = "downgrade"
    OBJECT = "object"
    SUSPEND = "suspend"
    RESUME = "resume"


@dataclass(frozen=True)
class Statement:
    """One exact SQL text that will be sent; `index` counts from 1 within its stage."""

    index: int
    text: str

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the text, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True)
class Stage:
    """What is done as a whole: one revision or one object.

    `name` is the revision or the object's identity; `record` is the statement that writes down in
    the environment that the stage is done, sent right after the last of `statements`.
    """

    kind: StageKind
    name: str
    title: str
    file: str
    statements: tuple[Statement, ...]
    record: str | None = None


@dataclass(frozen=True)
class Plan:
    """Everything one deployment will do. `current` and `target` are revisions, None the base."""

    environment: str
    current: str | None
    target: str | None
    bundle: str
    stages: tuple[Stage, ...]
    warnings: tuple[str, ...] = ()
    is_protected: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.stages

    @property
    def statement_count(self) -> int:
        """How many statements the stages hold, records left out."""
        return sum(len(stage.statements) for stage in self.stages)

    @property
    def request_count(self) -> int:
        """How many requests the stages take, records included."""
        return self.statement_count + sum(stage.record is not None for stage in self.stages)
