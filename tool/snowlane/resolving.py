"""Shows what a deployment left half applied or in doubt, and settles what is in doubt by hand.

Decides nothing: a person has looked in the account and says what became of the statement.
"""

from collections.abc import Callable
from dataclasses import dataclass

from snowlane.deploying import locked
from snowlane.errors import RefusedError, SnowflakeError, SnowlaneError
from snowlane.plan.facts import Applied
from snowlane.plan.journal import settled
from snowlane.plan.unfinished import Attempt, Event
from snowlane.planning import plan_deployment
from snowlane.repository import read_repository
from snowlane.snowflake.lock import Lock
from snowlane.snowflake.session import Session
from snowlane.snowflake.settling import statement_text
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
    """Where an environment stands; `half_applied` names the revision, "" where there is none."""

    version: str | None
    half_applied: str
    statements_run: int
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
    return Resolution(
        version=applied.version,
        half_applied=str(half) if half else "",
        statements_run=len(half.hashes) if half else 0,
        in_doubt=tuple(_doubt(target, session, each) for each in applied.unfinished.in_doubt),
        settled=done,
    )


def _doubt(target: Target, session: Session, attempt: Attempt) -> Doubt:
    entry = attempt.entry
    where = f"{entry.stage} {entry.name}, statement {entry.index} of {entry.count}"
    text = _text_in_checkout(target, attempt)
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
            text = statement_text(
                lambda sql: session.execute(sql).rows, target.environment, entry, begun
            )
        except SnowflakeError:
            # Only the showing needs it, and history may be closed to this role.
            text = None
    return Doubt(where, text or _UNKNOWN_TEXT)


def _text_in_checkout(target: Target, attempt: Attempt) -> str | None:
    """The statement as the checkout has it, if it still has the very same."""
    try:
        plan = plan_deployment(
            read_repository(target.project, target.environment),
            target.environment,
            Applied(version=attempt.entry.leaves),
            session=None,
            to="head" if attempt.entry.stage != "downgrade" else "-1",
        )
    except SnowlaneError:
        # A checkout that cannot be planned from has no text to show; history may.
        return None
    hashes = {each.hash: each.text for stage in plan.stages for each in stage.statements}
    return hashes.get(attempt.entry.hash)
