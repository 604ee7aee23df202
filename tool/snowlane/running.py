"""Runs an environment's pipeline by hand: refreshes pipes, then executes task graphs, and waits for the outcome.

The deployment lock is held meanwhile, so that nothing is deployed under a run. What has not ended when
the time is over runs on; nothing is stopped.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from snowlane.config.environment import Environment
from snowlane.deploying import locked
from snowlane.errors import RefusedError, SnowlaneError
from snowlane.impacting import catalog_of_account
from snowlane.pipeline.graphs import Graphs
from snowlane.pipeline.loads import PipeOutcome
from snowlane.pipeline.model import Pipe, Pipeline, Task
from snowlane.pipeline.naming import chosen, logical
from snowlane.pipeline.order import Flows, Footprint, fed_by, run_order
from snowlane.pipeline.parking import Change
from snowlane.pipeline.runs import GraphOutcome, outcome
from snowlane.plan.facts import Applied
from snowlane.plan.parked import Parked
from snowlane.snowflake.interruption import interruptible
from snowlane.snowflake.lock import Lock
from snowlane.snowflake.parking import send
from snowlane.snowflake.pipeline_state import read_pipeline, read_pipes, read_runs
from snowlane.snowflake.refreshing import read_loads, refresh
from snowlane.snowflake.restore_facts import server_time
from snowlane.snowflake.session import Session
from snowlane.snowflake.state import read_applied
from snowlane.target import Target

Progress = Callable[[str], None]
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 5.0
# After this long without a change, what has not run of a graph does not come.
_QUIET = timedelta(seconds=10)


@dataclass(frozen=True)
class Ran:
    """What a run came to; `left` are roots that were not asked for and do not run by themselves."""

    pipes: tuple[PipeOutcome, ...] = ()
    graphs: tuple[GraphOutcome, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def is_well(self) -> bool:
        """Whether all of it came through."""
        return all(each.is_well for each in self.pipes) and all(
            each.is_well for each in self.graphs
        )


def run(
    target: Target, names: Sequence[str], *, pipes: bool, wait: timedelta, progress: Progress
) -> Ran:
    """Run the named graphs and pipes; without names all graphs that run by themselves, fed ones last.

    With `pipes` all pipes are refreshed before. Raises ConfigurationError for a name that cannot be
    run, RefusedError for a paused pipe, and LockedError.
    """
    environment = target.environment
    with interruptible(), target.open() as session:
        read_applied(session, environment)
        pipeline = read_pipeline(session, environment)
        # A wrong name is told before the lock is taken.
        chosen(names, pipeline, environment.databases)
        with locked(target, session, progress) as (lock, applied):
            pipeline = read_pipeline(session, environment)
            started = _Run(session, lock, pipeline, wait, progress)
            try:
                return started.run(names, applied, pipes=pipes)
            except KeyboardInterrupt:
                raise SnowlaneError(
                    f"{environment.name}: interrupted; what was begun runs on by itself",
                    next=f"see it with `snowlane pipeline status {environment.name}`",
                ) from None


class _Run:
    """One run under the lock; the time it may take counts from its beginning."""

    def __init__(
        self,
        session: Session,
        lock: Lock,
        pipeline: Pipeline,
        wait: timedelta,
        progress: Progress,
    ) -> None:
        self.session = session
        self.lock = lock
        self.environment: Environment = lock.environment
        self.pipeline = pipeline
        self.graphs = Graphs(pipeline.tasks)
        self.until = time.monotonic() + wait.total_seconds()
        self.progress = progress

    def run(self, names: Sequence[str], applied: Applied, *, pipes: bool) -> Ran:
        roots, refreshed = chosen(names, self.pipeline, self.environment.databases)
        left: list[str] = []
        if pipes:
            refreshed = [pipe for pipe in self.pipeline.pipes if not pipe.is_paused]
        if not names:
            roots, left = _active(self.graphs, applied.parked)
        self._refuse_paused(refreshed)
        loaded = self._refresh(refreshed)
        return Ran(tuple(loaded), tuple(self._execute(self._footprints(roots))), tuple(left))

    def _refuse_paused(self, pipes: Iterable[Pipe]) -> None:
        paused = [pipe.name for pipe in pipes if pipe.is_paused]
        if paused:
            raise RefusedError(
                f"{self.environment.name}: {', '.join(paused)} would load nothing",
                why="a paused pipe keeps the files that a refresh sends to it",
                next=f"resume first: `snowlane pipeline resume {self.environment.name}`, or ALTER PIPE "
                "… SET PIPE_EXECUTION_PAUSED = FALSE",
            )

    def _refresh(self, pipes: Sequence[Pipe]) -> list[PipeOutcome]:
        if not pipes:
            return []
        since = self._now()
        outcomes = []
        for pipe in pipes:
            self.progress(f"refreshing pipe {pipe.name}")
            outcomes.append(refresh(self.session, pipe))
        pause = _FIRST_PAUSE
        now = read_pipes(self.session, pipes)
        while any(pipe.pending for pipe in now) and self._sleep(pause):
            pause = min(pause * 1.5, _LONGEST_PAUSE)
            now = read_pipes(self.session, pipes)
        loads = read_loads(self.session, pipes, since)
        return [
            replace(
                each,
                loads=loads.get(each.name, ()),
                pending=pipe.pending,
                error=each.error or pipe.error,
            )
            for each, pipe in zip(outcomes, now, strict=True)
        ]

    def _footprints(self, roots: Sequence[Task]) -> dict[str, Footprint]:
        """What each graph reads and writes; one graph alone needs no order."""
        if len(roots) < 2:
            return {root.name: Footprint() for root in roots}
        flows = Flows(catalog_of_account(self.session, self.environment).all_moved())
        databases = self.environment.databases
        return {
            root.name: flows.footprint(
                logical(self.graphs.tasks[name].path, databases)
                for name in self.graphs.members(root.name)
            )
            for root in roots
        }

    def _execute(self, footprints: dict[str, Footprint]) -> list[GraphOutcome]:
        outcomes: dict[str, GraphOutcome] = {}
        for root in run_order(footprints):
            fed = fed_by(root, footprints)
            broken = [each for each in fed if each in outcomes and not outcomes[each].is_well]
            if broken:
                why = f"not run: it reads what {broken[0]} did not write"
                outcomes[root] = GraphOutcome(root, why=why)
            elif outcomes and time.monotonic() >= self.until:
                outcomes[root] = GraphOutcome(root, why="not run: the time was over")
            else:
                outcomes[root] = self._execute_graph(root)
        return list(outcomes.values())

    def _execute_graph(self, root: str) -> GraphOutcome:
        # The clock of the account and the time that a run is scheduled for may differ a little.
        since = self._now() - timedelta(seconds=1)
        self.progress(f"executing task {root}")
        ((_, answer),) = send(
            self.session, self.lock, [Change("TASK", root, f"EXECUTE TASK {root}")]
        )
        if not answer.is_done:
            return GraphOutcome(root, why=f"{answer.number:06d}: {answer.message}")
        return self._follow(root, since)

    def _follow(self, root: str, since: datetime) -> GraphOutcome:
        pause, before, changed = _FIRST_PAUSE, None, time.monotonic()
        while True:
            runs = read_runs(self.session, self.environment, [self.graphs.tasks[root]])[root]
            is_quiet = time.monotonic() - changed > _QUIET.total_seconds()
            found = outcome(self.graphs, root, runs, since, is_quiet=is_quiet)
            if found != before:
                changed, before = time.monotonic(), found
                self._tell(found)
            if found.is_over or not self._sleep(pause):
                return found
            pause = min(pause * 1.5, _LONGEST_PAUSE)

    def _tell(self, found: GraphOutcome) -> None:
        at_work = [
            f"{each.name} {each.run.state.lower()}"
            for each in found.tasks
            if each.run is not None and each.run.is_under_way
        ]
        if at_work:
            self.progress(f"  {', '.join(at_work)}")

    def _now(self) -> datetime:
        return server_time(self.session)

    def _sleep(self, seconds: float) -> bool:
        """Wait a while; False when the time is over."""
        left = self.until - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(seconds, left))
        return True


def _active(graphs: Graphs, parked: Sequence[Parked]) -> tuple[list[Task], list[str]]:
    """The roots that run by themselves, or would without a pause, and the names of the others."""
    remembered = {each.name for each in parked}
    roots = graphs.roots()
    active = [root for root in roots if root.is_started or root.name in remembered]
    return active, [root.name for root in roots if root not in active]
