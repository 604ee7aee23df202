"""The steps of a clone, in order. Each is written into the registry before it begins."""

from enum import Enum


class Step(Enum):
    """What a clone is doing; the values are what people read."""

    REGISTERED = "registered"
    DATABASES = "copying the databases"
    HAND_OVER = "handing the copies over"
    REPOINT = "re-pointing what refers to the source"
    AFTER = "running the SQL that comes after"
    GRANTS = "granting access"
    CHECK = "looking for what still refers to the source"
    READY = "ready"

    @property
    def number(self) -> int:
        """Its place, from 0."""
        return tuple(Step).index(self)


def is_past_copying(written: str) -> bool:
    """Whether a registered step lies behind the copying: what comes then may be done again."""
    try:
        return Step(written).number > Step.DATABASES.number
    except ValueError:
        return False
