"""Shows what a deployment left half applied or in doubt, and settles what is in doubt by hand.

Decides nothing: a person has looked in the account and says what became of the statement.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from snowlane.deploying import locked
from snowlane.errors import RefusedError, SnowflakeError, SnowlaneError
from snowlane.plan.facts import Applied
from snowlane.plan.journal import Entry, settled
from snowlane.plan.model import Statement
from snowlane.plan.unfinished import Attempt, Event
from snowlane.planning import plan_deployment
from snowlane.recalling import Ran, recall
from snowlane.repository import read_repository
from snowlane.snowflake.lock import Lock
from snowlane.snowflake.session import Session
from snowlane.snowflake.settling import statement_texts
from snowlane.snowflake.state import read_applied
from snowlane.target import Target

Progress = Callable[[str], None]
_VERDICTS = {"done": Event.DONE, "retry": Event.FAILED}
_UNKNOWN_TEXT = "(its text is neither in this checkout nor in query history)"


@dataclass(frozen=True)
class Doubt:
    """A statement in doubt: which one it is, its text, and what it was settled as."""

    where: str
    text: str
    outcome: str = ""


@dataclass(frozen=True)
class Resolution:
    """Where an environment stands; `half_applied` names the revision, "" where there is none.

    `ran` are its statements that took effect; `goes_on` says whether this checkout's are the same.
    """

    version: str | None
    half_applied: str
    ran: tuple[Ran, ...]
    goes_on: bool
    in_doubt: tuple[Doubt, ...]
    settled: tuple[Doubt, ...]


def resolve(target: Target, verdict: str | None, progress: Progress) -> Resolution:
    """What is half applied and in doubt; with a verdict, `done` or `retry`, what was settled.

    Raises LockedError when a deployment is at work, and RefusedError for a verdict where nothing is
    in doubt.
    """
    with target.open() as session:
        applied = read_applied(session, target.environment)
        if not applied.unfinished.running and verdict is None:
            return _resolution(target, session, applied, ())
        with locked(target, session, progress) as (lock, applied):
            doubts = applied.unfinished.in_doubt
            if verdict is None:
                return _resolution(target, session, applied, ())
            if not doubts:
                raise RefusedError(
                    f"nothing is in doubt in {target.environment.name}",
                    next=f"`snowlane migrate {target.environment.name}` goes on by itself",
                )
            done = tuple(_settle(target, session, lock, each, verdict, progress) for each in doubts)
            return _resolution(target, session, read_applied(session, target.environment), done)


def _settle(
    target: Target,
    session: Session,
    lock: Lock,
    attempt: Attempt,
    verdict: str,
    progress: Progress,
) -> Doubt:
    shown = _doubt(target, session, attempt)
    outcome = "marked as done" if verdict == "done" else "to be run again"
    progress(f"{shown.where}\n{shown.text}\n{outcome}")
    why = f"{outcome} by {lock.owner}"
    event = _VERDICTS[verdict].value
    lock.execute(settled(lock.environment, lock.token, attempt.entry, event, None, why))
    return Doubt(shown.where, shown.text, outcome)


def _resolution(
    target: Target, session: Session, applied: Applied, done: tuple[Doubt, ...]
) -> Resolution:
    half = applied.unfinished.half_applied(applied.version)
    now = _statements_in_checkout(target, half.entries[-1]) if half else ()
    environment, ran = target.environment, len(half.hashes) if half else 0
    return Resolution(
        version=applied.version,
        half_applied=str(half) if half else "",
        ran=recall(session, environment, applied.unfinished, applied.version, _by_hash(now)),
        goes_on=half is not None and half.hashes == tuple(each.hash for each in now[:ran]),
        in_doubt=tuple(_doubt(target, session, each) for each in applied.unfinished.in_doubt),
        settled=done,
    )


def _doubt(target: Target, session: Session, attempt: Attempt) -> Doubt:
    entry = attempt.entry
    where = f"{entry.stage} {entry.name}, statement {entry.index} of {entry.count}"
    text = _by_hash(_statements_in_checkout(target, entry)).get(entry.hash)
    if text is None:
        begun = next(
            (
                each.session
                for each in read_applied(session, target.environment).unfinished.deployments
                if each.id == entry.deployment
            ),
            "",
        )
        try:
            text = statement_texts(
                lambda sql: session.execute(sql).rows, target.environment, [entry], begun
            ).get(entry.hash)
        except SnowflakeError:
            # Only the showing needs it, and history may be closed to this role.
            text = None
    return Doubt(where, text or _UNKNOWN_TEXT)


def _statements_in_checkout(target: Target, entry: Entry) -> tuple[Statement, ...]:
    """The statements of a stage as the checkout has them; none where it does not have it."""
    try:
        plan = plan_deployment(
            read_repository(target.project, target.environment),
            target.environment,
            Applied(version=entry.leaves),
            session=None,
            to="head" if entry.stage != "downgrade" else "-1",
        )
    except SnowlaneError:
        # A checkout that cannot be planned from has no text to show; history may.
        return ()
    asked = (entry.stage, entry.name)
    found = (stage for stage in plan.stages if (stage.kind.value, stage.name) == asked)
    return tuple(each for stage in found for each in stage.statements)


def _by_hash(statements: Iterable[Statement]) -> dict[str, str]:
    return {each.hash: each.text for each in statements}
