"""Takes an environment back to a restore point: finds the point, shows what is lost, runs the plan.

Commands come in here; what is put back `snowlane.restore` decides. A rollback is a deployment like
any other: under the lock, journaled, and kept by a restore point of its own.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from snowlane.config.environment import Environment
from snowlane.deploying import locked
from snowlane.errors import ConfigurationError, HalfAppliedError, RefusedError, SnowlaneError
from snowlane.plan.facts import Applied
from snowlane.plan.journal import Origin
from snowlane.restore.chain import merged
from snowlane.restore.facts import Goal
from snowlane.restore.parked import left_parked
from snowlane.restore.point import RestorePoint, is_id
from snowlane.restore.rollback import Rollback, plan_rollback
from snowlane.snowflake.executor import Deployed, execute_plan
from snowlane.snowflake.interruption import interruptible
from snowlane.snowflake.restore_points import (
    Listed,
    list_points,
    make_point,
    uncovered_deployments,
)
from snowlane.snowflake.restore_present import read_present
from snowlane.snowflake.session import Session
from snowlane.snowflake.state import read_applied, read_last_done
from snowlane.target import Target

Progress = Callable[[str], None]
# The SQLSTATE of an object that exists already.
_NAME_TAKEN = "(42710)"


def restore_points(target: Target) -> list[Listed]:
    """The recorded points of an environment, oldest first, checked against what is there."""
    with target.open() as session:
        read_applied(session, target.environment)
        return list_points(session, target.environment)


def roll_back(
    target: Target,
    *,
    to: str | None,
    accept_stream_loss: bool,
    progress: Progress,
    show: Callable[[Rollback], None],
    confirm: Callable[[Rollback], None],
) -> tuple[Rollback, Deployed | None]:
    """Back to a point, when `show` has told what that loses and `confirm` has not raised.

    `to` None is the point of the rollback that stopped half way, else the one from before the
    migration that is not finished, however often it was tried, else the newest that was made before
    a migration: a rollback that is repeated undoes nothing.

    Raises ConfigurationError for a point that there is not, RefusedError when a point is gone or was
    made inside a revision, when deployments since then have none, or when streams would lose rows
    and that is not accepted;
    LockedError when a deployment is at work, HalfAppliedError after a statement ran.
    """
    environment = target.environment
    with interruptible(), target.open() as session:
        applied = read_applied(session, environment)
        # Found before the lock is taken, so that a wrong name is told at once.
        _chosen(environment, applied, list_points(session, environment), to)
        with locked(target, session, progress) as (lock, applied):
            chain = _chosen(environment, applied, list_points(session, environment), to)
            _refuse_uncovered(session, environment, chain[0])
            points = [each.point for each in chain]
            goal = Goal(chain[0].point, left_parked(merged(points), applied.parked))
            present = read_present(session, environment, points, goal.content, progress)
            rollback = plan_rollback(environment, goal, present, current=applied.version)
            if rollback.plan.is_empty:
                return rollback, None
            show(rollback)
            if rollback.lost and not accept_stream_loss:
                raise _loses_rows(rollback)
            confirm(rollback)
            deployment = str(uuid.uuid4())
            days = environment.restore_days
            make_point(
                session,
                environment,
                rollback.plan,
                deployment,
                progress,
                days=days,
                rollback_to=goal.point.id,
                half_applied=applied.half_applied,
            )
            with _own_words(environment, goal.point.id, accept_stream_loss):
                deployed = execute_plan(
                    session,
                    lock,
                    rollback.plan,
                    progress,
                    reopen=target.open,
                    origin=_origin(session, environment, goal.point),
                    deployment=deployment,
                )
            return rollback, deployed


def _origin(session: Session, environment: Environment, point: RestorePoint) -> Origin:
    """What is deployed afterwards: the commit that was when the point was made."""
    last = read_last_done(session, environment, point.taken_at)
    commit, branch = (last.commit, last.branch) if last else ("", "")
    return Origin(commit, branch, note=f"rollback to {point.id}")


def _chosen(
    environment: Environment, applied: Applied, listed: list[Listed], to: str | None
) -> list[Listed]:
    """The point asked for and all later ones, all of them usable."""
    name = environment.name
    whole = [each for each in listed if each.point.content is not None]
    if not whole:
        raise RefusedError(
            f"{name} has no restore point",
            why="one is made before a deployment to a protected environment, or with "
            "`migrate --restore-point`, and expires",
            next=f"run the downgrades instead: `snowlane migrate {name} --to REV`",
        )
    known = ", ".join(each.point.id for each in whole)
    if to is not None and to not in [each.point.id for each in whole]:
        form = "" if is_id(to) else "; an id looks like 20261123_141500_1F2E"
        raise ConfigurationError(
            f"{name} has no restore point {to}",
            why=f"there are: {known}{form}",
            next=f"`snowlane rollback {name} --list` shows them",
        )
    wanted = to or _default(applied, [each.point for each in whole])
    _refuse_inside(environment, next(each.point for each in whole if each.point.id == wanted))
    chain = [each for each in whole if each.point.id >= wanted]
    gone = [each for each in chain if each.missing]
    if gone:
        raise RefusedError(
            f"{name}: the restore point {gone[0].point.id} is gone",
            why="\n".join(
                f"{each.point.id}: {', '.join(each.missing)} was dropped by hand" for each in gone
            ),
            next=f"undrop the schemas of these names if it was today, choose a later point "
            f"(`snowlane rollback {name} --list`), or run the downgrades: "
            f"`snowlane migrate {name} --to REV`",
        )
    return chain


def _default(applied: Applied, points: list[RestorePoint]) -> str:
    unfinished = {each.id for each in applied.unfinished.deployments}
    first_try = ""
    for point in reversed(points):
        is_unfinished = point.deployment in unfinished
        goes_to = point.content.rollback_to if point.content else ""
        if goes_to and is_unfinished and goes_to in [each.id for each in points]:
            return goes_to
        if not goes_to and not is_unfinished:
            return first_try or point.id
        if not goes_to:
            # A migration that is tried again makes a point of its own; before the first try is meant.
            first_try = point.id
    return first_try or points[-1].id


def _refuse_inside(environment: Environment, point: RestorePoint) -> None:
    inside = point.content.half_applied if point.content else ""
    if not inside:
        return
    name = environment.name
    raise RefusedError(
        f"{name}: the restore point {point.id} was made inside {inside}",
        why="a part of it had run; back there it would still have, and the next migrate would run it again",
        next=f"choose a point that was made before (`snowlane rollback {name} --list`), or finish the "
        f"revision: `snowlane migrate {name}`",
    )


def _refuse_uncovered(session: Session, environment: Environment, oldest: Listed) -> None:
    uncovered = uncovered_deployments(session, environment, oldest.point)
    if not uncovered:
        return
    name = environment.name
    raise RefusedError(
        f"{name}: deployments since {oldest.point.id} have no restore point of their own",
        why="\n".join(
            f"{identity}, begun {started}, to {revision}: what it changed cannot be put back"
            for identity, started, revision in uncovered
        ),
        next=f"choose a later point (`snowlane rollback {name} --list`), or run the downgrades: "
        f"`snowlane migrate {name} --to REV`",
    )


def _loses_rows(rollback: Rollback) -> RefusedError:
    name = rollback.plan.environment
    lines = [
        f"stream {each.stream} on {each.table}: rows that waited {each.when} are seen by nobody"
        for each in rollback.lost
    ]
    return RefusedError(
        f"{name}: streams would begin anew with rows waiting in them",
        why="\n".join(lines),
        next="run the tasks that read them first, or accept it: "
        f"`snowlane rollback {name} --to {rollback.goal.point.id} --accept-stream-loss`",
    )


@contextmanager
def _own_words(environment: Environment, point: str, accepted: bool) -> Iterator[None]:
    """The executor's errors say how a migration goes on; a rollback goes on in its own way."""
    try:
        yield
    except SnowlaneError as error:
        option = " --accept-stream-loss" if accepted else ""
        again = f"`snowlane rollback {environment.name} --to {point}{option}`"
        taken = ""
        if _NAME_TAKEN in error.why:
            taken = (
                f"{environment.role} does not see what has this name, so somebody else made it or took it "
                "over: have its owner rename it or hand it back, or "
            )
        error.next = f"{taken}correct the cause and run {again} again"
        if isinstance(error, HalfAppliedError):
            error.next += ": it compares anew, does what is left and repeats nothing that is done"
        raise
