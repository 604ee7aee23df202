"""Opens an environment's account, prepares it where that is needed, and deploys to it.

The commands and plain Alembic come in here; neither knows how the parts below fit together.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from snowlane.config.environment import Environment
from snowlane.config.project import Project
from snowlane.errors import NotBootstrappedError
from snowlane.plan.facts import Applied
from snowlane.plan.model import Plan
from snowlane.planning import plan_deployment, read_repository
from snowlane.snowflake.bootstrapping import run_bootstrap
from snowlane.snowflake.executor import Deployed, execute_plan
from snowlane.snowflake.session import Session, open_session
from snowlane.snowflake.signin import sign_in_for
from snowlane.snowflake.state import read_applied

Progress = Callable[[str], None]
_NOT_PREPARED = "{0} is not prepared yet: migrate does what `snowlane bootstrap {0}` does first"


@dataclass(frozen=True)
class Target:
    """One environment of a project, and whether it is the local account's."""

    project: Project
    environment: Environment
    local: bool = False

    def open(self, *, as_administrator: bool = False, role: str | None = None) -> Session:
        """Sign in by the environment's role, or by `role`, or by the user's own default role."""
        sign_in = sign_in_for(self.environment, self.project.root, local=self.local)
        chosen = role or (None if as_administrator else self.environment.role)
        return open_session(self.environment, sign_in, role=chosen)


def preview(target: Target, *, to: str = "head") -> Plan:
    """The plan as it stands now; an environment that is not prepared counts as empty."""
    repository = read_repository(target.project, target.environment)
    try:
        with target.open() as session:
            applied = read_applied(session, target.environment)
            return plan_deployment(repository, target.environment, applied, session=session, to=to)
    except NotBootstrappedError:
        plan = plan_deployment(repository, target.environment, Applied(), session=None, to=to)
        return replace(plan, warnings=(_NOT_PREPARED.format(plan.environment), *plan.warnings))


@contextmanager
def prepared(target: Target, progress: Progress) -> Iterator[tuple[Session, Applied]]:
    """A session and what is applied, after a bootstrap where the environment needs one.

    Raises RefusedError when it needs one and the signed-in user's role may not do it.
    """
    try:
        session = target.open()
        try:
            applied = read_applied(session, target.environment)
        except BaseException:
            session.close()
            raise
    except NotBootstrappedError:
        progress(f"preparing {target.environment.name} for its first deployment")
        with target.open(as_administrator=True) as administrator:
            run_bootstrap(administrator, target.environment, progress)
        session = target.open()
        applied = read_applied(session, target.environment)
    with session:
        yield session, applied


def deploy(
    target: Target,
    *,
    to: str,
    progress: Progress,
    confirm: Callable[[Plan], None],
    with_objects: bool = True,
) -> tuple[Plan, Deployed | None]:
    """Plan and run; nothing runs when `confirm` raises or the plan is empty.

    Raises RefusedError before anything ran, HalfAppliedError after a statement did.
    """
    repository = read_repository(target.project, target.environment)
    with prepared(target, progress) as (session, applied):
        plan = plan_deployment(
            repository,
            target.environment,
            applied,
            session=session,
            to=to,
            with_objects=with_objects,
        )
        if plan.is_empty:
            return plan, None
        confirm(plan)
        return plan, execute_plan(session, target.environment, plan, progress)
