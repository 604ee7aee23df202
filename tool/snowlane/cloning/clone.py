"""A whole clone: what is asked for, looked at before anything is made, then step by step to the end.

State and step are in the registry before each step begins, so that the same command goes on after
whatever stopped it, and no half-made copy passes for a good one.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from snowlane.cloning.after import refuse_doubt, run_after
from snowlane.cloning.beginning import (
    begin,
    look_before,
    make_state,
    mark_of,
    own_lock,
    register,
    take_over,
    with_registry,
)
from snowlane.cloning.checking import check_copy
from snowlane.cloning.copying import copy_source
from snowlane.cloning.ending import end, stopped
from snowlane.cloning.granting import grant_access
from snowlane.cloning.handing_over import give_to_environment
from snowlane.cloning.mending import repoint_copy
from snowlane.cloning.order import Order, order_of
from snowlane.cloning.run import CloneRun, Findings, Progress
from snowlane.cloning.sessions import CloneSessions
from snowlane.config.environment import Environment
from snowlane.config.project import Project
from snowlane.environments.destination import Wanted
from snowlane.environments.registry import Registered
from snowlane.environments.steps import is_past_copying
from snowlane.errors import HalfAppliedError, SnowlaneError
from snowlane.plan.unfinished import Attempt
from snowlane.snowflake.interruption import interruptible
from snowlane.snowflake.requests import Requests


@dataclass(frozen=True)
class Cloned:
    """A clone that came to its end; `row` is its registration as it stands now."""

    environment: Environment
    row: Registered
    findings: Findings

    @property
    def is_whole(self) -> bool:
        """Whether the copy holds all that the source held, as it was there."""
        return not self.findings.left_out


def clone(project: Project, wanted: Wanted, *, local: bool, progress: Progress) -> Cloned:
    """Make an environment from another one, or go on with one whose making stopped.

    Raises ConfigurationError and RefusedError before anything is made, LockedError when a deployment
    to the source or another run of the same clone is at work, HalfAppliedError when it stopped on the
    way, and NotMadeError when the copy is there and something in it is not right.
    """
    return carry_out(order_of(project, wanted, local=local, progress=progress))


def carry_out(order: Order) -> Cloned:
    """Do what an order says. Raises as `clone` does."""
    target, environment = order.target, order.environment
    with (
        interruptible(),
        with_registry(order) as session,
        CloneSessions(target, session) as sessions,
    ):
        deployed = look_before(order, session, sessions)
        make_state(order, session)
        with own_lock(order, session) as lock:
            row = register(order, lock, session, deployed)
            attempts = take_over(order, row, lock, session)
            refuse_doubt(environment, attempts)
            run = CloneRun(
                target=target,
                source=order.source,
                row=row,
                lock=lock,
                session=session,
                sessions=sessions,
                requests=Requests(lock, str(uuid.uuid4()), mark_of(row)),
                progress=order.progress,
                accept_incomplete=order.wanted.accept_incomplete,
                findings=Findings(instant=row.instant, left_out=row.left_out),
            )
            is_whole = deployed is not None and deployed.is_whole
            return _guarded(run, order, attempts, is_whole=is_whole)


def _guarded(run: CloneRun, order: Order, attempts: Sequence[Attempt], *, is_whole: bool) -> Cloned:
    """All steps; whatever stops them is written down before it is raised."""
    try:
        begin(run, is_whole=is_whole)
        return Cloned(run.environment, _steps(run, order, attempts), run.findings)
    except KeyboardInterrupt:
        interrupted = stopped(run, HalfAppliedError("interrupted"), order.wanted)
        interrupted.was_interrupted = True
        raise interrupted from None
    except SnowlaneError as error:
        raise stopped(run, error, order.wanted) from None
    except Exception as error:
        # Whatever it was, statements may have run: that must be said and noted.
        unexpected = HalfAppliedError(f"{type(error).__name__}: {error}")
        raise stopped(run, unexpected, order.wanted) from error


def _steps(run: CloneRun, order: Order, attempts: Sequence[Attempt]) -> Registered:
    if not is_past_copying(run.row.step):
        copy_source(run)
    give_to_environment(run)
    repoint_copy(run, attempts)
    run_after(run, order.after, attempts)
    grant_access(run)
    check_copy(run, order.foreign)
    return end(run)
