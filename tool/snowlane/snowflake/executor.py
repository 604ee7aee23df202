"""Runs a plan: statement by statement, each stage's record right after it, the deployment noted.

Decides nothing: what the plan holds is what is sent.
"""

import contextlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from snowlane import __version__
from snowlane.config.environment import Environment
from snowlane.errors import HalfAppliedError, SnowlaneError
from snowlane.plan.bootstrap import deployment_finished, deployment_started
from snowlane.plan.model import Plan, Stage, StageKind
from snowlane.snowflake.session import Session

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Deployed:
    """A deployment that went through."""

    deployment: str
    statements_run: int


def execute_plan(
    session: Session, environment: Environment, plan: Plan, progress: Progress
) -> Deployed:
    """Run every stage in order and stop at the first statement that fails.

    Raises HalfAppliedError when at least one statement ran before the one that failed or the
    interruption, and SnowlaneError when none did.
    """
    run = _Run(session, environment, plan, progress)
    session.execute(
        deployment_started(
            environment,
            deployment=run.deployment,
            user=session.user,
            bundle=plan.bundle,
            current=plan.current,
            target=plan.target,
            version=__version__,
        )
    )
    try:
        for number, stage in enumerate(plan.stages, start=1):
            progress(f"[{number}/{len(plan.stages)}] {stage.kind.value} {stage.name}")
            run.stage(stage)
    except KeyboardInterrupt:
        raise run.failed("interrupted") from None
    except SnowlaneError as error:
        raise run.failed(error.why or error.what) from None
    except Exception as error:
        # Whatever it was, statements may have run: that must be said and noted.
        raise run.failed(f"{type(error).__name__}: {error}") from error
    session.execute(run.finished("done", ""))
    return Deployed(run.deployment, run.statements_run)


class _Run:
    """Where a running plan stands: enough to say what happened when it stops."""

    def __init__(
        self, session: Session, environment: Environment, plan: Plan, progress: Progress
    ) -> None:
        self.session = session
        self.environment = environment
        self.plan = plan
        self.progress = progress
        self.deployment = str(uuid.uuid4())
        self.statements_run = 0
        self.position = "before the first statement"
        self.stage_at: Stage | None = None
        self.done_in_stage = 0

    def stage(self, stage: Stage) -> None:
        self.stage_at, self.done_in_stage = stage, 0
        for statement in stage.statements:
            self.position = (
                f"{stage.kind.value} {stage.name}, statement {statement.index} of "
                f"{len(stage.statements)}"
            )
            tag = f"snowlane:{self.deployment}:{stage.name}:{statement.index}:{statement.hash[:12]}"
            self.session.execute(statement.text, tag=tag)
            self.statements_run += 1
            self.done_in_stage += 1
        if stage.record is not None:
            self.position = f"{stage.kind.value} {stage.name}, the record of its end"
            self.session.execute(stage.record)

    def finished(self, outcome: str, error: str) -> str:
        return deployment_finished(
            self.environment,
            deployment=self.deployment,
            outcome=outcome,
            statements_run=self.statements_run,
            error=error,
        )

    def failed(self, why: str) -> SnowlaneError:
        """The error to raise, after the failure was noted where that is still possible."""
        half = self.statements_run > 0
        # A session that broke cannot take the note either; the error itself says all of it.
        with contextlib.suppress(SnowlaneError):
            note = f"{self.position}: {why}"[:4000]
            self.session.execute(self.finished("half-applied" if half else "failed", note))
        what = f"{self.environment.name}: {self.position} failed"
        if not half:
            return SnowlaneError(
                what, why=why, next="nothing was changed; correct it and run migrate again"
            )
        return HalfAppliedError(what, why=why, next=self._way_on())

    def _way_on(self) -> str:
        stage = self.stage_at
        lines = []
        if stage is not None and self.done_in_stage and stage.kind is not StageKind.OBJECT:
            done = f"statement{'s' if self.done_in_stage > 1 else ''} 1"
            done += f" to {self.done_in_stage}" if self.done_in_stage > 1 else ""
            lines.append(
                f"{done} of {stage.name} took effect and cannot be rolled back: undo by hand what "
                f"they did, correct {stage.file}, and run `snowlane migrate "
                f"{self.environment.name}` again, which begins {stage.name} anew"
            )
        else:
            file = f"correct {stage.file} and " if stage and stage.file else ""
            lines.append(
                f"everything before it is recorded as done; {file}run "
                f"`snowlane migrate {self.environment.name}` again"
            )
        resumes = [each for each in self.plan.stages if each.kind is StageKind.RESUME]
        for pending in resumes:
            texts = "; ".join(statement.text for statement in pending.statements)
            lines.append(f"still to be put back afterwards: {texts}")
        return "\n".join(lines)
