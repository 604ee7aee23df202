"""Runs a plan: one request a statement, each with the lock's fence and its journal row.

Decides nothing: what the plan holds is what is sent. When it stops, it finds out what became of the
statement it was at, writes that down, and gives the lock back.
"""

import itertools
import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from snowlane import __version__
from snowlane.config.environment import Environment
from snowlane.errors import (
    LockedError,
    SnowflakeError,
    SnowlaneError,
)
from snowlane.plan.actions import is_compound
from snowlane.plan.journal import (
    FENCE_MESSAGE,
    Beginning,
    Entry,
    Origin,
    deployment_ended,
    deployment_started,
    end_and_release,
    request,
    shared_tag,
)
from snowlane.plan.model import Plan, Stage, StageKind, Statement
from snowlane.plan.records import source_records
from snowlane.plan.shared_request import failure_of, shared_request
from snowlane.plan.state_tables import state_upgrade
from snowlane.plan.stopped import INTERRUPTED, Stop, error_of
from snowlane.plan.unfinished import Attempt, Event
from snowlane.snowflake.interruption import undisturbed
from snowlane.snowflake.lock import Lock
from snowlane.snowflake.session import INVALID_IDENTIFIER, Session, refusal
from snowlane.snowflake.settling import Execute, conclude

Progress = Callable[[str], None]
_LONGEST_NOTE = 4000


@dataclass(frozen=True)
class Deployed:
    """A deployment that went through."""

    deployment: str
    statements_run: int


def execute_plan(
    session: Session,
    lock: Lock,
    plan: Plan,
    progress: Progress,
    *,
    reopen: Callable[[], Session],
    origin: Origin | None = None,
    deployment: str | None = None,
    keep_lock: bool = False,
) -> Deployed:
    """Run every stage in order, stop at the first statement that fails, give the lock back.

    `reopen` signs in anew, for when both sessions are lost; `origin` goes into the history;
    `deployment` is the id where something was written down of it before; with `keep_lock` the lock is
    left to the caller. Raises
    HalfAppliedError when a statement ran before the one that failed or the interruption,
    LockedError when the lock was lost before any did, RefusedError when none did and a check of the
    plan itself failed, and SnowlaneError when it was anything else. What was suspended is put back
    where nothing else ran.
    """
    run = _Run(session, lock, plan, progress, reopen, deployment or str(uuid.uuid4()), keep_lock)
    try:
        run.begin(origin or Origin())
        numbers = itertools.count(1)
        for batch in plan.batches:
            for stage in batch:
                progress(f"[{next(numbers)}/{len(plan.stages)}] {stage.what}")
            if len(batch) > 1:
                run.together(batch)
            else:
                run.stage(batch[0])
        run.end()
    except KeyboardInterrupt:
        stopped = run.failed(INTERRUPTED)
        stopped.was_interrupted = True
        raise stopped from None
    except SnowlaneError as error:
        raise run.failed(error.why or error.what) from None
    except Exception as error:
        # Whatever it was, statements may have run: that must be said and noted.
        raise run.failed(f"{type(error).__name__}: {error}") from error
    return Deployed(run.deployment, run.statements_run)


@dataclass(frozen=True)
class _Sent:
    """A statement that is under way, and its stage."""

    entry: Entry
    stage: Stage


