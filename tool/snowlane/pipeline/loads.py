"""What a pipe loads into, and what became of the files that a refresh sent. Pure."""

from dataclasses import dataclass

from snowlane.pipeline.model import Path, Pipe
from snowlane.sql.lineage_cursor import Cursor
from snowlane.sql.tokens import UnreadableSqlError, tokenize

_FAILED = "LOAD FAILED"


@dataclass(frozen=True)
class Load:
    """One file as COPY_HISTORY tells of it: `status` is Loaded, Partially loaded, Load failed …"""

    file: str
    status: str
    rows: int = 0
    error: str = ""

    @property
    def has_failed(self) -> bool:
        """Whether nothing of it was loaded."""
        return self.status.upper() == _FAILED


@dataclass(frozen=True)
class PipeOutcome:
    """A pipe that was refreshed: how many files were sent, what was loaded, what still waits."""

    name: str
    sent: int
    loads: tuple[Load, ...] = ()
    pending: int = 0
    error: str = ""

    @property
    def is_well(self) -> bool:
        """Whether everything that was sent was tried, and no file failed as a whole."""
        return (
            not self.pending and not self.error and not any(each.has_failed for each in self.loads)
        )


def target_of(pipe: Pipe) -> Path | None:
    """The table of a pipe's COPY INTO, None where its text cannot be read."""
    try:
        cursor = Cursor(pipe.definition, tokenize(pipe.definition))
    except UnreadableSqlError:
        return None
    if not (cursor.take("COPY") and cursor.take("INTO")):
        return None
    written = cursor.path()
    return None if written is None else (*pipe.path[: 3 - len(written)], *written[-3:])
