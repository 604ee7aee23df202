"""One run of a refresh under the environment's lock: a run of mending whose source is the copy's names."""

from dataclasses import dataclass, field

from snowlane.cloning.run import CloneRun
from snowlane.config.environment import Environment
from snowlane.environments import registry
from snowlane.environments.mending.model import Copy
from snowlane.environments.refresh_steps import RefreshStep
from snowlane.environments.registry import Registered, State
from snowlane.environments.steps import Step
from snowlane.plan.facts import Applied
from snowlane.snowflake.lock import Lock
from snowlane.snowflake.parking import Restored
from snowlane.snowflake.requests import lost

_MENDING = {Step.REPOINT: RefreshStep.REPOINT, Step.CHECK: RefreshStep.CHECK}


@dataclass(frozen=True)
class Aside:
    """The copy that takes the environment's place, and its own lock."""

    environment: Environment
    row: Registered
    lock: Lock

    def change(self, **values: object) -> None:
        """Set columns of its registration. Raises LockedError when its lock was lost."""
        rows = self.lock.execute(registry.change(self.environment, self.lock.token, **values))
        if not rows or int(str(rows[0][0])) != 1:
            raise lost(self.environment.name)


@dataclass(kw_only=True)
class RefreshRun(CloneRun):
    """One run; `source` is the copy, whose names the exchanged databases' objects still say.

    `origin` is what the copy was made from. `is_new` says that the environment was not registered
    before this run.
    """

    aside: Aside
    origin: Environment
    applied: Applied
    at: RefreshStep
    is_new: bool = False
    restored: Restored = field(default_factory=Restored)
    differences: tuple[str, ...] = ()
    points: int = 0

    @property
    def sources(self) -> dict[str, str]:
        """The environment's databases, and what each is in what the copy was made from."""
        there = self.environment.databases
        return {there[logical]: self.origin.databases[logical] for logical in there}

    @property
    def back(self) -> Copy:
        """From the environment's names to the copy's, as it is before the exchange."""
        return Copy({own: aside for aside, own in self.databases.items()})

    @property
    def is_exchanging(self) -> bool:
        """Whether databases may have been exchanged: from here on it can only be finished."""
        return self.at.number >= RefreshStep.SWAP.number

    def enter(self, step: RefreshStep) -> None:
        """Write down what is done next. Raises LockedError when the lock was lost."""
        self.progress(f"[{step.number}/{len(RefreshStep)}] {step.value}")
        self.change(state=State.REFRESHING, step=step.value)
        self.at = step

    def begin(self, step: Step) -> None:
        """The same for the steps that a refresh shares with a clone."""
        self.enter(_MENDING[step])