class _Run:
    """Where a running plan stands: enough to say what happened when it stops."""

    def __init__(
        self,
        session: Session,
        lock: Lock,
        plan: Plan,
        progress: Progress,
        reopen: Callable[[], Session],
        deployment: str,
        keep_lock: bool,
    ) -> None:
        self.keep_lock = keep_lock
        self.session = session
        self.lock = lock
        self.environment: Environment = lock.environment
        self.plan = plan
        self.progress = progress
        self.reopen = reopen
        self.deployment = deployment
        self.statements_run = 0
        # Those that suspend are left out: what they did can be put back.
        self.changes_run = 0
        self.position = "before the first statement"
        self.stage_at: Stage | None = None
        self.done_in_stage = 0
        self.ordinal = 0
        self.under_way: tuple[_Sent, ...] = ()
        self.text_at: str | None = None
        self.did_a_part = False
        self.sources = dict(plan.baseline)

    def begin(self, origin: Origin) -> None:
        plan = self.plan
        beginning = Beginning(
            deployment=self.deployment,
            owner=self.lock.owner,
            session=self.session.session_id,
            address=self.lock.address,
            bundle=plan.bundle,
            is_whole=plan.is_whole,
            current=plan.current,
            target=plan.target,
            put_back=json.dumps(plan.put_back) if plan.put_back else "",
            version=__version__,
            origin=origin,
        )
        started = deployment_started(self.environment, self.lock.token, beginning)
        try:
            rows = self.session.execute(started).row_count
        except SnowflakeError as error:
            if error.number != INVALID_IDENTIFIER:
                raise
            self.progress("bringing the state tables up to this release")
            for statement in state_upgrade(self.environment):
                self.session.execute(statement)
            rows = self.session.execute(started).row_count
        if rows != 1:
            raise LockedError("the lock was lost", why=FENCE_MESSAGE)

    def stage(self, stage: Stage) -> None:
        self.stage_at, self.done_in_stage = stage, stage.done
        for statement in stage.pending:
            self.position = _position(stage, statement.index)
            is_last = statement is stage.statements[-1]
            self._send(stage, statement, stage.records if is_last else ())
            self._ran(stage)
        if not stage.pending:
            self.position = f"{stage.what}, the record of its end"
            self._send(stage, None, stage.records)
        if stage.source:
            self.sources[stage.name] = stage.source

    def together(self, batch: Sequence[Stage]) -> None:
        """Run stages of one statement each in one request."""
        self.position = f"{_position(batch[0], 1)}, or one of the {len(batch) - 1} sent with it"
        self.stage_at = batch[0]
        sent = [_Sent(self._entry(stage, stage.pending[0]), stage) for stage in batch]
        self.under_way = tuple(sent)
        entries = [each.entry for each in sent]
        block = shared_request(
            self.environment, self.lock.token, [(each.stage, each.entry) for each in sent]
        )
        answer = self.session.execute(block, tag=shared_tag(entries), shown=self.position)
        failure = failure_of(str(answer.rows[0][0]), len(batch))
        if failure is not None:
            text = batch[failure.done].pending[0].text
            raise refusal(failure.number, failure.state, failure.error, text)
        self.under_way = ()
        for stage in batch:
            self._ran(stage)

    def _ran(self, stage: Stage) -> None:
        self.statements_run += 1
        self.done_in_stage += 1
        self.changes_run += stage.kind is not StageKind.SUSPEND

    def _entry(self, stage: Stage, statement: Statement) -> Entry:
        self.ordinal += 1
        return Entry(
            deployment=self.deployment,
            ordinal=self.ordinal,
            stage=stage.kind.value,
            name=stage.name,
            leaves=stage.leaves,
            index=statement.index,
            count=len(stage.statements),
            hash=statement.hash,
        )

    def _send(self, stage: Stage, statement: Statement | None, records: tuple[str, ...]) -> None:
        entry = self._entry(stage, statement or Statement(0, "\n".join(records)))
        self.under_way = (_Sent(entry, stage),)
        text = self.text_at = statement.text if statement else None
        block = request(self.environment, self.lock.token, entry, text, records)
        self.session.execute(block, tag=entry.tag, shown=text)
        self.under_way = ()

    def end(self) -> None:
        self.position = "the record of the deployment's end"
        self.session.execute(self._end_and_release("done", ""))
        self._released()

    def _released(self) -> None:
        if not self.keep_lock:
            self.lock.released()

    def _end_and_release(self, outcome: str, error: str) -> str:
        ended = deployment_ended(
            self.environment,
            deployment=self.deployment,
            outcome=outcome,
            statements_run=self.statements_run,
            error=error[:_LONGEST_NOTE],
        )
        metadata = self.environment.metadata
        sources = [source_records(metadata, self.sources)] if self.sources else []
        return end_and_release(
            self.environment, self.lock.token, ended, sources, keep_lock=self.keep_lock
        )

    def failed(self, why: str) -> SnowlaneError:
        """The error to raise, after what happened was found out and noted where that is possible."""
        with undisturbed():
            found, is_known = self._conclude(why)
        stop = Stop(
            environment=self.environment.name,
            position=self.position,
            why=why,
            stage=self.stage_at,
            done_in_stage=self.done_in_stage,
            found=found,
            is_known=is_known,
            has_run=self.statements_run > 0 or any(stage.done for stage in self.plan.stages),
            did_a_part=self.did_a_part,
            shared=len(self.under_way) > 1,
            put_back=self.plan.put_back,
        )
        return error_of(stop)

    def _conclude(self, why: str) -> tuple[Attempt | None, bool]:
        """What became of the statement that was under way, and whether that is known."""
        token = self.lock.token
        for way in (self._by_lock, self._anew):
            with suppress(SnowlaneError), way() as execute:
                found, is_known = None, True
                if self.under_way:
                    entries = [each.entry for each in self.under_way]
                    at = self.lock.deploying
                    attempts = conclude(execute, self.environment, token, entries, at)
                    is_known = not any(each.is_in_doubt for each in attempts)
                    found = self._judged(attempts)
                self.did_a_part = self._failed_half_way(found)
                keeps = self.did_a_part or not is_known
                if not keeps and self._has_only_suspended() and self._put_back():
                    self.statements_run = 0
                half = self.statements_run > 0 or keeps
                outcome = "half-applied" if half else "failed"
                execute(self._end_and_release(outcome, f"{self.position}: {why}"))
                self._released()
                return found, is_known
        return None, not self.under_way

    def _judged(self, attempts: Sequence[Attempt]) -> Attempt | None:
        """Count what took effect; the attempt at which the request stopped, None when none began."""
        events = {each.entry.ordinal: each for each in attempts}
        found = None
        for sent in self.under_way:
            found = events.get(sent.entry.ordinal)
            if len(self.under_way) > 1 and found is not None:
                self.stage_at = sent.stage
                self.position = _position(sent.stage, 1)
                self.text_at = sent.stage.pending[0].text
            if found is None or found.event is not Event.DONE:
                break
            if sent.entry.index:
                self._ran(sent.stage)
        return found

    def _failed_half_way(self, found: Attempt | None) -> bool:
        """Whether the statement that failed may have changed something before it did."""
        if found is None or found.event is not Event.FAILED or self.text_at is None:
            return False
        suspends = self.stage_at is not None and self.stage_at.kind is StageKind.SUSPEND
        return not suspends and is_compound(self.text_at)

    def _has_only_suspended(self) -> bool:
        """Whether all that ran can be put back; a rollback ends with other states than it found."""
        further = any(stage.done or stage.kind is StageKind.RESTORE for stage in self.plan.stages)
        return self.statements_run > 0 and self.changes_run == 0 and not further

    def _put_back(self) -> bool:
        """Let run again what was suspended, so that nothing is changed; whether that went through."""
        self.under_way = ()
        try:
            for stage in self.plan.stages:
                for statement in stage.pending if stage.kind is StageKind.RESUME else ():
                    self._send(stage, statement, ())
        except SnowlaneError:
            # It stays owed, and the next deployment puts it back.
            return False
        return True

    @contextmanager
    def _by_lock(self) -> Iterator[Execute]:
        yield self.lock.execute

    @contextmanager
    def _anew(self) -> Iterator[Execute]:
        with self.reopen() as session:
            yield lambda text: session.execute(text).rows


def _position(stage: Stage, index: int) -> str:
    return f"{stage.what}, statement {index} of {len(stage.statements)}"
