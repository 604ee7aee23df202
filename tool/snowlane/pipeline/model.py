"""Tasks, streams, pipes and alerts as an account tells of them. Knows no statement."""

from dataclasses import dataclass
from datetime import datetime

from snowlane.sql.names import qualified

Path = tuple[str, ...]

RUNNING_PIPE = "RUNNING"
PAUSED_PIPE = "PAUSED"
_FAILED = ("FAILED", "FAILED_AND_AUTO_SUSPENDED")
_UNDER_WAY = ("SCHEDULED", "EXECUTING")


@dataclass(frozen=True)
class Run:
    """One run of a task or alert; times are UTC. `id` is shared by the runs of one graph.

    `by_hand` says that EXECUTE TASK started it, not its schedule.
    """

    state: str
    scheduled: datetime | None = None
    started: datetime | None = None
    ended: datetime | None = None
    error: str = ""
    id: str = ""
    by_hand: bool = False

    @property
    def has_failed(self) -> bool:
        """Whether it ended in an error; an alert's states say in which part."""
        return self.state in _FAILED or self.state.endswith("_FAILED")

    @property
    def is_under_way(self) -> bool:
        """Whether it is to come or has not ended."""
        return self.state in _UNDER_WAY


@dataclass(frozen=True)
class Task:
    """A task; `after` are the full names of its predecessors, or of the root whose graph it finalizes.

    A finalizer runs whatever became of the others. `id` is the account's own; `reason` says why it was suspended.
    """

    path: Path
    is_started: bool
    after: tuple[str, ...] = ()
    schedule: str = ""
    condition: str = ""
    definition: str = ""
    id: str = ""
    reason: str = ""
    last: Run | None = None
    is_finalizer: bool = False

    @property
    def name(self) -> str:
        """The full name as SQL takes it."""
        return qualified(*self.path)


@dataclass(frozen=True)
class Stream:
    """A stream; `has_data` is None where that could not be asked."""

    path: Path
    base: str
    is_stale: bool
    has_data: bool | None = None
    stale_after: datetime | None = None

    @property
    def name(self) -> str:
        """The full name as SQL takes it."""
        return qualified(*self.path)


@dataclass(frozen=True)
class Pipe:
    """A pipe; `state` is its executionState, "" where that could not be asked, which `error` says.

    `pending` are the files that wait or are being loaded.
    """

    path: Path
    state: str
    pending: int = 0
    definition: str = ""
    owner: str = ""
    error: str = ""
    last_loaded: str = ""

    @property
    def name(self) -> str:
        """The full name as SQL takes it."""
        return qualified(*self.path)

    @property
    def is_paused(self) -> bool:
        """Whether somebody paused it."""
        return self.state.startswith(PAUSED_PIPE)

    @property
    def is_stuck(self) -> bool:
        """Whether it loads nothing though nobody paused it."""
        return self.state.startswith(("STALLED", "STOPPED"))


@dataclass(frozen=True)
class Alert:
    """An alert; `definition` is its condition and its action."""

    path: Path
    is_started: bool
    schedule: str = ""
    definition: str = ""
    last: Run | None = None

    @property
    def name(self) -> str:
        """The full name as SQL takes it."""
        return qualified(*self.path)


@dataclass(frozen=True)
class Pipeline:
    """All that runs by itself in the databases of an environment."""

    tasks: tuple[Task, ...] = ()
    streams: tuple[Stream, ...] = ()
    pipes: tuple[Pipe, ...] = ()
    alerts: tuple[Alert, ...] = ()
