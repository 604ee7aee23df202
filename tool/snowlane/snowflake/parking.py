"""Parks a pipeline, waits for what is under way, and puts back what is remembered; all under the lock.

Which statements do that `snowlane.pipeline.parking` decides. What is remembered is written before
anything is suspended and struck off when it is as it was, so that each of these may be cut off
anywhere and done again.
"""

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from snowlane.config.environment import Environment
from snowlane.errors import LockedError, SnowflakeError
from snowlane.pipeline.graphs import Graphs
from snowlane.pipeline.model import RUNNING_PIPE, Pipe, Pipeline
from snowlane.pipeline.parking import (
    PIPE,
    Change,
    PutBack,
    expected,
    hidden,
    not_parked,
    to_pause,
    to_put_back,
)
from snowlane.pipeline.requests import AT_ONCE, Answer, fenced, read_answers
from snowlane.pipeline.under_way import alerts_under_way, graphs_under_way, pipes_under_way
from snowlane.plan.activity import owed_object
from snowlane.plan.facts import Applied
from snowlane.plan.journal import FENCE_MESSAGE, still_owes
from snowlane.plan.parked import Cause, Parked, adopt, earliest, forget, remember
from snowlane.plan.state_tables import state_upgrade
from snowlane.snowflake.lock import Lock
from snowlane.snowflake.pipeline_state import (
    read_pipeline,
    read_pipes,
    read_runs,
    read_sizes,
    with_last_alerts,
)
from snowlane.snowflake.restore_facts import server_time
from snowlane.snowflake.session import DOES_NOT_EXIST, NOT_AUTHORIZED, Session

Progress = Callable[[str], None]
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 10.0


@dataclass(frozen=True)
class Refused:
    """A statement that Snowflake refused, and why."""

    change: Change
    why: str

    def __str__(self) -> str:
        return f"{self.change}: {self.why}"


@dataclass(frozen=True)
class Paused:
    """What a pause came to: what it wrote down, what it suspended, what it could not.

    `waits_for` are the roots and pipes whose work may still be under way.
    """

    remembered: tuple[Parked, ...]
    changes: tuple[Change, ...]
    refused: tuple[Refused, ...]
    notes: tuple[str, ...]
    pipeline: Pipeline
    waits_for: tuple[Pipe, ...]


@dataclass(frozen=True)
class Restored:
    """What putting back came to: what runs again, what is gone, what was refused and stays remembered."""

    changes: tuple[Change, ...] = ()
    same: tuple[Parked, ...] = ()
    gone: tuple[Parked, ...] = ()
    refused: tuple[Refused, ...] = ()


def park(
    session: Session,
    lock: Lock,
    applied: Applied,
    cause: Cause,
    progress: Progress,
) -> Paused:
    """Write down what runs and suspend it; `applied` tells what an earlier pause wrote down.

    What it says is applied, and the role does not see, is among the notes. Raises LockedError when
    the lock was lost.
    """
    remembered = applied.parked
    pipeline = read_pipeline(session, lock.environment)
    pause = to_pause(pipeline, remembered, cause)
    if cause is Cause.PAUSE and any(each.cause is not cause for each in remembered):
        # A deployment that was killed left it; from now on a person keeps it parked.
        session.execute(adopt(lock.environment, lock.token))
    if pause.remember:
        write_down(session, lock, pause.remember)
    for change in pause.changes:
        progress(f"{'pausing' if change.kind == PIPE else 'suspending'} {change}")
    answers = send(session, lock, pause.changes)
    refused = _refused(answers)
    failed = not_parked(pause, pipeline.tasks, {each.change.key for each in refused})
    if failed:
        session.execute(forget(lock.environment, lock.token, failed))
    ours = {each.name for each in remembered if each.was == RUNNING_PIPE}
    return Paused(
        remembered=tuple(each for each in pause.remember if each not in failed),
        changes=tuple(change for change, answer in answers if answer.is_done),
        refused=refused,
        notes=(*pause.notes, *hidden(pipeline, lock.environment, applied.objects)),
        pipeline=pipeline,
        waits_for=tuple(
            pipe for pipe in pipeline.pipes if pipe.state == RUNNING_PIPE or pipe.name in ours
        ),
    )


def write_down(session: Session, lock: Lock, parked: Sequence[Parked]) -> None:
    """Remember something before it is touched. Raises LockedError."""
    statement = remember(lock.environment, lock.token, parked, lock.owner)
    try:
        written = session.execute(statement).row_count
    except SnowflakeError as error:
        if error.number not in DOES_NOT_EXIST:
            raise
        # An earlier release made no such table.
        for upgrade in state_upgrade(lock.environment):
            session.execute(upgrade)
        written = session.execute(statement).row_count
    if written != len(parked):
        raise _lost(lock)


def wait_until_quiet(
    session: Session,
    environment: Environment,
    paused: Paused,
    longest: timedelta,
    progress: Progress,
) -> list[str]:
    """Wait for task graphs, loads and alerts under way; gives back what still runs when the time is over."""
    until = time.monotonic() + longest.total_seconds()
    pause, told = _FIRST_PAUSE, None
    roots, alerts = Graphs(paused.pipeline.tasks).roots(), paused.pipeline.alerts
    while True:
        running = graphs_under_way(read_runs(session, environment, roots))
        running += pipes_under_way(read_pipes(session, paused.waits_for))
        running += alerts_under_way(with_last_alerts(session, environment, alerts))
        left = until - time.monotonic()
        if not running or left <= 0:
            return running
        if running != told:
            progress(f"waiting for {len(running)} to end: {'; '.join(running)}")
            told = running
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, _LONGEST_PAUSE)


