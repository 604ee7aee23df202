"""Deploys in a maintenance window: parks the pipeline, waits, scales, deploys, verifies, puts it all back.

What is parked is written down in the account before it is touched, so that a window that was killed is
ended by the next one or by `snowlane pipeline resume`. What the plan replaces is the plan's own
business (`snowlane.plan.activity`): it finds it parked and leaves it so.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from snowlane.config.environment import Environment
from snowlane.errors import HalfAppliedError, LockedError, NotBootstrappedError, SnowlaneError
from snowlane.operating import resume
from snowlane.pipeline.changed import changed_paths, named_paths, pending_texts
from snowlane.pipeline.model import Path
from snowlane.pipeline.parking import WAREHOUSE, Change, set_size, size_of, to_pause
from snowlane.pipeline.sizes import SIZES
from snowlane.pipeline.verification import (
    Finding,
    Look,
    applied_objects,
    findings,
    watched_tables,
)
from snowlane.pipeline.waiting import in_words
from snowlane.plan.facts import Applied
from snowlane.plan.journal import noted
from snowlane.plan.model import Plan
from snowlane.plan.parked import Cause, Parked
from snowlane.snowflake.executor import Deployed
from snowlane.snowflake.interruption import undisturbed
from snowlane.snowflake.lock import Lock
from snowlane.snowflake.parking import (
    Restored,
    park,
    put_back,
    send,
    wait_until_quiet,
    write_down,
)
from snowlane.snowflake.pipeline_state import read_pipeline, read_sizes
from snowlane.snowflake.session import Session
from snowlane.snowflake.state import read_applied
from snowlane.snowflake.verifying import look, parked_that_touch
from snowlane.sql.names import quote
from snowlane.target import Target

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Terms:
    """How a window is held: how long it waits for what is under way, and the warehouse's size in it.

    `size` is a key of `SIZES`, "" where the warehouse stays as it is.
    """

    wait: timedelta
    size: str = ""


@dataclass(frozen=True)
class Closed:
    """What the end of a window came to: what runs again, and what stays parked."""

    restored: Restored = field(default_factory=Restored)
    stays: tuple[Parked, ...] = ()


def statements_before(target: Target, terms: Terms) -> list[str]:
    """What a window would do before the plan, as statements; what it puts back is the same."""
    try:
        with target.open() as session:
            parked = read_applied(session, target.environment).parked
            pipeline = read_pipeline(session, target.environment)
    except NotBootstrappedError:
        return []
    statements = [each.statement for each in to_pause(pipeline, parked, Cause.WINDOW).changes]
    if terms.size:
        statements.append(set_size(quote(target.environment.warehouse), SIZES[terms.size]))
    return statements


def deploy_in_window(
    target: Target,
    terms: Terms,
    run: Callable[..., tuple[Plan, Deployed | None]],
    progress: Progress,
) -> tuple[Plan, Deployed | None, Closed]:
    """Deploy with the pipeline parked meanwhile; `run` is `snowlane.deploying.deploy` but for `during`.

    Where nothing is pending, what a killed window left parked is put back. Raises what `run`
    raises, and SnowlaneError when not everything came to its end in time, when something could not
    be put back, and when the deployment went through but does not pass its verification.
    """
    window = _Window(target, terms, progress)
    try:
        plan, deployed = run(during=window.hold)
    except SnowlaneError as error:
        if not window.was_opened:
            _mention_what_is_parked(target, error)
        raise
    if deployed is None:
        window.closed = Closed(resume(target, progress, Cause.WINDOW))
        window.refuse_rest(f"{target.environment.name}: nothing is pending")
    return plan, deployed, window.closed


def _mention_what_is_parked(target: Target, error: SnowlaneError) -> None:
    """A window that was killed may have left something parked that this run does not come to."""
    name = target.environment.name
    try:
        with target.open() as session:
            parked = _of_window(read_applied(session, target.environment).parked)
    except SnowlaneError:
        return
    if parked:
        error.next += (
            f"\n{_counted(parked)} parked by a window that did not end: `snowlane pipeline resume "
            f"{name}` puts it back at once"
        )


class _Window:
    """One window: what is done before and after the plan, under the deployment's lock."""

    def __init__(self, target: Target, terms: Terms, progress: Progress) -> None:
        self.target = target
        self.environment: Environment = target.environment
        self.terms = terms
        self.progress = progress
        self.was_opened = False
        self.was_deployed = False
        self.closed = Closed()

    @contextmanager
    def hold(self, session: Session, lock: Lock, plan: Plan) -> Iterator[None]:
        """Open the window, let the plan run, and close the window whatever became of it."""
        self.was_opened = True
        name = self.environment.name
        applied = read_applied(session, self.environment)
        # What an earlier half-applied deployment left parked, a further one leaves parked, too.
        kept = _of_window(applied.parked) if applied.unfinished.deployments else ()
        try:
            before = self._open(session, lock, plan, applied)
            yield
            self.was_deployed = True
            found = self._verify(session, lock, plan, before)
        except LockedError as error:
            error.next += f"\n`snowlane pipeline resume {name}` puts back what this run parked"
            raise
        except HalfAppliedError as error:
            with undisturbed():
                self._close_half(lock, plan, kept, error)
            raise
        except SnowlaneError as error:
            with undisturbed():
                self._close(lock, error)
            raise
        except KeyboardInterrupt:
            interrupted = self._interrupted()
            with undisturbed():
                self._close(lock, interrupted)
            raise interrupted from None
        except BaseException:
            with undisturbed():
                self._close(lock, SnowlaneError(""))
            raise
        with undisturbed():
            self._close_verified(session, lock, plan, found)

    def _interrupted(self) -> SnowlaneError:
        name = self.environment.name
        if self.was_deployed:
            return SnowlaneError(
                f"{name}: interrupted after everything was deployed and before it was verified",
                next=f"`snowlane status {name}` shows where it is",
            )
        return SnowlaneError(
            f"{name}: interrupted, so nothing was deployed", next="run it again when it suits"
        )

    def _open(self, session: Session, lock: Lock, plan: Plan, applied: Applied) -> Look:
        """Park, wait and scale; gives a look at the environment before the plan."""
        name = self.environment.name
        paused = park(session, lock, applied, Cause.WINDOW, self.progress)
        for note in paused.notes:
            self.progress(f"Warning: {note}")
        if paused.refused:
            raise SnowlaneError(
                f"{name}: {len(paused.refused)} could not be paused, so nothing was deployed",
                why="\n".join(map(str, paused.refused)),
                next="let the environment's role operate them, and run it again",
            )
        wait = self.terms.wait
        running = wait_until_quiet(session, self.environment, paused, wait, self.progress)
        if running:
            raise SnowlaneError(
                f"{name}: not everything has ended within {in_words(wait)}, so nothing was deployed",
                why="\n".join(running),
                next="run it again later, or with a longer --wait",
            )
        if self.terms.size:
            self._scale(session, lock, applied.parked)
        return look(session, lock, watched_tables(plan, self._databases), self._changed(plan))

    @property
    def _databases(self) -> frozenset[str]:
        return frozenset(self.environment.databases.values())

    def _changed(self, plan: Plan) -> frozenset[Path]:
        """Every path that the plan changes, its objects included."""
        objects = applied_objects(plan, self.environment.databases)
        texts = pending_texts(plan.stages)
        return named_paths(texts, self._databases) | {path for _, path in objects}

    def _scale(self, session: Session, lock: Lock, parked: Sequence[Parked]) -> None:
        warehouse, size = quote(self.environment.warehouse), SIZES[self.terms.size]
        current = read_sizes(session).get(warehouse, "")
        if current == size:
            return
        if not current:
            raise SnowlaneError(
                f"{self.environment.name}: the size of warehouse {warehouse} cannot be seen",
                why="only a size that is known can be put back",
                next=f"grant USAGE on it to {self.environment.role}, or leave --scale-warehouse out",
            )
        remembered = size_of(warehouse, current, Cause.WINDOW)
        # The size that a killed window found is the one to go back to.
        if remembered.key not in [each.key for each in _of_window(parked)]:
            write_down(session, lock, [remembered])
        self.progress(f"scaling warehouse {warehouse} from {current} to {size}")
        change = Change(WAREHOUSE, warehouse, set_size(warehouse, size))
        for _, answer in send(session, lock, [change]):
            if not answer.is_done:
                role = quote(self.environment.role)
                raise SnowlaneError(
                    f"{self.environment.name}: warehouse {warehouse} could not be scaled to {size}",
                    why=f"{answer.number:06d}: {answer.message}",
                    next=f"an administrator runs GRANT MODIFY ON WAREHOUSE {warehouse} TO ROLE "
                    f"{role}; or leave --scale-warehouse out",
                )

    def _verify(self, session: Session, lock: Lock, plan: Plan, before: Look) -> list[Finding]:
        self.progress("verifying what was deployed")
        try:
            after = look(session, lock, before.rows.keys(), self._changed(plan))
        except SnowlaneError as error:
            return [Finding((), f"it could not be verified: {error.why or error.what}")]
        return findings(plan, self.environment.databases, before, after)

    def _close_half(
        self, lock: Lock, plan: Plan, kept: Sequence[Parked], error: SnowlaneError
    ) -> None:
        """Leave parked what touches the changed tables; all of it where that cannot be told."""
        name = self.environment.name
        error.next = error.next.replace(
            f"`snowlane migrate {name}`", f"`snowlane migrate {name} --window`"
        )
        try:
            with self.target.open() as session:
                attempts = read_applied(session, self.environment).unfinished.attempts
            changed = changed_paths(plan, attempts, self._databases)
        except SnowlaneError:
            error.next += f"\neverything stays parked; `snowlane pipeline resume {name}` resumes it"
            return
        self._close(lock, error, changed, kept)

    def _close(
        self,
        lock: Lock,
        error: SnowlaneError,
        changed: frozenset[Path] = frozenset(),
        kept: Sequence[Parked] = (),
    ) -> None:
        """Put back what does not touch the changed paths, and tell it by the error."""
        name = self.environment.name
        try:
            self._put_back(lock, changed, kept)
        except SnowlaneError as problem:
            self.progress(f"Warning: {problem.what}: {problem.why}")
            error.next += f"\nnot everything runs again: `snowlane pipeline resume {name}`"
            return
        closed = self.closed
        if closed.restored.refused:
            error.why += "\n" + "\n".join(
                f"not put back: {each}" for each in closed.restored.refused
            )
            error.next += f"\nthen `snowlane pipeline resume {name}` puts back the rest"
        if closed.stays:
            error.next += (
                f"\nuntil then these stay parked, for they touch what was changed: "
                f"{', '.join(map(str, closed.stays))}; `snowlane pipeline resume {name}` resumes them "
                "all the same"
            )
        elif not closed.restored.refused:
            error.next += "\nthe pipeline runs as it did before"

    def _put_back(self, lock: Lock, changed: frozenset[Path], kept: Sequence[Parked]) -> None:
        """By a session of its own: the deployment's may be lost."""
        with self.target.open() as session:
            applied = read_applied(session, self.environment)
            parked = _of_window(applied.parked)
            kept_keys = {each.key for each in kept}
            stays = [
                each
                for each in parked_that_touch(session, self.environment, parked, changed, kept_keys)
                if each.kind != WAREHOUSE
            ]
            rest = [each for each in parked if each not in stays]
            restored = put_back(session, lock, rest, applied, self.progress)
            self.closed = Closed(restored, tuple(stays))

    def _close_verified(
        self, session: Session, lock: Lock, plan: Plan, found: Sequence[Finding]
    ) -> None:
        name, at = self.environment.name, plan.target or "base"
        if not found:
            self._put_back(lock, frozenset(), ())
            self.refuse_rest(f"{name} is at {at}")
            return
        why = "\n".join(map(str, found))
        error = SnowlaneError(
            f"{name} is at {at}, but the verification found {len(found)} that is not as it must be",
            why=why,
            next=f"look at it; `snowlane rollback {name}` goes back to before, and a new revision mends it",
        )
        session.execute(
            noted(self.environment, lock.token, f"verification: {'; '.join(why.splitlines())}")
        )
        self._close(lock, error, frozenset(each.path for each in found if each.path))
        raise error

    def refuse_rest(self, what: str) -> None:
        """Raise SnowlaneError when something that should run again does not."""
        refused = self.closed.restored.refused
        if refused:
            name = self.environment.name
            raise SnowlaneError(
                f"{what}, but {len(refused)} could not be put back",
                why="\n".join(map(str, refused)),
                next=f"correct the cause and run `snowlane pipeline resume {name}`",
            )


def _of_window(parked: Sequence[Parked]) -> tuple[Parked, ...]:
    return tuple(each for each in parked if each.cause is Cause.WINDOW)


def _counted(parked: Sequence[Parked]) -> str:
    return f"{len(parked)} object{'s are' if len(parked) > 1 else ' is'}"
