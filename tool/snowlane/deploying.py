"""Opens an environment's account, prepares it where that is needed, and deploys to it.

The commands and plain Alembic come in here; neither knows how the parts below fit together.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext

from snowlane.config.environment import Environment
from snowlane.errors import HalfAppliedError, NotBootstrappedError
from snowlane.gates import window
from snowlane.gates.verdict import Verdict, refuse_failed, with_overrides
from snowlane.guarding import Ground, ground_of, judge_deployment
from snowlane.plan.facts import Applied
from snowlane.plan.model import Plan, StageKind
from snowlane.plan.refreshing import refuse_refreshing
from snowlane.plan.unfinished import Event
from snowlane.previewing import is_news, planner, said_of
from snowlane.snowflake.bootstrapping import run_bootstrap
from snowlane.snowflake.executor import Deployed, execute_plan
from snowlane.snowflake.interruption import interruptible
from snowlane.snowflake.lock import Lock
from snowlane.snowflake.restore_facts import server_time
from snowlane.snowflake.restore_points import drop_points, make_point, read_points
from snowlane.snowflake.session import Session
from snowlane.snowflake.settling import end_session, note_ended, settle
from snowlane.snowflake.state import read_applied
from snowlane.target import Target as Target

Progress = Callable[[str], None]
# What is done around a plan while it runs, by the deployment's session and under its lock.
During = Callable[[Session, Lock, Plan], AbstractContextManager[None]]


@contextmanager
def prepared(
    target: Target, progress: Progress, admit: Callable[[], None] = lambda: None
) -> Iterator[tuple[Session, Applied]]:
    """A session and what is applied, after a bootstrap where the environment needs one.

    `admit` may raise before that changes anything. Raises RefusedError when it needs one and the
    signed-in user's role may not do it.
    """
    try:
        session = target.open()
        try:
            applied = read_applied(session, target.environment)
        except BaseException:
            session.close()
            raise
    except NotBootstrappedError:
        admit()
        progress(f"preparing {target.environment.name} for its first deployment")
        with target.open(as_administrator=True) as administrator:
            run_bootstrap(administrator, target.environment, progress)
        session = target.open()
        applied = read_applied(session, target.environment)
    with session:
        if not applied.unfinished.running:
            refuse_refreshing(target.environment, applied.unfinished)
        yield session, applied


@contextmanager
def locked(target: Target, session: Session, progress: Progress) -> Iterator[tuple[Lock, Applied]]:
    """The environment's lock, and what is applied once nothing of an earlier deployment runs.

    Ends the sessions of deployments that stopped without an end and settles their statements in
    doubt where query history can. Raises LockedError when another deployment holds the lock, and
    RefusedError when the environment is half made anew.
    """
    environment = target.environment
    with Lock(environment, target.open(), session) as lock:
        applied = read_applied(session, environment)
        refuse_refreshing(environment, applied.unfinished)
        running = applied.unfinished.running
        for stopped in running:
            progress(f"taking over from {stopped.owner}, whose deployment stopped without an end")
            end_session(lock.execute, environment, stopped.session)
        if running or applied.unfinished.in_doubt:
            # What was still running a moment ago has told the journal its end by now.
            applied = read_applied(session, environment)
            settle(lock.execute, environment, lock.token, applied.unfinished)
            applied = read_applied(session, environment)
            note_ended(lock.execute, environment, applied.unfinished.running, applied.unfinished)
        yield lock, applied


def deploy(
    target: Target,
    *,
    to: str,
    progress: Progress,
    confirm: Callable[[Plan], None],
    with_objects: bool = True,
    overrides: Mapping[str, str] | None = None,
    restore_point: bool = False,
    ground: Ground | None = None,
    judged: Callable[[Sequence[Verdict]], None] = lambda _: None,
    during: During | None = None,
) -> tuple[Plan, Deployed | None]:
    """Plan and run; nothing runs when a gate or `confirm` refuses or the plan is empty.

    A half-applied deployment is gone on with. With `restore_point`, and always in a protected
    environment, what the plan touches is kept before. `overrides` are gates and the reasons for
    which they are passed; `judged` hears what the gates say. `ground` is the commit that the files
    are, where the project's directory does not tell. `during` parks the pipeline before the plan
    runs and puts it back, under the same lock. Raises RefusedError before anything ran, LockedError
    when another deployment is at work, HalfAppliedError after a statement ran or when one is in
    doubt that nothing can tell of.
    """
    reasons = overrides or {}
    planned = planner(
        target,
        to=to,
        overrides=reasons,
        with_objects=with_objects,
        parked=during is not None,
        restore_point=restore_point,
    )
    ground = ground or ground_of(target)
    origin = ground.origin(reasons)

    def admit(plan: Plan, applied: Applied, session: Session | None) -> None:
        verdicts = judge_deployment(target, ground, plan, applied, session, reasons)
        judged(verdicts)
        refuse_failed(verdicts, f"a deployment to {plan.environment}")

    def admit_first() -> None:
        admit(planned(Applied(), None), Applied(), None)

    with interruptible(), prepared(target, progress, admit_first) as (session, seen):
        plan = None
        # While another deployment is at work what it has done so far is no ground for a plan.
        if not seen.unfinished.running and not seen.unfinished.in_doubt:
            plan = planned(seen, session)
            if plan.is_empty and not is_news(plan, seen):
                return plan, None
            admit(plan, seen, session)
            if not plan.is_empty:
                confirm(plan)
        with locked(target, session, progress) as (lock, applied):
            _refuse_broken_rollback(target.environment, applied)
            _refuse_doubt(target.environment, applied)
            if plan is None or applied != seen:
                again = planned(applied, session)
                if not again.is_empty or is_news(again, applied):
                    admit(again, applied, session)
                if again != plan and not again.is_empty:
                    confirm(again)
                plan = again
            if plan.is_empty:
                if applied.unfinished.deployments or is_news(plan, applied):
                    # Only the end of the last one, or that another bundle says the same.
                    execute_plan(session, lock, plan, progress, reopen=target.open, origin=origin)
                return plan, None
            _refuse_shut_window(session, target.environment, reasons)
            deployment = str(uuid.uuid4())
            drop_points(session, target.environment, applied.expired_points, progress)
            keeps = plan.keeps or _goes_on_with_point(target, session, applied)
            with during(session, lock, plan) if during else nullcontext():
                if during:
                    # Or while the pipeline came to rest.
                    _refuse_shut_window(session, target.environment, reasons)
                if keeps:
                    make_point(
                        session,
                        target.environment,
                        plan,
                        deployment,
                        progress,
                        days=target.environment.restore_days,
                        half_applied=applied.half_applied,
                    )
                deployed = execute_plan(
                    session,
                    lock,
                    plan,
                    progress,
                    reopen=target.open,
                    origin=origin,
                    deployment=deployment,
                    keep_lock=during is not None,
                )
            return plan, deployed


def _refuse_shut_window(
    session: Session, environment: Environment, overrides: Mapping[str, str]
) -> None:
    """The window may have shut while a person was asked. Raises RefusedError."""
    if environment.window is not None:
        verdict = window.judge(environment, server_time(session))
        refuse_failed(with_overrides([verdict], overrides), f"a deployment to {environment.name}")


def _goes_on_with_point(target: Target, session: Session, applied: Applied) -> bool:
    """Whether what this deployment finishes was kept before: then its rest is kept too."""
    unfinished = {each.id for each in applied.unfinished.deployments}
    if not unfinished:
        return False
    points = read_points(session, target.environment)
    return any(each.deployment in unfinished for each in points)


def _refuse_broken_rollback(environment: Environment, applied: Applied) -> None:
    """Part of it is as it was and part is not: only the rollback itself can go on from there."""
    restoring = (
        each.entry.stage == StageKind.RESTORE.value and each.event is not Event.FAILED
        for each in applied.unfinished.attempts
    )
    if any(restoring):
        raise HalfAppliedError(
            f"{environment.name}: a rollback stopped half way",
            why="tables and objects are partly those of the restore point",
            next=f"finish it: `snowlane rollback {environment.name}`",
        )


def _refuse_doubt(environment: Environment, applied: Applied) -> None:
    if not applied.unfinished.in_doubt:
        return
    raise HalfAppliedError(
        f"{environment.name}: it is not known whether a statement ran",
        why="\n".join(said_of(each, environment) for each in applied.unfinished.in_doubt),
        next=f"see it with `snowlane resolve {environment.name}`, look in the account whether it took "
        "effect, then run resolve again with --mark-done or --retry",
    )