def put_back(
    session: Session,
    lock: Lock,
    remembered: Sequence[Parked],
    applied: Applied,
    progress: Progress,
) -> Restored:
    """Put back what is remembered and strike it off; what is refused stays remembered.

    So does what is not seen though it was applied: it may be there, or is made again, and is as it
    was only when it runs. What unfinished deployments owe to an object that is as it was, they owe
    no more. Raises LockedError when the lock was lost.
    """
    if not remembered:
        return Restored()
    pipeline = read_pipeline(session, lock.environment)
    sizes, now = _sizes(session, remembered), server_time(session)
    wanted = to_put_back(remembered, pipeline, sizes, now)
    answers = _resume(session, lock, wanted, progress)
    resumed = [change for change, answer in answers if answer.is_done]
    refused = (
        *_refused(answers),
        *_still_stuck(session, pipeline, remembered, resumed),
        *_unseen(lock.environment, wanted.gone, applied),
    )
    failed = {each.change.key for each in refused}
    done = {each.key for each in remembered} - failed - _waiting_roots(wanted, failed)
    for deployment in applied.unfinished.deployments:
        owed = [text for text in deployment.put_back if owed_object(text) not in done]
        if len(owed) < len(deployment.put_back):
            session.execute(still_owes(lock.environment, lock.token, deployment.id, owed))
    if done:
        struck = [each for each in remembered if each.key in done]
        session.execute(forget(lock.environment, lock.token, struck))
    return Restored(
        changes=tuple(change for change in resumed if change.key not in failed),
        same=wanted.same,
        gone=tuple(each for each in wanted.gone if each.key not in failed),
        refused=refused,
    )


def _unseen(
    environment: Environment, gone: Iterable[Parked], applied: Applied
) -> tuple[Refused, ...]:
    """What is not there, as far as the role sees, though it was applied and not dropped since."""
    known = expected(environment, applied.objects)
    return tuple(
        Refused(
            Change(each.kind, each.name, ""),
            f"it was applied, and {environment.role} does not see it: it was dropped by hand, or "
            "taken over by another role",
        )
        for each in gone
        if each.key in known
    )


def _still_stuck(
    session: Session, before: Pipeline, remembered: Iterable[Parked], resumed: Iterable[Change]
) -> tuple[Refused, ...]:
    """Pipes that are no longer paused and that Snowflake stopped meanwhile, so that they load nothing."""
    changes = {change.name: change for change in resumed if change.kind == PIPE}
    pipes = read_pipes(session, [each for each in before.pipes if each.name in changes])
    were = {each.key: each.was for each in earliest(remembered)}
    return tuple(
        Refused(
            changes[pipe.name], f"it is not paused any more, but {pipe.state}: it loads nothing"
        )
        for pipe in pipes
        if pipe.is_stuck and pipe.state != were[changes[pipe.name].key]
    )


def _sizes(session: Session, remembered: Iterable[Parked]) -> dict[str, str]:
    return read_sizes(session) if any(each.kind == "WAREHOUSE" for each in remembered) else {}


def _resume(
    session: Session, lock: Lock, wanted: PutBack, progress: Progress
) -> list[tuple[Change, Answer]]:
    """Children before their roots; a root whose child did not come back stays where it is."""
    roots = [root.change for root in wanted.roots]
    for change in (*wanted.changes, *roots):
        progress(f"{'sizing back' if change.kind == 'WAREHOUSE' else 'resuming'} {change}")
    stopped = [each for each in send(session, lock, wanted.stop) if not each[1].is_done]
    answers = stopped + send(session, lock, wanted.changes)
    failed = {change.name for change, answer in answers if not answer.is_done}
    ready = [root.change for root in wanted.roots if not root.after & failed]
    return answers + send(session, lock, ready)


def _waiting_roots(wanted: PutBack, failed: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    names = {name for _, name in failed}
    return {root.change.key for root in wanted.roots if root.after & names}


def send(session: Session, lock: Lock, changes: Sequence[Change]) -> list[tuple[Change, Answer]]:
    """Send statements under the fence and tell what became of each. Raises LockedError."""
    answers: list[tuple[Change, Answer]] = []
    for start in range(0, len(changes), AT_ONCE):
        some = changes[start : start + AT_ONCE]
        answers += zip(some, _sent(session, lock, [each.statement for each in some]), strict=True)
    again = [
        position
        for position, (change, answer) in enumerate(answers)
        if not answer.is_done and change.otherwise and answer.number not in _FINAL
    ]
    if again:
        forced = _sent(session, lock, [answers[position][0].otherwise for position in again])
        for position, answer in zip(again, forced, strict=True):
            answers[position] = answers[position][0], answer
    return answers


# Another way to say it does not help where the object or the right is missing.
_FINAL = DOES_NOT_EXIST | NOT_AUTHORIZED


def _sent(session: Session, lock: Lock, statements: Sequence[str]) -> list[Answer]:
    block = fenced(lock.environment, lock.token, statements)
    try:
        rows = session.execute(block, shown="; ".join(statements)).rows
    except SnowflakeError as error:
        if FENCE_MESSAGE in error.why:
            raise _lost(lock) from None
        raise
    return read_answers(str(rows[0][0]))


def _refused(answers: Iterable[tuple[Change, Answer]]) -> tuple[Refused, ...]:
    return tuple(
        Refused(change, f"{answer.number:06d}: {answer.message}")
        for change, answer in answers
        if not answer.is_done
    )


def _lost(lock: Lock) -> LockedError:
    name = lock.environment.name
    return LockedError(
        f"{name}: the deployment lock was lost",
        why="another deployment took over, or the lease ran out while this machine was stalled",
        next=f"see what is parked with `snowlane pipeline status {name}`, and run the command again",
    )
